/* SPDX-License-Identifier: Apache-2.0 */
#include "node/onward.h"

#include <stdio.h>
#include <string.h>

#include "node/clock.h"
#include "node/consent.h"
#include "node/lifecycle.h"
#include "node/submit.h"
#include "policy/onward.h"
#include "policy/said.h"
#include "proto/refusal.h"

#define FAMILY_SERVICE 170 /* from here on they speak of messages */
#define FAMILY_READMISSION 256
#define PRINTS_MAX 64 /* rows of one print that are looked at */

/* Where something came from. */
struct origin {
    struct ent_address office;
    struct ent_id id;
};

/* ---- prints ---- */

/* Something about the world, and not about messages. */
static bool
is_content(const struct ent_family *family)
{
    return family != NULL && family->number != ENT_FAMILY_CONSENT_REQUEST &&
           (family->number < FAMILY_SERVICE ||
               family->number == FAMILY_READMISSION);
}

enum ent_status
node_onward_print(struct node *node, const ent_message *message,
    uint8_t ret_print[static NODE_PRINT_LEN], bool *ret_has,
    struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    ent_message bare = ENTENTE__V1__MESSAGE__INIT;
    enum ent_status rc;

    *ret_has = is_content(ent_family_of(message));
    if (!*ret_has) {
        return ENT_OK;
    }
    bare.body_case = message->body_case;
    bare.test = message->test; /* the one pointer that every body shares */
    rc = ent_pb_pack(&bare.base, &wire, err);
    if (rc == ENT_OK) {
        node_keeper_print(node->keeper, ent_bytes_view(&wire), ret_print);
    }
    return rc;
}

static struct node_key
print_key(const uint8_t print[static NODE_PRINT_LEN], uint64_t sequence)
{
    struct node_key key = {.len = NODE_PRINT_LEN + 8};

    memcpy(key.bytes, print, NODE_PRINT_LEN);
    ent_put_be(key.bytes + NODE_PRINT_LEN, sequence, 8);
    return key;
}

/* It has one, and something of it can still be read. */
static bool
has_print(const node_desk_row *row)
{
    return row != NULL && row->print.len == NODE_PRINT_LEN &&
           row->deleted_at == 0;
}

enum ent_status
node_onward_note(struct node *node, uint64_t sequence, const node_desk_row *was,
    const node_desk_row *is, struct ent_error *err)
{
    struct node_key key;

    if (has_print(was) == has_print(is)) {
        return ENT_OK;
    }
    key = print_key(has_print(is) ? is->print.data : was->print.data, sequence);
    return has_print(is) ? node_store_put(node->store, NODE_ORIGIN,
                               node_key_view(&key), (struct ent_view){0}, err)
                         : node_store_delete(node->store, NODE_ORIGIN,
                               node_key_view(&key), err);
}

/* ---- recognising ---- */

static bool
is_foreign(const struct node *node, const char *office)
{
    struct ent_address address;

    return ent_address_parse(ent_view_text(office), &address, NULL) == ENT_OK &&
           strcmp(ent_address_state(&address),
               ent_address_state(&node->self)) != 0;
}

static enum ent_status
fill(const node_desk_row *row, ent_message *message, struct ent_arena *arena,
    struct ent_error *err)
{
    Entente__V1__Origin *origin = ent_arena_alloc(arena, sizeof *origin);

    if (origin == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "naming an origin");
    }
    entente__v1__origin__init(origin);
    origin->from = node_text_in(arena, row->from);
    origin->message_id = node_id_in(arena, &row->id);
    message->origin = origin;
    return ENT_OK;
}

enum ent_status
node_onward_recognise(struct node *node, ent_message *message,
    struct ent_arena *arena, struct ent_error *err)
{
    uint8_t print[NODE_PRINT_LEN];
    struct node_key key;
    bool has = false;
    enum ent_status rc = ENT_OK;

