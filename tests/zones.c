/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <stdio.h>

#include "proto/base/time.h"
#include "tests/zones.h"

uint64_t
day_ms(const char *text)
{
    uint64_t ms;

    expect_ok(ent_date_parse(view(text), &ms, &last_error));
    return ms;
}

enum ent_status
parse_on(const char *date, const char *text, struct ent_mrz *ret_mrz)
{
    return ent_mrz_parse(view(text), day_ms(date), ret_mrz, &last_error);
}

struct ent_mrz
read_mrz(const char *text)
{
    struct ent_mrz mrz;

    expect_ok(parse_on("2026-11-29", text, &mrz));
    return mrz;
}

void
expect_complaint(const char *text, const char *sentence)
{
    struct ent_mrz mrz = {.form = ENT_MRZ_TD2, .number = "UNTOUCHED"};

    expect_status(parse_on("2026-11-29", text, &mrz), ENT_BAD_INPUT);
    assert_string_equal(last_error.text, sentence);
    assert_string_equal(mrz.number, "UNTOUCHED");
}

const char *
changed(const char *specimen, unsigned line, unsigned column, const char *to)
{
    static char text[ENT_MRZ_TEXT_MAX];
    char *at = text;

    (void)snprintf(text, sizeof text, "%s", specimen);
    while (line-- > 1) {
        at = strchr(at, '\n') + 1;
    }
    memcpy(at + column - 1, to, strlen(to));
    return text;
}

void
expect_same(const struct ent_mrz *a, const struct ent_mrz *b)
{
    assert_int_equal(a->form, b->form);
    assert_string_equal(a->code, b->code);
    assert_string_equal(a->issuer, b->issuer);
    assert_string_equal(a->nationality, b->nationality);
    assert_string_equal(a->number, b->number);
    assert_memory_equal(&a->birth, &b->birth, sizeof a->birth);
    assert_memory_equal(&a->expiry, &b->expiry, sizeof a->expiry);
    assert_int_equal(a->sex, b->sex);
    assert_string_equal(a->optional, b->optional);
    assert_string_equal(a->optional2, b->optional2);
    assert_string_equal(a->name.primary, b->name.primary);
    assert_string_equal(a->name.secondary, b->name.secondary);
    assert_int_equal(a->name.may_be_cut, b->name.may_be_cut);
}

struct ent_mrz
passport(struct ent_mrz_date birth, struct ent_mrz_date expiry)
{
    return (struct ent_mrz){.form = ENT_MRZ_TD3,
        .code = "P",
        .issuer = "THA",
        .nationality = "THA",
        .number = "AA1234567",
        .birth = birth,
        .expiry = expiry,
        .sex = 'M',
        .name = {"SUK", "SOMCHAI", false}};
}
