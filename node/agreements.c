/* SPDX-License-Identifier: Apache-2.0 */
#include "node/agreements_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
node_agreements_report(struct node_agreements *agreements, const char *file,
    size_t line, const char *format, ...)
{
    struct node_agreement_fault *fault =
        &agreements->faults[agreements->fault_count];
    va_list arguments;

    if (agreements->fault_count == NODE_AGREEMENT_FAULTS_MAX) {
        return;
    }
    fault->line = line;
    (void)snprintf(fault->file, sizeof fault->file, "%s", file);
    va_start(arguments, format);
    (void)vsnprintf(fault->text, sizeof fault->text, format, arguments);
    va_end(arguments);
    agreements->fault_count++;
}

/* ---- the list ---- */

static void
loaded_fini(struct node_loaded *loaded)
{
    ent_agreement_free(&loaded->agreement);
    ent_bytes_free(&loaded->signatures);
}

struct node_loaded *
node_agreements_named(struct node_agreements *agreements, const char *name)
{
    for (size_t i = 0; i < agreements->count; i++) {
        if (strcmp(ent_agreement_name(agreements->list[i].agreement), name) ==
            0) {
            return &agreements->list[i];
        }
    }
    return NULL;
}

void
node_agreements_drop(
    struct node_agreements *agreements, struct node_loaded *loaded)
{
    size_t behind =
        (size_t)(&agreements->list[agreements->count] - (loaded + 1));

    loaded_fini(loaded);
    memmove(loaded, loaded + 1, behind * sizeof *loaded);
    agreements->count--;
    memset(&agreements->list[agreements->count], 0, sizeof *loaded);
}

bool
node_agreements_move(struct node_agreements *to, struct node_loaded *loaded)
{
    if (to->count == NODE_AGREEMENTS_MAX) {
        return false;
    }
    to->list[to->count++] = *loaded;
    loaded->agreement = NULL;
    loaded->signatures = (struct ent_bytes){0};
    return true;
}

void
node_agreements_free(struct node_agreements **agreements)
{
    struct node_agreements *old = *agreements;

    if (old == NULL) {
        return;
    }
    for (size_t i = 0; i < old->count; i++) {
        loaded_fini(&old->list[i]);
    }
    for (size_t i = 0; i < old->notice_count; i++) {
        ent_bytes_free(&old->notices[i].text);
        ent_bytes_free(&old->notices[i].signatures);
    }
    ent_bytes_free(&old->overlay.text);
    ent_overlay_free(&old->overlay.rules);
    free(old->notices);
    free(old);
    *agreements = NULL;
}

/* ---- two of the same parties ---- */

static bool
has_parties_of(
    const struct ent_agreement *one, const struct ent_agreement *other)
{
    size_t count = ent_agreement_party_count(one);

    for (size_t i = 0; i < count; i++) {
        if (ent_agreement_authority(other, ent_agreement_party_state(one, i)) ==
            NULL) {
            return false;
        }
    }
    return count == ent_agreement_party_count(other);
}

static bool
yields_to(const struct ent_agreement *one, const struct ent_agreement *other,
    uint64_t now_ms)
{
    bool counts = ent_agreement_in_force(one, now_ms);
    bool other_counts = ent_agreement_in_force(other, now_ms);

    return counts != other_counts
               ? other_counts
               : strcmp(ent_agreement_name(one), ent_agreement_name(other)) > 0;
}

struct node_loaded *
node_agreements_yielding(struct node_agreements *agreements, uint64_t now_ms,
    const struct node_loaded **ret_to)
{
    for (size_t i = 0; i < agreements->count; i++) {
        struct node_loaded *one = &agreements->list[i];

        for (size_t k = 0; k < agreements->count; k++) {
            const struct node_loaded *other = &agreements->list[k];

            if (i != k && has_parties_of(one->agreement, other->agreement) &&
                yields_to(one->agreement, other->agreement, now_ms)) {
                *ret_to = other;
                return one;
            }
        }
    }
    return NULL;
}

/* ---- which one decides ---- */

/* Does it govern what passes between our state and that one? */
static bool
covers(
    const struct ent_agreement *agreement, const char *own, const char *state)
{
    size_t count = ent_agreement_party_count(agreement);
    bool ours = false;
    bool theirs = false;

    for (size_t i = 0; i < count; i++) {
        const char *party = ent_agreement_party_state(agreement, i);

        ours |= strcmp(party, own) == 0;
        theirs |= strcmp(party, state) == 0;
    }
    return ours && theirs && (count == 1) == (strcmp(own, state) == 0);
}

static const struct node_loaded *
governing(const struct node_agreements *agreements, const char *state)
{
    const struct node_loaded *best = NULL;

    for (size_t i = 0; i < agreements->count; i++) {
        const struct node_loaded *loaded = &agreements->list[i];

        if (covers(loaded->agreement, agreements->state, state) &&
            (best == NULL || ent_agreement_party_count(loaded->agreement) <
                                 ent_agreement_party_count(best->agreement))) {
            best = loaded;
        }
    }
    return best;
}

const struct ent_agreement *
node_agreements_with(
    const struct node_agreements *agreements, const char *state)
{
    const struct node_loaded *loaded = governing(agreements, state);

    return loaded != NULL ? loaded->agreement : NULL;
}

const struct ent_agreement *
node_agreements_with_office(
    const struct node_agreements *agreements, const char *office)
{
    struct ent_address address;

    return ent_address_parse(ent_view_text(office), &address, NULL) == ENT_OK
               ? node_agreements_with(agreements, ent_address_state(&address))
               : NULL;
}

const struct ent_declarations *
node_agreements_declared(
    const struct node_agreements *agreements, const char *state)
{
    const struct node_loaded *loaded = governing(agreements, state);

    return loaded != NULL ? &loaded->declarations : NULL;
}

uint64_t
node_agreements_changed_at(const struct node_agreements *agreements,
    const char *state, uint64_t now_ms)
{
    const struct node_loaded *loaded = governing(agreements, state);
    uint64_t declared;

    if (loaded == NULL) {
        return 0;
    }
    declared = ent_declarations_changed_at(&loaded->declarations, now_ms);
    if (agreements->overlay.since_ms > declared) {
        declared = agreements->overlay.since_ms;
    }
    return declared > loaded->declared_ms ? declared : loaded->declared_ms;
}

/* ---- one by one ---- */

const struct ent_agreement *
node_agreements_at(const struct node_agreements *agreements, size_t index,
    const char **ret_file)
{
    if (index >= agreements->count) {
        return NULL;
    }
    if (ret_file != NULL) {
        *ret_file = agreements->list[index].file;
    }
    return agreements->list[index].agreement;
}

const struct ent_declarations *
node_agreements_declared_at(
    const struct node_agreements *agreements, size_t index)
{
    return index < agreements->count ? &agreements->list[index].declarations
                                     : NULL;
}

const struct node_agreement_fault *
node_agreements_fault(const struct node_agreements *agreements, size_t index)
{
    return index < agreements->fault_count ? &agreements->faults[index] : NULL;
}

struct ent_view
node_agreements_signatures(
    const struct node_agreements *agreements, size_t index)
{
    return index >= agreements->count
               ? (struct ent_view){0}
               : ent_bytes_view(&agreements->list[index].signatures);
}
