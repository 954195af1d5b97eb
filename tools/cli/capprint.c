/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/capprint.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* XML 1.0, section 2.2: no control characters, and not U+FFFE and U+FFFF. */
static bool
is_in_xml(const char *text)
{
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0';
         at++) {
        if ((*at < 0x20 && strchr("\t\r\n", *at) == NULL) ||
            (at[0] == 0xef && at[1] == 0xbf && at[2] >= 0xbe)) {
            return false;
        }
    }
    return true;
}

static void
print_text(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '&':
            (void)fputs("&amp;", out);
            break;
        case '<':
            (void)fputs("&lt;", out);
            break;
        case '>':
            (void)fputs("&gt;", out);
            break;
        case '\r':
            (void)fputs("&#13;", out);
            break;
        default:
            (void)fputc(*text, out);
        }
    }
}

/* As deep as an alert is: three times. */
static bool
print(FILE *out, const struct cli_cap_element *element, int depth)
{
    bool good = is_in_xml(element->text);

    fprintf(out, "%*s<%s%s>%s", 2 * depth, "", element->name,
        depth == 0 ? " xmlns=\"" CLI_CAP_NAMESPACE "\"" : "",
        element->first == NULL ? "" : "\n");
    print_text(out, element->text);
    for (const struct cli_cap_element *each = element->first; each != NULL;
         each = each->next) {
        good = print(out, each, depth + 1) && good;
    }
    fprintf(out, "%*s</%s>\n", element->first == NULL ? 0 : 2 * depth, "",
        element->name);
    return good;
}

enum ent_status
cli_capprint(
    FILE *out, const struct cli_cap_element *alert, struct ent_error *err)
{
    char *text = NULL;
    size_t len = 0;
    FILE *room = open_memstream(&text, &len);
    bool good = room != NULL && print(room, alert, 0);

    if (room == NULL || fclose(room) != 0) {
        free(text);
        return ent_fail(err, ENT_NO_MEMORY, "writing an alert");
    }
    if (good) {
        (void)fwrite(text, 1, len, out);
    }
    free(text);
    if (!good) {
        return ent_fail(err, ENT_UNSUPPORTED,
            "it holds a character that XML does not have");
    }
    return ferror(out) == 0
               ? ENT_OK
               : ent_fail(err, ENT_IO, "writing an alert: %s", strerror(errno));
}
