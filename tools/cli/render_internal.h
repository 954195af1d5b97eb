/* SPDX-License-Identifier: Apache-2.0 */
/* What render.c and render_fields.c share: the lines of a page. */
#ifndef TOOLS_CLI_RENDER_INTERNAL_H
#define TOOLS_CLI_RENDER_INTERNAL_H

#include "tools/cli/render.h"

struct cli_page {
    FILE *out;
    size_t width;
    struct ent_error *err;
};

/* "  call back role         duty officer" */
enum ent_status cli_page_text(const struct cli_page *page, unsigned depth,
    const char *name, const char *text) ENT_MUST_CHECK;

/* Always ENT_OK: a failing file is seen when it is closed. */
enum ent_status cli_page_title(
    const struct cli_page *page, unsigned depth, const char *name);

#endif
