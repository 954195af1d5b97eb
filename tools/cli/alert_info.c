/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "tools/cli/alert_internal.h"

/* Each <info> says the same in one language (CAP 1.2, section 3.2.2): the first
 * gives the message, the others its texts in more languages. */

/* ---- codes and times of the first ---- */

static const char *const urgencies[][2] = {{"Immediate", "URGENCY_IMMEDIATE"},
    {"Expected", "URGENCY_EXPECTED"}, {"Future", "URGENCY_FUTURE"},
    {"Past", "URGENCY_PAST"}, {"Unknown", "URGENCY_UNKNOWN"}, {NULL, NULL}};
static const char *const severities[][2] = {{"Extreme", "EXTREME"},
    {"Severe", "SEVERE"}, {"Moderate", "MODERATE"}, {"Minor", "MINOR_SEVERITY"},
    {"Unknown", "SEVERITY_UNKNOWN"}, {NULL, NULL}};
static const char *const certainties[][2] = {{"Observed", "OBSERVED"},
    {"Likely", "LIKELY"}, {"Possible", "POSSIBLE"}, {"Unlikely", "UNLIKELY"},
    {"Unknown", "CERTAINTY_UNKNOWN"}, {NULL, NULL}};

static void
set_code(struct cli_alerting *a, const char *name, const char *path,
    const char *const codes[][2])
{
    const struct cli_cap_element *element = cli_cap_child(a->info, name);

    while (strcmp((*codes)[0], element->text) != 0) {
        codes++; /* capform.c has seen that it is one of them */
    }
    cli_alerting_set(a, element, path, (*codes)[1]);
}

/* The first of these that is there: of the info, and "sent" of the alert. */
static const struct cli_cap_element *
first_of(const struct cli_alerting *a, const char *const names[])
{
    for (; *names != NULL; names++) {
        const struct cli_cap_element *found = cli_cap_child(
            strcmp(*names, "sent") == 0 ? a->alert : a->info, *names);

        if (found != NULL) {
            return found;
        }
    }
    return NULL;
}

static void
read_times(struct cli_alerting *a)
{
    static const char *const begins[] = {"onset", "effective", "sent", NULL};
    static const char *const holds[] = {"effective", "sent", NULL};
    const struct cli_cap_element *begin = first_of(a, begins);
    const struct cli_cap_element *from = first_of(a, holds);
    const struct cli_cap_element *until = cli_cap_child(a->info, "expires");

    cli_alerting_set_body(a, begin, a->shape->when, "", begin->text);
    cli_alerting_set_body(a, from, a->shape->window, "from", from->text);
    if (until != NULL) {
        cli_alerting_set_body(a, until, a->shape->window, "until", until->text);
        cli_alerting_set(a, until, "validUntil", until->text);
    }
}

/* Several may ask for the same; what asks for two things says nothing. */
static void
read_responses(struct cli_alerting *a)
{
    const struct cli_cap_element *each = cli_cap_child(a->info, "responseType");
    const char *before = NULL;

    for (; each != NULL && a->codes != NULL; each = cli_cap_next(each)) {
        const char *action =
            cli_capcodes_word(a->codes, "responses", each->text);

        if (a->shape->action == NULL) {
            cli_alerting_say(a, each, "responseType", each->text);
        } else if (action == NULL) {
            cli_alerting_reject(a, each,
                "responseType '%s' is no action in the table of codes",
                each->text);
        } else if (before != NULL && strcmp(before, action) != 0) {
            cli_alerting_reject(a, each,
                "responseType '%s' asks for another action than the one before",
                each->text);
        } else {
            cli_alerting_set_body(a, each, a->shape->action, "", action);
            before = action;
        }
    }
}

static void
read_parameters(struct cli_alerting *a, const struct cli_cap_element *info)
{
    const struct cli_cap_element *each = cli_cap_child(info, "parameter");

    for (; each != NULL && a->codes != NULL; each = cli_cap_next(each)) {
        const char *name = cli_cap_text(each, "valueName");
        const char *path = cli_capcodes_word(a->codes, "parameters", name);
        char whole[CLI_PATH_LEN_MAX];

        if (path == NULL) {
            cli_alerting_reject(a, each,
                "parameter '%.60s' is not in the table of codes", name);
        } else if (cli_alert_is_said(
                       a->paths, cli_alert_path(a->family, path, whole))) {
            cli_alerting_reject(a, each, "'%.60s' stands there twice", name);
        } else {
            cli_alerting_set(a, each, path, cli_cap_text(each, "value"));
        }
    }
}

