/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/name.h"

#include <string.h>

#include "proto/base/text.h"
#include "tools/cli/output.h"

enum { OPTION_NAME = 0x200 };

/* Two letters or more, digits and `-`: "en", "zh-Hant". */
static bool
is_language(struct ent_view tag)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";

    for (size_t i = 0; i < tag.len; i++) {
        if (strchr(letters, tag.data[i]) == NULL) {
            return false;
        }
    }
    return tag.len >= 2 && tag.len < sizeof((struct ent_display_name *)0)->lang;
}

enum ent_status
cli_names_add(
    struct cli_names *names, const char *argument, struct ent_error *err)
{
    struct ent_display_name *name;
    struct ent_view text = {0};
    struct ent_view lang = {0};
    const char *equals = strchr(argument, '=');

    if (equals != NULL) {
        lang = ent_view_of(argument, (size_t)(equals - argument));
        text = ent_view_text(equals + 1);
    }
    if (!is_language(lang)) {
        return ent_fail(err, ENT_BAD_INPUT,
            "'%s' is no name; write its language first: en=\"Mae Sai\"",
            argument);
    }
    if (text.len == 0 || text.len >= sizeof name->text ||
        !ent_text_is_nfc(text) || ent_text_has_controls(text)) {
        return ent_fail(err, ENT_BAD_INPUT,
            "a name has 1 to %zu bytes of UTF-8 in normalisation form C, "
            "without control characters",
            sizeof name->text - 1);
    }
    for (size_t i = 0; i < names->count; i++) {
        if (ent_view_equal(ent_view_text(names->list[i].lang), lang)) {
            return ent_fail(
                err, ENT_EXISTS, "two names in '%s'", names->list[i].lang);
        }
    }
    if (names->count == ENT_CERTIFICATE_NAMES_MAX) {
        return ent_fail(
            err, ENT_FULL, "at most %d names", ENT_CERTIFICATE_NAMES_MAX);
    }
    name = &names->list[names->count++];
    memcpy(name->lang, lang.data, lang.len);
    memcpy(name->text, text.data, text.len);
    return ENT_OK;
}

json_t *
cli_names_json(const struct ent_display_name *list, size_t count)
{
    json_t *names = json_object();

    for (size_t i = 0; names != NULL && i < count; i++) {
        if (json_object_set_new(names, list[i].lang,
                cli_json_text(ent_view_text(list[i].text))) != 0) {
            json_decref(names);
            names = NULL;
        }
    }
    return names;
}

static error_t
parse_option(int key, char *argument, struct argp_state *state)
{
    struct ent_error err;

    if (key != OPTION_NAME) {
        return ARGP_ERR_UNKNOWN;
    }
    if (cli_names_add(state->input, argument, &err) != ENT_OK) {
        argp_error(state, "%s", err.text);
    }
    return 0;
}

static const struct argp_option options[] = {
    {"name", OPTION_NAME, "LANG=TEXT", 0,
        "What to show to officers, once per language: en=\"Mae Sai\"", 0},
    {0},
};

const struct argp cli_names_argp = {.options = options, .parser = parse_option};
