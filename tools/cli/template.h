/* SPDX-License-Identifier: Apache-2.0 */
/*
 * template - an example message of each family, to fill in and send.
 */
#ifndef TOOLS_CLI_TEMPLATE_H
#define TOOLS_CLI_TEMPLATE_H

#include <stddef.h>
#include <stdint.h>

/* Its times are about `now_ms`. The caller frees it; NULL: there is no template
 * of that family (errno 0), or no memory. */
char *cli_template(const char *family, uint64_t now_ms);

/* The families that have one; NULL beyond the last. */
const char *cli_template_name(size_t index);

#endif