/* ---- words ---- */

static void
say_resource(struct cli_alerting *a, const struct cli_cap_element *resource)
{
    const char *uri = cli_cap_text(resource, "uri");
    const char *bytes = cli_cap_text(resource, "size");
    const char *digest = cli_cap_text(resource, "digest");
    char text[512];
    int len;

    if (cli_cap_text(resource, "derefUri")[0] != '\0') {
        cli_alerting_reject(a, resource,
            "a file that stands in the alert is not taken: send it as an "
            "attachment");
        return;
    }
    len = snprintf(text, sizeof text, "%s (%s)%s%s%s%s%s%s%s",
        cli_cap_text(resource, "resourceDesc"),
        cli_cap_text(resource, "mimeType"), *bytes == '\0' ? "" : ", ", bytes,
        *bytes == '\0' ? "" : " bytes", *digest == '\0' ? "" : ", SHA-1 ",
        digest,
        *uri == '\0'            ? ""
        : *bytes + *digest == 0 ? " "
                                : ", ",
        uri);
    if ((size_t)len >= sizeof text) {
        cli_alerting_reject(a, resource, "is longer than 500 bytes");
        return;
    }
    cli_alerting_say(a, resource, "resource", text);
}

/* Several categories, and codes of events: by which of them the table chose the
 * family is its affair. */
static void
say_kinds(struct cli_alerting *a)
{
    const struct cli_cap_element *each = cli_cap_child(a->info, "category");
    char text[512];

    for (each = cli_cap_next(each) == NULL ? NULL : each; each != NULL;
         each = cli_cap_next(each)) {
        cli_alerting_say(a, each, "category", each->text);
    }
    for (each = cli_cap_child(a->info, "eventCode"); each != NULL;
         each = cli_cap_next(each)) {
        int len = snprintf(text, sizeof text, "%s=%s",
            cli_cap_text(each, "valueName"), cli_cap_text(each, "value"));

        if ((size_t)len >= sizeof text) {
            cli_alerting_reject(a, each, "is longer than 500 bytes");
            return;
        }
        cli_alerting_say(a, each, "eventCode", text);
    }
}

static void
read_words(struct cli_alerting *a, const struct cli_cap_element *info)
{
    static const char *const words[] = {
        "audience", "senderName", "web", "contact", NULL};
    const struct cli_cap_element *each;

    for (size_t i = 0; words[i] != NULL; i++) {
        each = cli_cap_child(info, words[i]);
        if (each != NULL && each->text[0] != '\0') {
            cli_alerting_say(a, each, words[i], each->text);
        }
    }
    for (each = cli_cap_child(info, "resource"); each != NULL;
         each = cli_cap_next(each)) {
        say_resource(a, each);
    }
}

/* Headline, description and instruction, as paragraphs. NULL: none. */
static const char *
text_of(struct cli_alerting *a, const struct cli_cap_element *info)
{
    const char *parts[] = {cli_cap_text(info, "headline"),
        cli_cap_text(info, "description"), cli_cap_text(info, "instruction")};
    size_t size = strlen(parts[0]) + strlen(parts[1]) + strlen(parts[2]) + 5;
    char *out = ent_arena_alloc(a->paths->arena, size);
    size_t len = 0;

    if (out == NULL) {
        cli_alerting_reject(
            a, info, "there is more in it than a message may hold");
        return NULL;
    }
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (*parts[i] != '\0') {
            len += (size_t)snprintf(out + len, size - len, "%s%s",
                len == 0 ? "" : "\n\n", parts[i]);
        }
    }
    return len == 0 ? NULL : out;
}

/* CAP 1.2: en-US where nothing is said. */
static const char *
language_of(const struct cli_cap_element *info)
{
    const char *language = cli_cap_text(info, "language");

    return *language == '\0' ? "en-US" : language;
}

static const struct cli_cap_element *
place_of_text(const struct cli_cap_element *info)
{
    const struct cli_cap_element *found = cli_cap_child(info, "description");

    return found == NULL ? info : found;
}

