/* SPDX-License-Identifier: Apache-2.0 */
/*
 * standards_tool - answers, for tests in other languages, what our code says of
 * documents and identifiers. Each line of standard input is a question in JSON,
 * each line of standard output its answer:
 *
 *     {"read": "P<UTO..."}               the fields, or {"error": "..."}
 *     {"write": {"form": "TD3", ...}}    {"text": "P<UTO..."} or an error
 *     {"pass": "M1SUK/SOMCHAI..."}       what a boarding pass says, or an error
 *     {"imo": "9074729"}                 {} or an error; so with {"unit": ...}
 *     {"alert": "<alert ...>"}           what an alert says, or an error
 *     {"cap": {"id": ...}}               {"xml": ...} of a message, or an error
 *     {"name": "Nguyen"}                 {"nfc": true, "key": "nguyen"}
 *
 * Today is the day given as the only argument.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/text.h"
#include "proto/base/time.h"
#include "proto/boarding_pass.h"
#include "proto/identifier.h"
#include "proto/mrz.h"
#include "proto/namekey.h"
#include "tests/standards_alerts.h"

static const char *const forms[] = {"TD1", "TD2", "TD3", "MRV_A", "MRV_B"};

static void
die(const char *why)
{
    (void)fprintf(stderr, "standards_tool: %s\n", why);
    exit(1);
}

static json_t *
answer_error(const struct ent_error *err)
{
    return json_pack("{s:s}", "error", err->text);
}

static json_t *
answer_date(struct ent_mrz_date date)
{
    return json_pack("[I,I,I]", (json_int_t)date.year, (json_int_t)date.month,
        (json_int_t)date.day);
}

static json_t *
answer_read(const char *text, uint64_t now_ms)
{
    struct ent_mrz mrz;
    struct ent_error err;
    char sex[2];

    if (ent_mrz_parse(ent_view_text(text), now_ms, &mrz, &err) != ENT_OK) {
        return answer_error(&err);
    }
    (void)snprintf(sex, sizeof sex, "%c", mrz.sex);
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:b,s:o,s:o}",
        "form", forms[mrz.form], "code", mrz.code, "issuer", mrz.issuer,
        "nationality", mrz.nationality, "number", mrz.number, "sex", sex,
        "optional", mrz.optional, "optional2", mrz.optional2, "primary",
        mrz.name.primary, "secondary", mrz.name.secondary, "cut",
        mrz.name.may_be_cut, "birth", answer_date(mrz.birth), "expiry",
        answer_date(mrz.expiry));
}

static void
take_text(const json_t *from, const char *key, char *out, size_t size)
{
    const char *text = json_string_value(json_object_get(from, key));

    if (text != NULL && strlen(text) >= size) {
        die("a text is longer than its field");
    }
    (void)snprintf(out, size, "%s", text == NULL ? "" : text);
}

static struct ent_mrz_date
take_date(const json_t *from, const char *key)
{
    json_t *parts = json_object_get(from, key);

    return (struct ent_mrz_date){
        .year = (unsigned)json_integer_value(json_array_get(parts, 0)),
        .month = (unsigned)json_integer_value(json_array_get(parts, 1)),
        .day = (unsigned)json_integer_value(json_array_get(parts, 2)),
    };
}

#define TAKE(field, key) take_text(from, key, field, sizeof field)

static struct ent_mrz
take_mrz(const json_t *from)
{
    struct ent_mrz mrz = {.form = ENT_MRZ_TD1};
    char form[8];
    char sex[2];
    size_t i = 0;

    TAKE(form, "form");
    while (i < sizeof forms / sizeof forms[0] && strcmp(forms[i], form) != 0) {
        i++;
    }
    if (i == sizeof forms / sizeof forms[0]) {
        die("no such form");
    }
    mrz.form = (enum ent_mrz_form)i;
    TAKE(mrz.code, "code");
    TAKE(mrz.issuer, "issuer");
    TAKE(mrz.nationality, "nationality");
    TAKE(mrz.number, "number");
    TAKE(mrz.optional, "optional");
    TAKE(mrz.optional2, "optional2");
    TAKE(mrz.name.primary, "primary");
    TAKE(mrz.name.secondary, "secondary");
    TAKE(sex, "sex");
    mrz.sex = sex[0];
    mrz.birth = take_date(from, "birth");
    mrz.expiry = take_date(from, "expiry");
    return mrz;
}

static json_t *
answer_write(const json_t *from)
{
    struct ent_mrz mrz = take_mrz(from);
    char text[ENT_MRZ_TEXT_MAX];
    struct ent_error err;

    return ent_mrz_format(&mrz, text, &err) == ENT_OK
               ? json_pack("{s:s}", "text", text)
               : answer_error(&err);
}

static json_t *
answer_leg(const struct ent_boarding_leg *leg)
{
    const char compartment[] = {leg->compartment, '\0'};
    const char status[] = {leg->status, '\0'};
    const char documents[] = {leg->documents, '\0'};

    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "booking",
        leg->booking, "from", leg->from, "to", leg->to, "flight", leg->flight,
        "date", leg->date, "compartment", compartment, "seat", leg->seat,
        "sequence", leg->sequence, "status", status, "ticket", leg->ticket,
        "documents", documents);
}

static json_t *
answer_pass(const char *text, uint64_t now_ms)
{
    struct ent_boarding_pass pass;
    struct ent_error err;
    json_t *legs = json_array();
    json_t *bags = json_array();

    if (ent_boarding_pass_parse(ent_view_text(text), now_ms, &pass, &err) !=
        ENT_OK) {
        json_decref(legs);
        json_decref(bags);
        return answer_error(&err);
    }
    for (size_t i = 0; i < pass.leg_count; i++) {
        json_array_append_new(legs, answer_leg(&pass.legs[i]));
    }
    for (size_t i = 0; i < pass.bag_count; i++) {
        json_array_append_new(bags, json_string(pass.bags[i]));
    }
    return json_pack("{s:s,s:s,s:b,s:o,s:o}", "surname", pass.surname, "given",
        pass.given, "signature", pass.has_signature, "legs", legs, "bags",
        bags);
}

static const struct {
    const char *name;
    enum ent_identifier kind;
} kinds[] = {
    {"imo", ENT_IDENTIFIER_IMO},
    {"unit", ENT_IDENTIFIER_UNIT},
};

static json_t *
answer_check(enum ent_identifier kind, const char *text)
{
    struct ent_error err;

    return ent_identifier_check(kind, ent_view_text(text), &err) == ENT_OK
               ? json_object()
               : answer_error(&err);
}

static json_t *
answer_name(const char *text)
{
    struct ent_error err;
    char key[ENT_NAMEKEY_MAX];

    return ent_namekey_of(ent_view_text(text), key, &err) == ENT_OK
               ? json_pack("{s:b,s:s}", "nfc",
                     ent_text_is_nfc(ent_view_text(text)), "key", key)
               : answer_error(&err);
}

static json_t *
answer(const json_t *question, uint64_t now_ms)
{
    json_t *asked = NULL;

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        asked = json_object_get(question, kinds[i].name);
        if (asked != NULL) {
            return answer_check(kinds[i].kind, json_string_value(asked));
        }
    }
    asked = json_object_get(question, "read");
    if (asked != NULL) {
        return answer_read(json_string_value(asked), now_ms);
    }
    asked = json_object_get(question, "name");
    if (asked != NULL) {
        return answer_name(json_string_value(asked));
    }
    asked = json_object_get(question, "pass");
    if (asked != NULL) {
        return answer_pass(json_string_value(asked), now_ms);
    }
    asked = json_object_get(question, "alert");
    if (asked != NULL) {
        return standards_alert_read(json_string_value(asked));
    }
    asked = json_object_get(question, "cap");
    if (asked != NULL) {
        return standards_alert_write(asked);
    }
    asked = json_object_get(question, "write");
    return asked == NULL ? NULL : answer_write(asked);
}

int
main(int argc, char *argv[])
{
    static char line[256 * 1024];
    uint64_t now_ms;

    if (argc != 2 ||
        ent_date_parse(ent_view_text(argv[1]), &now_ms, NULL) != ENT_OK) {
        die("usage: standards_tool YYYY-MM-DD");
    }
    while (fgets(line, sizeof line, stdin) != NULL) {
        json_t *question = json_loads(line, 0, NULL);
        json_t *answered = answer(question, now_ms);

        if (answered == NULL ||
            json_dumpf(answered, stdout, JSON_COMPACT) != 0) {
            die("a question nobody answers");
        }
        (void)putchar('\n');
        json_decref(answered);
        json_decref(question);
    }
    return 0;
}
