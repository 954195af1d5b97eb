/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/agreement.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "policy/agreement_reader.h"
#include "proto/digest.h"
#include "proto/schema/trust.pb-c.h"

static enum ent_status
refused(struct ent_complaints *complaints, struct ent_error *err)
{
    const struct ent_complaint *first = &complaints->list[0];

    ent_complaints_sort(complaints);
    return ent_fail(err, ENT_BAD_INPUT, "%zu:%zu: %s", first->line,
        first->column, first->text);
}

static enum ent_status
read_file(struct ent_agreement *agreement, struct ent_view text,
    struct ent_complaints *complaints, struct ent_error *err)
{
    struct agreement_reader reader = {
        .agreement = agreement, .complaints = complaints, .err = err};
    enum ent_status rc;

    rc = ent_yaml_read(text, &agreement->yaml, complaints, err);
    if (rc != ENT_OK) {
        return rc;
    }
    for (size_t i = 0; i < ENT_FAMILIES_MAX; i++) {
        agreement->retention_of[i] = ENT_NONE;
    }
    rc = ent_agreement_parse(&reader, ent_yaml_root(agreement->yaml));
    if (rc != ENT_OK) {
        return rc;
    }
    ent_agreement_check(&reader);
    return complaints->count > 0 ? refused(complaints, err) : ENT_OK;
}

enum ent_status
ent_agreement_load(struct ent_view text, struct ent_agreement **ret_agreement,
    struct ent_complaints *complaints, struct ent_error *err)
{
    ENT_AUTO(ent_agreement_free) struct ent_agreement *agreement = NULL;
    enum ent_status rc;

    assert(ret_agreement != NULL && complaints != NULL);

    *complaints = (struct ent_complaints){0};
    agreement = calloc(1, sizeof *agreement);
    if (agreement == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "loading an agreement");
    }
    rc = read_file(agreement, text, complaints, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = ent_bytes_copy(text, &agreement->text, err);
    if (rc != ENT_OK) {
        return rc;
    }
    agreement->digest = ent_digest_of(text);

    *ret_agreement = agreement;
    agreement = NULL;
    return ENT_OK;
}

void
ent_paths_free(struct agreement_paths *paths)
{
    for (size_t i = 0; i < paths->count; i++) {
        free(paths->list[i].chains);
    }
    free(paths->list);
}

void
ent_agreement_free(struct ent_agreement **agreement)
{
    struct ent_agreement *old = *agreement;

    if (old == NULL) {
        return;
    }
    free(old->offices);
    free(old->pair_keys);
    free(old->slots);
    free(old->exchanges);
    ent_paths_free(&old->prohibited);
    ent_paths_free(&old->withheld);
    ent_paths_free(&old->victims.names);
    free(old->retentions);
    free(old->onward.list);
    free(old->assurances);
    ent_bytes_free(&old->text);
    ent_yaml_free(&old->yaml);
    free(old);
    *agreement = NULL;
}

const char *
ent_agreement_name(const struct ent_agreement *agreement)
{
    return agreement->name;
}

uint64_t
ent_agreement_version(const struct ent_agreement *agreement)
{
    return agreement->version;
}

const char *
ent_agreement_title(const struct ent_agreement *agreement)
{
    return agreement->title;
}

const struct ent_digest *
ent_agreement_digest(const struct ent_agreement *agreement)
{
    return &agreement->digest;
}

struct ent_view
ent_agreement_text(const struct ent_agreement *agreement)
{
    return ent_bytes_view(&agreement->text);
}

size_t
ent_agreement_party_count(const struct ent_agreement *agreement)
{
    return agreement->party_count;
}

const char *
ent_agreement_party_state(const struct ent_agreement *agreement, size_t index)
{
    assert(index < agreement->party_count);

    return agreement->parties[index].state;
}

const struct ent_verify_key *
ent_agreement_authority(
    const struct ent_agreement *agreement, const char *state)
{
    size_t index = ent_agreement_find_party(agreement, state);

    return index != ENT_NONE ? &agreement->parties[index].authority : NULL;
}

