/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/declarations.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "policy/notice.h"

static bool
holds(const struct ent_declaration *declaration,
    const struct ent_family *family, uint64_t now_ms)
{
    return now_ms >= declaration->from_ms && now_ms < declaration->until_ms &&
           (declaration->all_families ||
               (family != NULL && ent_families_have(&declaration->families,
                                      ent_family_index(family))));
}

/* Is the office meant: one of those named, or any when none is. */
static bool
means_office(const struct ent_declaration *declaration,
    const struct ent_address *sender, const struct ent_address *recipient)
{
    for (size_t i = 0; i < declaration->office_count; i++) {
        if (ent_address_equal(&declaration->offices[i], sender) ||
            ent_address_equal(&declaration->offices[i], recipient)) {
            return true;
        }
    }
    return declaration->office_count == 0;
}

const struct ent_declaration *
ent_declarations_suspending(const struct ent_declarations *declarations,
    const struct ent_family *family, const struct ent_address *sender,
    const struct ent_address *recipient, uint64_t now_ms)
{
    if (declarations == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < declarations->count; i++) {
        const struct ent_declaration *declaration = &declarations->list[i];

        /* It stops what its own state sends and gets, and nothing else. */
        if (declaration->kind == ENT_SUSPENSION &&
            holds(declaration, family, now_ms) &&
            (strcmp(declaration->state, ent_address_state(sender)) == 0 ||
                strcmp(declaration->state, ent_address_state(recipient)) ==
                    0) &&
            means_office(declaration, sender, recipient)) {
            return declaration;
        }
    }
    return NULL;
}

bool
ent_declarations_assure(const struct ent_declarations *declarations,
    const char *state, enum ent_risk risk, const struct ent_family *family,
    uint32_t offence, uint64_t now_ms)
{
    assert(state != NULL);

    for (size_t i = 0; declarations != NULL && i < declarations->count; i++) {
        const struct ent_declaration *declaration = &declarations->list[i];

        if (declaration->kind == ENT_ASSURANCE && declaration->risk == risk &&
            holds(declaration, family, now_ms) &&
            strcmp(declaration->state, state) == 0 &&
            (declaration->offences == 0 ||
                (offence < 32 &&
                    (declaration->offences >> offence & 1) != 0))) {
            return true;
        }
    }
    return false;
}

uint64_t
ent_declarations_changed_at(
    const struct ent_declarations *declarations, uint64_t now_ms)
{
    uint64_t last = 0;

    for (size_t i = 0; i < declarations->count; i++) {
        const struct ent_declaration *declaration = &declarations->list[i];

        if (declaration->from_ms <= now_ms && declaration->from_ms > last) {
            last = declaration->from_ms;
        }
        if (declaration->until_ms <= now_ms && declaration->until_ms > last) {
            last = declaration->until_ms;
        }
    }
    return last;
}

/* ---- from notices ---- */

static bool
is_of(const struct ent_notice *notice, const char *state)
{
    return strcmp(notice->declaration.state, state) == 0;
}

/* Does `end` put an end to what `notice` declared? */
static bool
puts_an_end(const struct ent_notice *end, const struct ent_notice *notice)
{
    enum ent_notice_kind ends = end->kind == ENT_NOTICE_RESUMPTION
                                    ? ENT_NOTICE_SUSPENSION
                                    : ENT_NOTICE_ASSURANCE;

    if ((end->kind != ENT_NOTICE_RESUMPTION &&
            end->kind != ENT_NOTICE_WITHDRAWAL) ||
        notice->kind != ends || !is_of(end, notice->declaration.state)) {
        return false;
    }
    return end->of != 0 ? end->of == notice->declaration.number
                        : notice->declaration.number < end->declaration.number;
}

static enum ent_status
check_number(const struct ent_notice *notices, size_t count, size_t index,
    struct ent_error *err)
{
    const struct ent_declaration *one = &notices[index].declaration;

    for (size_t i = index + 1; i < count; i++) {
        if (is_of(&notices[i], one->state) &&
            notices[i].declaration.number == one->number) {
            return ent_fail(err, ENT_EXISTS,
                "'%s' has given two notices the number %" PRIu64, one->state,
                one->number);
        }
    }
    return ENT_OK;
}

enum ent_status
ent_declarations_make(const struct ent_notice *notices, size_t count,
    uint64_t now_ms, struct ent_declarations *ret_declarations,
    struct ent_error *err)
{
    struct ent_declarations made = {0};

    assert(notices != NULL || count == 0);
    assert(ret_declarations != NULL);

    for (size_t i = 0; i < count; i++) {
        struct ent_declaration declaration = notices[i].declaration;
        enum ent_status rc = check_number(notices, count, i, err);

        if (rc != ENT_OK) {
            return rc;
        }
        if (notices[i].kind != ENT_NOTICE_SUSPENSION &&
            notices[i].kind != ENT_NOTICE_ASSURANCE) {
            continue;
        }
        for (size_t n = 0; n < count; n++) {
            if (puts_an_end(&notices[n], &notices[i]) &&
                notices[n].declaration.from_ms < declaration.until_ms) {
                declaration.until_ms = notices[n].declaration.from_ms;
            }
        }
        if (declaration.until_ms <= declaration.from_ms ||
            declaration.until_ms <= now_ms) {
            continue; /* it never held, or is over */
        }
        if (made.count == ENT_DECLARATIONS_MAX) {
            return ent_fail(err, ENT_FULL,
                "more than %d declarations hold under one agreement",
                ENT_DECLARATIONS_MAX);
        }
        made.list[made.count++] = declaration;
    }
    *ret_declarations = made;
    return ENT_OK;
}