static void
add_text(struct cli_alerting *a, const struct cli_cap_element *info,
    size_t index, const char *text)
{
    char path[32];

    (void)snprintf(path, sizeof path, "text[%zu].lang", index);
    cli_alerting_set(a, info, path, language_of(info));
    (void)snprintf(path, sizeof path, "text[%zu].text", index);
    cli_alerting_set(a, place_of_text(info), path, text);
}

/* ---- what must be the same in all languages ---- */

static bool
is_same(const struct cli_cap_element *one, const struct cli_cap_element *other)
{
    if (one->first == NULL || other->first == NULL) {
        return strcmp(one->text, other->text) == 0;
    }
    return strcmp(cli_cap_text(one, "valueName"),
               cli_cap_text(other, "valueName")) == 0 &&
           strcmp(cli_cap_text(one, "value"), cli_cap_text(other, "value")) ==
               0;
}

static void
compare(struct cli_alerting *a, const struct cli_cap_element *info,
    const struct cli_cap_element *first, const char *name)
{
    const struct cli_cap_element *here = cli_cap_child(info, name);
    const struct cli_cap_element *there = cli_cap_child(first, name);

    while (here != NULL && there != NULL && is_same(here, there)) {
        here = cli_cap_next(here);
        there = cli_cap_next(there);
    }
    if (here != NULL || there != NULL) {
        cli_alerting_reject(a, here == NULL ? info : here,
            "this <info> has another <%s> than the first: they are no one "
            "message",
            name);
    }
}

static void
compare_areas(struct cli_alerting *a, const struct cli_cap_element *info)
{
    const struct cli_cap_element *here = cli_cap_child(info, "area");
    const struct cli_cap_element *there = cli_cap_child(a->info, "area");

    for (; here != NULL && there != NULL;
         here = cli_cap_next(here), there = cli_cap_next(there)) {
        compare(a, here, there, "geocode");
        compare(a, here, there, "circle");
        compare(a, here, there, "polygon");
        compare(a, here, there, "altitude");
        compare(a, here, there, "ceiling");
    }
    if (here != NULL || there != NULL) {
        cli_alerting_reject(a, here == NULL ? info : here,
            "this <info> has other areas than the first: they are no one "
            "message");
    }
}

static void
read_other(
    struct cli_alerting *a, const struct cli_cap_element *info, size_t index)
{
    static const char *const same[] = {"category", "responseType", "urgency",
        "severity", "certainty", "eventCode", "effective", "onset", "expires",
        "parameter", NULL};
    const struct cli_cap_element *before = a->info;
    const char *text;

    for (; before != info; before = cli_cap_next(before)) {
        if (strcasecmp(language_of(before), language_of(info)) == 0) {
            cli_alerting_reject(a, info,
                "two <info> are in %s: they are no one message",
                language_of(info));
        }
    }
    for (size_t i = 0; same[i] != NULL && a->codes != NULL; i++) {
        compare(a, info, a->info, same[i]);
    }
    if (a->codes != NULL) {
        compare_areas(a, info);
        read_words(a, info);
    }
    text = text_of(a, info);
    if (text != NULL) {
        add_text(a, info, index, text);
    }
}

/* ---- all of them ---- */

static void
read_first(struct cli_alerting *a, size_t *texts)
{
    const struct cli_cap_element *event = cli_cap_child(a->info, "event");
    const char *text = text_of(a, a->info);

    cli_alerting_set(a, a->info, "lang", language_of(a->info));
    set_code(a, "urgency", "urgency", urgencies);
    set_code(a, "severity", "severity", severities);
    set_code(a, "certainty", "certainty", certainties);
    read_times(a);
    read_responses(a);
    cli_alerting_set_body(a, event, a->shape->event, "", event->text);
    if (text != NULL && a->shape->text != NULL) {
        cli_alerting_set_body(
            a, place_of_text(a->info), a->shape->text, "", text);
    } else if (text != NULL) {
        add_text(a, a->info, (*texts)++, text);
    }
    if (a->codes != NULL) {
        say_kinds(a);
        read_words(a, a->info);
        read_parameters(a, a->info);
    }
}

void
cli_alerting_read_infos(struct cli_alerting *a)
{
    const struct cli_cap_element *info = cli_cap_next(a->info);
    size_t texts = 0;

    read_first(a, &texts);
    for (; info != NULL && a->rc == ENT_OK; info = cli_cap_next(info)) {
        read_other(a, info, texts);
        texts++;
    }
}