    if (message->origin != NULL || message->test == NULL) {
        return ENT_OK;
    }
    rc = node_onward_print(node, message, print, &has, err);
    if (rc != ENT_OK || !has) {
        return rc;
    }
    key = print_key(print, 0);
    for (size_t i = 0; rc == ENT_OK && i < PRINTS_MAX; i++) {
        ENT_AUTO(node_row_free) node_desk_row *row = NULL;

        rc = node_store_seek(node->store, NODE_ORIGIN, node_key_view(&key),
            NODE_PRINT_LEN, key.bytes, NULL, err);
        if (rc == ENT_OK) {
            rc = node_desk_get(
                node, ent_get_be(key.bytes + NODE_PRINT_LEN, 8), &row, err);
        }
        if (rc == ENT_OK && is_foreign(node, row->from)) {
            return fill(row, message, arena, err);
        }
        if (rc == ENT_OK && !node_key_after(key.bytes, key.len)) {
            break;
        }
    }
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

/* ---- deciding ---- */

static void
deny(struct ent_decision *decision, const char *sentence)
{
    *decision = (struct ent_decision){.reason = ENT_REFUSAL_ONWARD};
    (void)snprintf(decision->clause, sizeof decision->clause, "onward");
    (void)snprintf(
        decision->sentence, sizeof decision->sentence, "%s", sentence);
}

static bool
parse_origin(const ent_message *message, struct origin *ret_origin)
{
    return ent_address_parse(ent_view_text(message->origin->from),
               &ret_origin->office, NULL) == ENT_OK &&
           ent_id_parse(ent_view_text(message->origin->message_id),
               &ret_origin->id, NULL) == ENT_OK;
}

/* What lies on the desk of it; NULL, and why in `ret_why`, when nothing does
 * that may be passed on. */
static node_desk_row *
row_of(struct node *node, const struct origin *origin, const char **ret_why)
{
    ENT_AUTO(node_row_free) node_seen_row *seen = NULL;
    struct ent_party party = ent_address_party(&origin->office);
    node_desk_row *row = NULL;

    *ret_why = "what it says it came from never came here";
    if (node_seen_get(node, &party, &origin->id, &seen, NULL) != ENT_OK ||
        seen->desk == 0 ||
        node_desk_get(node, seen->desk, &row, NULL) != ENT_OK) {
        return NULL;
    }
    if (row->fate >= NODE_FATE_WITHDRAWN) {
        *ret_why = "its originator has withdrawn it";
    } else if (row->deleted_at != 0) {
        *ret_why = "it is deleted here, and goes nowhere any more";
    } else {
        return row;
    }
    node_row_free(&row);
    return NULL;
}

/* Given since it is known to be what it is. */
static bool
is_about_it(const node_consent_row *consent, const node_desk_row *row)
{
    return row->raised == NULL || consent->decided_at > row->raised->at;
}

static bool
has_consent(struct node *node, const struct origin *origin, const char *state,
    const node_desk_row *of)
{
    ENT_AUTO(node_row_free) node_consent_row *row = NULL;

    return node_consent_get(node, &origin->office, &origin->id, state, &row,
               NULL) == ENT_OK &&
           node_consent_holds(row, node_clock_latest_ms(node)) &&
           is_about_it(row, of);
}

/* By the agreement that it came under. */
static void
decide(struct node *node, const struct origin *origin, const node_desk_row *row,
    const ent_message *message, const struct ent_address *to,
    struct ent_decision *ret_decision)
{
    const char *state = ent_address_state(&origin->office);
    const struct ent_agreement *agreement =
        node_agreements_with(node->agreements, state);
    const struct ent_agreement *order =
        node_agreements_with(node->agreements, ent_address_state(&node->self));
    struct ent_onward onward = {
        .originator = &origin->office,
        .holder = &node->self,
        .family = ent_family_by_number(row->family),
        .use = ENT_USE_SHARE,
        .to = ent_address_state(to),
        .issuer = ent_said_issuer(message),
        .raised = row->raised != NULL,
        .consent = has_consent(node, origin, ent_address_state(to), row),
        .declarations = node_agreements_declared(node->agreements, state),
    };

    if (agreement != NULL) {
        onward.to_sectors = ent_agreement_sectors(agreement, to);
    }
    if (order != NULL && onward.to_sectors == 0) {
        onward.to_sectors = ent_agreement_sectors(order, to);
    }
    ent_decide_onward(
        agreement, &onward, node_clock_latest_ms(node), ret_decision);
}

/* Its line is of another file than that of the agreement with `to`. */
static void
name_agreement(struct node *node, const struct origin *origin,
    struct ent_decision *decision)
{
    const struct ent_agreement *agreement = node_agreements_with(
        node->agreements, ent_address_state(&origin->office));
    size_t len = strlen(decision->sentence);

