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
    free(loaded->declarations);
    loaded->declarations = NULL;
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
    node_governed_renew(agreements);
}

/* Room for one more. */
static bool
make_room(struct node_agreements *agreements)
{
    size_t room = agreements->room == 0 ? 16 : 2 * agreements->room;
    struct node_loaded *list;

    if (agreements->count < agreements->room) {
        return true;
    }
    if (agreements->count == NODE_AGREEMENTS_MAX) {
        return false;
    }
    list = realloc(agreements->list, room * sizeof *list);
    if (list == NULL) {
        return false;
    }
    agreements->list = list;
    agreements->room = room;
    return true;
}

bool
node_agreements_move(struct node_agreements *to, struct node_loaded *loaded)
{
    if (!make_room(to)) {
        return false;
    }
    to->list[to->count] = *loaded;
    if (!node_governed_add(to, to->count)) {
        node_governed_renew(to);
        return false;
    }
    to->count++;
    *loaded = (struct node_loaded){.file = ""};
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
    free(old->list);
    free(old->governed);
    free(old);
    *agreements = NULL;
}

/* ---- two of the same parties ---- */

static bool
has_parties_of(
    const struct ent_agreement *one, const struct ent_agreement *other)
{
    size_t count = ent_agreement_party_count(one);

    if (count != ent_agreement_party_count(other)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (ent_agreement_authority(other, ent_agreement_party_state(one, i)) ==
            NULL) {
            return false;
        }
    }
    return true;
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

static const struct node_loaded *
governing(const struct node_agreements *agreements, const char *state)
{
    bool found;
    size_t at = node_governed_find(agreements, state, &found);

    return found ? &agreements->list[agreements->governed[at].place] : NULL;
}

const struct ent_agreement *
node_agreements_with(
    const struct node_agreements *agreements, const char *state)
{
    const struct node_loaded *loaded = governing(agreements, state);

    return loaded != NULL ? loaded->agreement : NULL;
}

const struct ent_agreement *
node_agreements_governing(const struct node_agreements *agreements,
    const char *state, const struct ent_declarations **ret_declarations)
{
    const struct node_loaded *loaded = governing(agreements, state);

    *ret_declarations = loaded != NULL ? loaded->declarations : NULL;
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

    return loaded != NULL ? loaded->declarations : NULL;
}

uint64_t
node_agreements_changed_at(const struct node_agreements *agreements,
    const char *state, uint64_t now_ms)
{
    const struct node_loaded *loaded = governing(agreements, state);
    uint64_t declared = 0;

    if (loaded == NULL) {
        return 0;
    }
    if (loaded->declarations != NULL) {
        declared = ent_declarations_changed_at(loaded->declarations, now_ms);
    }
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
    return index < agreements->count ? agreements->list[index].declarations
                                     : NULL;
}

size_t
node_agreements_count(const struct node_agreements *agreements)
{
    return agreements->count;
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
