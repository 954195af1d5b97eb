/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/cap.h"

#include <string.h>

bool
cli_cap_is(const struct cli_cap_element *element, const char *name)
{
    return strcmp(element->name, name) == 0;
}

static const struct cli_cap_element *
named(const struct cli_cap_element *element, const char *name)
{
    while (element != NULL && !cli_cap_is(element, name)) {
        element = element->next;
    }
    return element;
}

const struct cli_cap_element *
cli_cap_child(const struct cli_cap_element *element, const char *name)
{
    return element == NULL ? NULL : named(element->first, name);
}

const struct cli_cap_element *
cli_cap_next(const struct cli_cap_element *element)
{
    return named(element->next, element->name);
}

const char *
cli_cap_text(const struct cli_cap_element *element, const char *name)
{
    const struct cli_cap_element *child = cli_cap_child(element, name);

    return child == NULL ? "" : child->text;
}