    if (agreement != NULL) {
        (void)snprintf(decision->sentence + len,
            sizeof decision->sentence - len, " (%.64s)",
            ent_agreement_name(agreement));
    }
}

enum ent_status
node_onward_raise(struct node *node, ent_message *message,
    struct ent_arena *arena, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_desk_row *row = NULL;
    struct origin origin;
    const char *why = NULL;

    if (message->origin == NULL || !parse_origin(message, &origin)) {
        return ENT_OK;
    }
    row = row_of(node, &origin, &why);
    return row == NULL || row->raised == NULL
               ? ENT_OK
               : node_raise_mark(row->raised, message, arena, err);
}

void
node_onward_judge(struct node *node, const ent_message *message,
    const struct ent_address *to, struct ent_decision *decision)
{
    ENT_AUTO(node_row_free) node_desk_row *row = NULL;
    struct ent_decision onward;
    struct origin origin;
    const char *why = NULL;

    if (message->origin == NULL || !decision->permit) {
        return;
    }
    if (!parse_origin(message, &origin)) {
        deny(decision, "it does not say where it came from");
        return;
    }
    row = row_of(node, &origin, &why);
    if (row == NULL) {
        deny(decision, why);
        return;
    }
    if (!is_foreign(node, origin.office.text)) {
        return; /* it is our own state's */
    }
    decide(node, &origin, row, message, to, &onward);
    if (!onward.permit) {
        name_agreement(node, &origin, &onward);
        *decision = onward;
    }
}

/* ---- in court ---- */

static node_desk_row *
desk_row_of(struct node *node, const struct ent_address *office,
    const struct ent_id *id)
{
    ENT_AUTO(node_row_free) node_seen_row *seen = NULL;
    struct ent_party party = ent_address_party(office);
    node_desk_row *row = NULL;

    return node_seen_get(node, &party, id, &seen, NULL) == ENT_OK &&
                   seen->desk != 0 &&
                   node_desk_get(node, seen->desk, &row, NULL) == ENT_OK
               ? row
               : NULL;
}

void
node_onward_court(struct node *node, const struct ent_address *office,
    const struct ent_id *id, struct ent_decision *ret_decision)
{
    ENT_AUTO(node_row_free) node_desk_row *row = desk_row_of(node, office, id);
    ENT_AUTO(node_row_free) node_consent_row *consent = NULL;
    const char *state = ent_address_state(office);
    struct ent_onward onward = {
        .originator = office,
        .holder = &node->self,
        .use = ENT_USE_JUDICIAL,
        .to = ent_address_state(&node->self),
        .declarations = node_agreements_declared(node->agreements, state),
    };

    *ret_decision = (struct ent_decision){.permit = true};
    if (row == NULL || !row->court_by_consent) {
        return;
    }
    onward.family = ent_family_by_number(row->family);
    onward.raised = row->raised != NULL;
    onward.consent =
        node_consent_get_court(node, office, id, &consent, NULL) == ENT_OK &&
        node_consent_holds(consent, node->now_ms) && is_about_it(consent, row);
    if (onward.family != NULL) {
        ent_decide_onward(node_agreements_with(node->agreements, state),
            &onward, node->now_ms, ret_decision);
    }
}

/* ---- going ---- */

bool
node_onward_binds(const struct node *node, const char *office)
{
    const struct ent_agreement *agreement =
        node_agreements_with_office(node->agreements, office);

    return agreement == NULL || ent_agreement_has_onward(agreement);
}

enum ent_status
node_onward_mark(struct node *node, ent_message *message,
    const struct ent_address *to, struct ent_arena *arena,
    struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_consent_row *row = NULL;
    struct origin origin;
    enum ent_status rc;

    if (message->origin == NULL || !parse_origin(message, &origin)) {
        return ENT_OK;
    }
    message->origin->consent_id = (char *)(uintptr_t)protobuf_c_empty_string;
    rc = node_consent_get(
        node, &origin.office, &origin.id, ent_address_state(to), &row, err);
    if (rc == ENT_OK && node_consent_holds(row, node_clock_latest_ms(node))) {
        message->origin->consent_id = node_id_in(arena, &row->decided_by);
    }
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

enum ent_status
node_onward_said(struct node *node, const ent_message *message,
    const struct ent_id *id, const struct ent_address *to,
    struct ent_error *err)
{
    struct origin origin;

    return message->origin != NULL && parse_origin(message, &origin)
               ? node_consent_use(node, &origin.office, &origin.id,
                     ent_address_state(to), id, err)
               : ENT_OK;
}
