/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <strings.h>

#include "tools/cli/alert_internal.h"

/* CAP 1.2 has three scopes and no markings. Who marks writes the words of FIRST
 * TLP into <restriction> or <code>: "TLP:RED". */

/* The strictest first. */
static const struct {
    const char *word;
    const char *value;
    Entente__V1__Tlp code;
} markings[] = {
    {"RED", "TLP_RED", ENTENTE__V1__TLP__TLP_RED},
    {"AMBER+STRICT", "TLP_AMBER_STRICT", ENTENTE__V1__TLP__TLP_AMBER_STRICT},
    {"AMBER", "TLP_AMBER", ENTENTE__V1__TLP__TLP_AMBER},
    {"GREEN", "TLP_GREEN", ENTENTE__V1__TLP__TLP_GREEN},
    {"CLEAR", "TLP_CLEAR", ENTENTE__V1__TLP__TLP_CLEAR},
};
#define MARKINGS (sizeof markings / sizeof markings[0])

/* The strictest marking in such words; MARKINGS: there is none. */
static size_t
marking_in(const char *text)
{
    size_t found = MARKINGS;

    for (text = strcasestr(text, "TLP"); text != NULL;
         text = strcasestr(text, "TLP")) {
        text += strlen("TLP");
        text += strspn(text, ": _-");
        for (size_t i = 0; i < found; i++) {
            if (strncasecmp(text, markings[i].word, strlen(markings[i].word)) ==
                0) {
                found = i;
            }
        }
    }
    return found;
}

/* What the table set, else what its family has. */
static size_t
marking_of(const struct cli_alerting *a)
{
    const struct cli_path *set = cli_paths_find(a->paths, "tlp");
    size_t i = 0;

    while (i < MARKINGS &&
           (set == NULL ? markings[i].code != (Entente__V1__Tlp)a->family->tlp
                        : strcmp(markings[i].value, set->value) != 0)) {
        i++;
    }
    return i == MARKINGS && set == NULL ? 0 : i;
}

void
cli_alerting_read_marking(struct cli_alerting *a)
{
    static const char *const names[] = {"restriction", "code", NULL};

    for (size_t i = 0; names[i] != NULL; i++) {
        const struct cli_cap_element *each = cli_cap_child(a->alert, names[i]);

        for (; each != NULL; each = cli_cap_next(each)) {
            const size_t said = marking_in(each->text);

            if (said < marking_of(a)) {
                cli_alerting_set(a, each, "tlp", markings[said].value);
            }
        }
    }
}
