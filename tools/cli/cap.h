/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cap - an alert of the Common Alerting Protocol (OASIS CAP 1.2, 2010) as a
 * tree of its elements, each with the place where it stood.
 */
#ifndef TOOLS_CLI_CAP_H
#define TOOLS_CLI_CAP_H

#include <stdbool.h>
#include <stddef.h>

#define CLI_CAP_NAMESPACE "urn:oasis:names:tc:emergency:cap:1.2"

/* An element. `text` is what stands in it, trimmed; "" for one that has
 * children. */
struct cli_cap_element {
    const char *name;      /* without a prefix */
    const char *space;     /* its namespace; "": none */
    const char *attribute; /* one that CAP does not know; NULL: none */
    const char *text;
    bool mixed; /* text stands between its children */
    size_t line;
    size_t column;
    struct cli_cap_element *parent;
    struct cli_cap_element *first;
    struct cli_cap_element *last;
    struct cli_cap_element *next;
};

/* The first child of that name, or NULL. */
const struct cli_cap_element *cli_cap_child(
    const struct cli_cap_element *element, const char *name);

/* The next sibling of the same name, or NULL. */
const struct cli_cap_element *cli_cap_next(
    const struct cli_cap_element *element);

/* The text of the first child of that name; "": there is none. */
const char *cli_cap_text(
    const struct cli_cap_element *element, const char *name);

bool cli_cap_is(const struct cli_cap_element *element, const char *name);

#endif