void
ent_agreement_term(const struct ent_agreement *agreement, uint64_t *ret_from_ms,
    uint64_t *ret_until_ms)
{
    assert(agreement != NULL && ret_from_ms != NULL && ret_until_ms != NULL);

    *ret_from_ms = agreement->in_force.from_ms;
    *ret_until_ms = agreement->in_force.until_ms;
}

bool
ent_agreement_in_force(const struct ent_agreement *agreement, uint64_t now_ms)
{
    return now_ms >= agreement->in_force.from_ms &&
           now_ms < agreement->in_force.until_ms;
}

bool
ent_agreement_review_due(const struct ent_agreement *agreement, uint64_t now_ms)
{
    return agreement->in_force.review_ms != 0 &&
           now_ms >= agreement->in_force.review_ms;
}

const struct ent_address *
ent_agreement_office(const struct ent_agreement *agreement, size_t index)
{
    return index < agreement->office_count ? &agreement->offices[index].address
                                           : NULL;
}

/* Only who writes the agreement could make addresses collide, and what
 * that costs is bounded by the number of offices. */
static size_t
slot_of(
    const struct ent_agreement *agreement, const struct ent_address *address)
{
    return (size_t)ent_address_hash(address) & (agreement->slot_count - 1);
}

size_t
ent_agreement_find_office(
    const struct ent_agreement *agreement, const struct ent_address *address)
{
    size_t slot;

    if (agreement->slot_count == 0) {
        return ENT_NONE;
    }
    slot = slot_of(agreement, address);
    while (agreement->slots[slot] != 0) {
        size_t index = agreement->slots[slot] - 1;

        if (ent_address_equal(address, &agreement->offices[index].address)) {
            return index;
        }
        slot = (slot + 1) & (agreement->slot_count - 1);
    }
    return ENT_NONE;
}

void
ent_agreement_hash_office(struct ent_agreement *agreement, size_t index)
{
    size_t slot = slot_of(agreement, &agreement->offices[index].address);

    while (agreement->slots[slot] != 0) {
        slot = (slot + 1) & (agreement->slot_count - 1);
    }
    agreement->slots[slot] = (uint32_t)index + 1;
}

size_t
ent_agreement_find_party(
    const struct ent_agreement *agreement, const char *state)
{
    for (size_t i = 0; i < agreement->party_count; i++) {
        if (strcmp(agreement->parties[i].state, state) == 0) {
            return i;
        }
    }
    return ENT_NONE;
}

static bool
has_kind(const struct agreement_exchange *exchange, uint32_t kind)
{
    return (exchange->kinds >> kind & 1) != 0;
}

bool
ent_exchange_joins(const struct ent_agreement *agreement,
    const struct agreement_exchange *exchange,
    const struct agreement_office *from, const struct agreement_office *to)
{
    if (!has_kind(exchange, from->kind) || !has_kind(exchange, to->kind)) {
        return false;
    }
    if (agreement->party_count == 1) {
        return from != to;
    }
    if ((exchange->ways[from->party] >> to->party & 1) == 0) {
        return false;
    }
    return from->kind != ENTENTE__V1__OFFICE_KIND__BLO ||
           to->kind != ENTENTE__V1__OFFICE_KIND__BLO ||
           (from->pair != ENT_NONE && &agreement->offices[from->pair] == to);
}

bool
ent_exchange_answers(const struct ent_agreement *agreement,
    const struct agreement_exchange *exchange,
    const struct agreement_office *from, const struct agreement_office *to)
{
    return ent_exchange_joins(agreement, exchange, from, to) ||
           ent_exchange_joins(agreement, exchange, to, from);
}

/* Who of each party is of the clause's kinds, and with whom its BLO are paired.
 */
struct turnout {
    uint32_t kinds[ENT_PARTIES_MAX];
    uint32_t pairs[ENT_PARTIES_MAX]; /* bit j: with a BLO of party j */
    size_t offices;
};

static struct turnout
count_turnout(const struct ent_agreement *agreement,
    const struct agreement_exchange *exchange)
{
    struct turnout turnout = {0};

    for (size_t i = 0; i < agreement->office_count; i++) {
        const struct agreement_office *office = &agreement->offices[i];

        if (!has_kind(exchange, office->kind) || office->party == ENT_NONE) {
            continue;
        }
        turnout.kinds[office->party] |= UINT32_C(1) << office->kind;
        turnout.offices++;
        if (office->pair != ENT_NONE) {
            turnout.pairs[office->party] |=
                UINT32_C(1) << agreement->offices[office->pair].party;
        }
    }
    return turnout;
}

/* Not each office with each: a file of a megabyte would take minutes. */
bool
ent_exchange_is_usable(const struct ent_agreement *agreement,
    const struct agreement_exchange *exchange)
{
    const uint32_t blo = UINT32_C(1) << ENTENTE__V1__OFFICE_KIND__BLO;
    struct turnout turnout = count_turnout(agreement, exchange);

    if (agreement->party_count == 1) {
        return turnout.offices >= 2;
    }
    for (size_t i = 0; i < agreement->party_count; i++) {
        for (size_t j = 0; j < agreement->party_count; j++) {
            uint32_t both = turnout.kinds[i] | turnout.kinds[j];

            if ((exchange->ways[i] >> j & 1) != 0 && turnout.kinds[i] != 0 &&
                turnout.kinds[j] != 0 &&
                ((both & ~blo) != 0 || (turnout.pairs[i] >> j & 1) != 0)) {
                return true;
            }
        }
    }
    return false;
}

/* ---- duties ---- */

struct ent_agreement_correction
ent_agreement_correction(const struct ent_agreement *agreement)
{
    return (struct ent_agreement_correction){
        agreement->correction.notify_ms, agreement->correction.apply_ms};
}

const char *
ent_agreement_marking(
    const struct ent_agreement *agreement, const char *state, uint32_t rung)
{
    size_t party = ent_agreement_find_party(agreement, state);

    return rung < ENT_LEVELS && party != ENT_NONE
               ? agreement->markings[rung][party]
               : NULL;
}

struct ent_agreement_recall
ent_agreement_recall(const struct ent_agreement *agreement)
{
    return (struct ent_agreement_recall){
        agreement->recall.purge_ms, agreement->recall.mark.line};
}

struct ent_agreement_reply
ent_agreement_reply(const struct ent_agreement *agreement, uint32_t precedence)
{
    const struct agreement_level *level =
        &agreement->levels[precedence < ENT_LEVELS ? precedence : 0];

    return (struct ent_agreement_reply){
        level->reply_ms, level->reply_mark.line};
}

struct ent_agreement_emergency
ent_agreement_emergency(const struct ent_agreement *agreement)
{
    return (struct ent_agreement_emergency){agreement->emergency.may_relax,
        agreement->emergency.length_ms, agreement->emergency.review_ms};
}

uint64_t
ent_agreement_drill_ms(const struct ent_agreement *agreement,
    const struct ent_address *from, const struct ent_address *to)
{
    size_t alert =
        ent_family_index(ent_family_by_name(ent_view_text("hotline_alert")));
    size_t a = ent_agreement_find_office(agreement, from);
    size_t b = ent_agreement_find_office(agreement, to);

    if (a == ENT_NONE || b == ENT_NONE || a == b) {
        return 0;
    }
    for (size_t i = 0; i < agreement->exchange_count; i++) {
        const struct agreement_exchange *exchange = &agreement->exchanges[i];

        if (ent_families_have(&exchange->families, alert) &&
            ent_exchange_joins(agreement, exchange, &agreement->offices[a],
                &agreement->offices[b])) {
            return agreement->hotline.drill_ms;
        }
    }
    return 0;
}
