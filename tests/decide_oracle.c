/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/decide_oracle.h"

#include <stdio.h>
#include <stdlib.h>

#include "policy/minimise.h"
#include "proto/base/time.h"
#include "proto/id.h"
#include "tests/policy_support.h"

#define DAY_MS (UINT64_C(24) * 60 * 60 * 1000)

/* Does the list have the word whose name in the schema is that of `value`? */
static bool
lists(const struct ent_yaml_node *list, const ProtobufCEnumDescriptor *words,
    int value)
{
    const ProtobufCEnumValue *known =
        protobuf_c_enum_descriptor_get_value(words, value);

    for (size_t i = 0; known != NULL && value != 0 && i < list->count; i++) {
        if (strcasecmp(list->items[i]->text, known->name) == 0) {
            return true;
        }
    }
    return false;
}

static bool
lists_text(const struct ent_yaml_node *list, const char *text)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->items[i]->text, text) == 0) {
            return true;
        }
    }
    return false;
}

/* The last text of a path of keys, or NULL. */
static const struct ent_yaml_node *
at(const struct ent_yaml_node *node, const char *key, const char *below)
{
    const struct ent_yaml_node *found = ent_yaml_get(node, key);

    return found != NULL && below != NULL ? ent_yaml_get(found, below) : found;
}

static bool
bears(const ent_message *message, int safeguard)
{
    for (size_t i = 0; i < message->n_safeguards; i++) {
        if ((int)message->safeguards[i] == safeguard) {
            return true;
        }
    }
    return false;
}

static bool
is_duty(const struct ent_facts *facts, const struct ent_family *family)
{
    const ent_message *message = facts->message;
    static const char *const codes[] = {"M73", "M75", "M76"};

    for (size_t i = 0; family != NULL && i < 3; i++) {
        if (strcmp(family->code, codes[i]) == 0) {
            return true;
        }
    }
    if (family != NULL && family->number == 244) {
        return message->consent_decision != NULL &&
               !message->consent_decision->given;
    }
    return family != NULL && message->n_references > 0 &&
           ((int)message->action == 3 || (int)message->action == 4) &&
           !(facts->receiving && !facts->mends);
}

static const char *
state_of(const struct ent_address *address)
{
    return strchr(address->text, '@') + 1;
}

static bool
slow_suspended(const struct ent_facts *facts, uint64_t now_ms)
{
    return oracle_declared(
               facts, ENT_SUSPENSION, state_of(facts->sender), 0, now_ms) ||
           oracle_declared(
               facts, ENT_SUSPENSION, state_of(facts->recipient), 0, now_ms);
}

static bool
slow_in_force(const struct ent_yaml_node *root, const struct ent_facts *facts,
    uint64_t now_ms)
{
    const struct ent_yaml_node *in_force = ent_yaml_get(root, "in_force");
    struct ent_view from = ent_view_text(ent_yaml_get(in_force, "from")->text);
    struct ent_view until =
        ent_view_text(ent_yaml_get(in_force, "until")->text);
    uint64_t from_ms;
    uint64_t until_ms;

    if (ent_date_parse(from, &from_ms, NULL) != ENT_OK) {
        expect_ok(ent_time_parse(from, &from_ms, &last_error));
    }
    if (ent_date_parse(until, &until_ms, NULL) == ENT_OK) {
        until_ms += DAY_MS;
    } else {
        expect_ok(ent_time_parse(until, &until_ms, &last_error));
    }
    if (is_duty(facts, ent_family_of(facts->message))) {
        return from_ms <= now_ms;
    }
    return from_ms <= now_ms && now_ms < until_ms &&
           !slow_suspended(facts, now_ms);
}

static bool
slow_blocks(const struct ent_facts *facts, uint64_t now_ms)
{
    const ent_message *message = facts->message;
    const char *state = state_of(facts->recipient);
    const struct ent_family *family = ent_family_of(message);
    bool nominal = family != NULL && family->nominal;
    bool asylum = false;

    if (nominal &&
        (message->offence == ENTENTE__V1__OFFENCE__DRUGS ||
            message->offence == ENTENTE__V1__OFFENCE__TERRORISM ||
            bears(message, 5)) &&
        !oracle_declared(facts, ENT_ASSURANCE, state, 1, now_ms)) {
        return true;
    }
    if (nominal && bears(message, 2) && strcmp(family->code, "M30") != 0 &&
        strcmp(family->code, "M31") != 0) {
        return true;
    }

    for (size_t i = 0; i < message->n_safeguards; i++) {
        int safeguard = (int)message->safeguards[i];

        if (safeguard < 1 || safeguard > 9) {
            return true;
        }
        asylum |= safeguard == ENTENTE__V1__SAFEGUARD__ASYLUM_SEEKER ||
                  safeguard == ENTENTE__V1__SAFEGUARD__REFOULEMENT_RISK;
    }
    for (size_t i = 0; i < message->n_protected_from; i++) {
        const char *from = message->protected_from[i];

        if (strlen(from) != 2 || strcasecmp(from, state) == 0 ||
            strspn(from, "abcdefghijklmnopqrstuvwxyz"
                         "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 2) {
            return true;
        }
    }
    return asylum && message->n_protected_from == 0;
}

static const struct ent_yaml_node *
slow_office(const struct ent_yaml_node *root, const struct ent_address *address)
{
    const struct ent_yaml_node *offices = ent_yaml_get(root, "offices");

    for (size_t i = 0; i < offices->count; i++) {
        const struct ent_yaml_node *office = offices->items[i];

        if (strcmp(ent_yaml_get(office, "address")->text, address->text) == 0) {
            return office;
        }
    }
    return NULL;
}

/* Does the row join the two offices? */
static bool
slow_joins(const struct ent_yaml_node *root, const struct ent_yaml_node *row,
    const struct ent_yaml_node *from, const struct ent_yaml_node *to)
{
    const struct ent_yaml_node *kinds = ent_yaml_get(row, "between");
    const char *from_kind = ent_yaml_get(from, "kind")->text;
    const char *to_kind = ent_yaml_get(to, "kind")->text;
    const char *from_address = ent_yaml_get(from, "address")->text;
    const char *to_address = ent_yaml_get(to, "address")->text;
    const struct ent_yaml_node *pair = ent_yaml_get(from, "pair");
    const struct ent_yaml_node *direction = ent_yaml_get(row, "direction");
    char ways[3][32];
    bool open = false;

    if (!lists_text(kinds, from_kind) || !lists_text(kinds, to_kind)) {
        return false;
    }
    if (ent_yaml_get(root, "parties")->count == 1) {
        return true;
    }
    (void)snprintf(ways[0], sizeof ways[0], "%s to %s",
        strchr(from_address, '@') + 1, strchr(to_address, '@') + 1);
    (void)snprintf(ways[1], sizeof ways[1], "%s and %s",
        strchr(from_address, '@') + 1, strchr(to_address, '@') + 1);
    (void)snprintf(ways[2], sizeof ways[2], "%s and %s",
        strchr(to_address, '@') + 1, strchr(from_address, '@') + 1);
    for (size_t i = 0; i < 3; i++) {
        open |= direction->kind == ENT_YAML_LIST
                    ? lists_text(direction, ways[i])
                    : strcmp(direction->text, ways[i]) == 0;
    }
    if (!open && (direction->kind == ENT_YAML_LIST ||
                     strcmp(direction->text, "both") != 0)) {
        return false;
    }
    return strcmp(from_kind, "blo") != 0 || strcmp(to_kind, "blo") != 0 ||
           (pair != NULL && strcmp(pair->text, to_address) == 0);
}

/* Two offices of different states, or of one in a national order. */
static bool
slow_offices(const struct ent_yaml_node *root, const struct ent_facts *facts)
{
    const struct ent_yaml_node *from = slow_office(root, facts->sender);
    const struct ent_yaml_node *to = slow_office(root, facts->recipient);

    return from != NULL && to != NULL && from != to &&
           (ent_yaml_get(root, "parties")->count == 1 ||
               strcmp(state_of(facts->sender), state_of(facts->recipient)) !=
                   0);
}

static const char *
duty_key(const struct ent_yaml_node *root, const struct ent_family *family)
{
    if (strcmp(family->code, "M74") == 0) {
        return "service_levels";
    }
    if (strcmp(family->code, "M73") == 0) {
        return ent_yaml_get(root, "recall") != NULL ? "recall" : "correction";
    }
    if (strcmp(family->code, "M75") == 0) {
        return "emergency";
    }
    return strcmp(family->code, "M44") == 0 ? "onward" : "nothing";
}

/* The clause that lets it pass; `ret_duty` when it is a duty instead. */
static const struct ent_yaml_node *
slow_exchange(const struct ent_yaml_node *root, const struct ent_facts *facts,
    bool *ret_duty)
{
    const struct ent_yaml_node *rows = ent_yaml_get(root, "exchange");
    const struct ent_yaml_node *from = slow_office(root, facts->sender);
    const struct ent_yaml_node *to = slow_office(root, facts->recipient);
    const ProtobufCEnumDescriptor *purposes = &entente__v1__purpose__descriptor;
    int purpose = (int)facts->message->purpose;
    const struct ent_family *family = ent_family_of(facts->message);
    bool joined = false;

    *ret_duty = false;
    if (family == NULL ||
        !lists(at(root, "purposes", "permitted"), purposes, purpose)) {
        return NULL;
    }
    for (size_t i = 0; i < rows->count; i++) {
        const struct ent_yaml_node *row = rows->items[i];
        bool has = lists_text(ent_yaml_get(row, "families"), family->name);

        if (has && lists(ent_yaml_get(row, "purposes"), purposes, purpose) &&
            slow_joins(root, row, from, to)) {
            return row;
        }
        joined |=
            slow_joins(root, row, from, to) || slow_joins(root, row, to, from);
    }
    *ret_duty = joined && ent_yaml_get(root, duty_key(root, family)) != NULL;
    return NULL;
}

static bool
slow_offence(const struct ent_yaml_node *root, const ent_message *message)
{
    const struct ent_yaml_node *offences = ent_yaml_get(root, "offences");
    const struct ent_yaml_node *penalty =
        ent_yaml_get(offences, "minimum_penalty");
    unsigned years = 0;
    unsigned months = 0;

    if (message->purpose != ENTENTE__V1__PURPOSE__LISTED_CRIME) {
        return true;
    }
    if (offences == NULL ||
        !lists(ent_yaml_get(offences, "listed"),
            &entente__v1__offence__descriptor, (int)message->offence)) {
        return false;
    }
    if (penalty != NULL) {
        (void)sscanf(penalty->text, "P%uY%uM", &years, &months);
    }
    return message->offence_penalty_months >= years * 12 + months;
}

static bool
slow_classification(
    const struct ent_yaml_node *root, const ent_message *message)
{
    static const char *const rungs[] = {"restricted", "open", "official",
        "restricted", "confidential", "secret"};
    const struct ent_yaml_node *node = ent_yaml_get(root, "classification");
    const struct ent_yaml_node *rows = ent_yaml_get(node, "equivalence");
    const char *ceiling = ent_yaml_get(node, "ceiling")->text;
    int rung = (int)message->classification;
    int top = 5;

    while (strcmp(rungs[top], ceiling) != 0) {
        top--;
    }
    rung = rung == 0 ? 3 : rung;
    if (rung < 1 || rung > top) {
        return false;
    }
    for (size_t i = 0; rows != NULL && i < rows->count; i++) {
        if (strcmp(ent_yaml_get(rows->items[i], "level")->text, rungs[rung]) ==
            0) {
            return true;
        }
    }
    return rung < 3;
}

/* One that declares an emergency: by whom, for what, until when. */
static bool
slow_declaration(
    const struct ent_yaml_node *emergency, const ent_message *message)
{
    const Entente__V1__EmergencyNotice *notice;
    uint64_t length;

    if ((int)message->body_case != 175 || message->agreement_control == NULL ||
        message->agreement_control->emergency == NULL ||
        message->agreement_control->emergency->declaration_id[0] != '\0') {
        return true;
    }
    notice = message->agreement_control->emergency;
    if (emergency == NULL || (int)message->purpose != 3 ||
        strcmp(notice->role, at(emergency, "approve", NULL)->text) != 0) {
        return false;
    }
    expect_ok(ent_duration_parse(
        ent_view_text(at(emergency, "ends_after", NULL)->text), &length,
        &last_error));
    return ent_message_time_ms(notice->until) <=
           ent_message_time_ms(message->created_at) + length;
}

/* What the named emergency relaxes; NULL: it names none. False: it is not one.
 */
static bool
slow_emergency(const struct ent_yaml_node *root, const struct ent_facts *facts,
    const struct ent_yaml_node **ret_relaxed)
{
    const struct ent_yaml_node *emergency = ent_yaml_get(root, "emergency");
    const ent_message *message = facts->message;
    uint64_t length;
    uint64_t declared;
    uint64_t created = ent_message_time_ms(message->created_at);
    struct ent_id id;

    *ret_relaxed = NULL;
    if (!slow_declaration(emergency, message)) {
        return false;
    }
    if (message->emergency == NULL) {
        return true;
    }
    if (emergency == NULL || (facts->receiving && facts->emergency_over) ||
        strcmp(message->emergency->approved_by,
            at(emergency, "approve", NULL)->text) != 0 ||
        message->purpose != ENTENTE__V1__PURPOSE__THREAT_TO_LIFE ||
        (!facts->receiving && !facts->emergency) ||
        ent_id_parse(ent_view_text(message->emergency->id), &id, NULL) !=
            ENT_OK) {
        return false;
    }
    expect_ok(ent_duration_parse(
        ent_view_text(at(emergency, "ends_after", NULL)->text), &length,
        &last_error));
    declared = (uint64_t)id.bytes[0] << 40 | (uint64_t)id.bytes[1] << 32 |
               (uint64_t)id.bytes[2] << 24 | (uint64_t)id.bytes[3] << 16 |
               (uint64_t)id.bytes[4] << 8 | id.bytes[5];
    *ret_relaxed = ent_yaml_get(emergency, "may_relax");
    return created >= declared && created <= declared + length;
}

static bool
has_any(const ent_message *message, const struct ent_yaml_node *paths)
{
    for (size_t i = 0; paths != NULL && i < paths->count; i++) {
        if (ent_message_has(message, paths->items[i]->text, NULL)) {
            return true;
        }
    }
    return false;
}

static bool
is_relaxed(const struct ent_yaml_node *relaxed, const char *what)
{
    return relaxed != NULL && lists_text(relaxed, what);
}

static bool
slow_fields(const struct ent_yaml_node *root, const struct ent_facts *facts,
    const struct ent_yaml_node *relaxed)
{
    if (has_any(facts->message, at(root, "fields", "prohibited"))) {
        return false;
    }
    return !facts->receiving || facts->hit ||
           is_relaxed(relaxed, "withhold_until_hit") ||
           !has_any(facts->message, at(root, "fields", "withhold_until_hit"));
}

static bool
slow_safeguards(const struct ent_yaml_node *root, const struct ent_facts *facts)
{
    const ent_message *message = facts->message;
    const struct ent_yaml_node *safeguards = ent_yaml_get(root, "safeguards");
    const struct ent_yaml_node *minors = at(safeguards, "minors", NULL);
    const struct ent_yaml_node *victims = at(safeguards, "victims", NULL);
    const char *measure =
        facts->measure == ENT_MEASURE_LOCATE                       ? "locate"
        : facts->measure == ENT_MEASURE_PROTECT                    ? "protect"
        : message->purpose == ENTENTE__V1__PURPOSE__PROTECT_PERSON ? "protect"
                                                                   : "other";

    if (minors != NULL && ent_family_of(message)->nominal &&
        bears(message, 1) &&
        !lists_text(ent_yaml_get(minors, "nominal_only_for"), measure)) {
        return false;
    }
    return victims == NULL || ent_yaml_get(victims, "non_punishment") == NULL ||
           !facts->receiving || !bears(message, 2) || bears(message, 7);
}

static bool
slow_assurances(const struct ent_yaml_node *root, const struct ent_facts *facts,
    uint64_t now_ms)
{
    const struct ent_yaml_node *rows = ent_yaml_get(root, "assurances");
    const ent_message *message = facts->message;

    for (size_t i = 0; rows != NULL && i < rows->count; i++) {
        const struct ent_yaml_node *row = rows->items[i];
        bool death =
            strcmp(ent_yaml_get(row, "risk")->text, "death_penalty") == 0;

        if (lists(ent_yaml_get(row, "offences"),
                &entente__v1__offence__descriptor, (int)message->offence) &&
            lists_text(
                ent_yaml_get(row, "families"), ent_family_of(message)->name) &&
            !oracle_declared(facts, ENT_ASSURANCE, state_of(facts->recipient),
                death ? 1 : 2, now_ms)) {
            return false;
        }
    }
    return true;
}

/* What the clause itself asks for. */
static bool
slow_conditions(const struct ent_yaml_node *row, const struct ent_facts *facts,
    const struct ent_yaml_node *relaxed)
{
    const ent_message *message = facts->message;

    if (facts->release != NULL && facts->release->fault[0] != '\0') {
        return false;
    }
    if (row == NULL) {
        return true;
    }
    if (ent_yaml_get(row, "needs") != NULL &&
        message->mla_reference[0] == '\0') {
        return false;
    }
    if (ent_yaml_get(row, "desk") != NULL && facts->receiving &&
        (facts->desks & 2) == 0) {
        return false;
    }
    return strcmp(ent_yaml_get(row, "release")->text, "one_officer") == 0 ||
           (facts->release != NULL && facts->release->released) ||
           is_relaxed(relaxed, "release");
}

static uint64_t
number_at(const struct ent_yaml_node *map, const char *key)
{
    const struct ent_yaml_node *node =
        map != NULL ? ent_yaml_get(map, key) : NULL;

    return node != NULL ? strtoull(node->text, NULL, 10) : UINT64_MAX;
}

static bool
slow_quota(const struct ent_yaml_node *root, const struct ent_facts *facts,
    const struct ent_yaml_node *relaxed)
{
    const struct ent_yaml_node *check = ent_yaml_get(root, "document_check");
    const struct ent_yaml_node *quota = at(check, "quota", NULL);

    const char *family = ent_family_of(facts->message)->name;

    if ((strcmp(family, "document_check") != 0 &&
            strcmp(family, "hit_query") != 0) ||
        (strcmp(family, "document_check") == 0 &&
            facts->message->document_check != NULL &&
            (int)facts->message->document_check->result != 0) ||
        is_relaxed(relaxed, "quota")) {
        return true;
    }
    return facts->checks_today < number_at(quota, "per_day") &&
           (facts->receiving || facts->checks_this_hour <
                                    number_at(quota, "per_officer_per_hour"));
}

/* What a file of the tests may say: a year, and eleven. */
static bool
slow_statistics(const struct ent_yaml_node *root, const struct ent_facts *facts,
    uint64_t now_ms)
{
    const uint64_t year_ms = UINT64_C(365) * 24 * 60 * 60 * 1000;
    const struct ent_yaml_node *rules = ent_yaml_get(root, "statistics");
    const Entente__V1__StatisticsReturn *table =
        facts->message->statistics_return;

    if (rules == NULL ||
        strcmp(ent_family_of(facts->message)->name, "statistics_return") != 0) {
        return true;
    }
    return table != NULL && table->threshold >= 11 &&
           (facts->receiving ||
               strcmp(state_of(facts->sender), state_of(facts->recipient)) ==
                   0 ||
               ent_message_mends(facts->message) || facts->given_at == 0 ||
               facts->given_at + year_ms <= now_ms ||
               (facts->contributed_at != 0 &&
                   facts->contributed_at + year_ms > now_ms));
}

static bool
slow_handling(const ent_message *message)
{
    for (size_t i = 0; i < message->n_handling; i++) {
        int code = (int)message->handling[i];

        if (code < 1 || code > 4) {
            return false;
        }
    }
    return true;
}

static bool
slow_tier(const struct ent_yaml_node *root, const struct ent_facts *facts)
{
    if (ent_family_of(facts->message) == NULL ||
        strcmp(state_of(facts->sender), state_of(facts->recipient)) == 0) {
        return true;
    }
    return oracle_tier_permits(facts->message,
        ent_yaml_get(slow_office(root, facts->recipient), "kind")->text,
        facts->receiving);
}

bool
oracle_permits(const struct ent_yaml_node *root, const struct ent_facts *facts,
    uint64_t now_ms)
{
    const struct ent_yaml_node *relaxed;
    const struct ent_yaml_node *row;
    bool duty = false;

    if (!slow_in_force(root, facts, now_ms) || slow_blocks(facts, now_ms) ||
        !slow_offices(root, facts) || !slow_tier(root, facts)) {
        return false;
    }
    row = slow_exchange(root, facts, &duty);
    return (row != NULL || duty) && slow_offence(root, facts->message) &&
           slow_safeguards(root, facts) &&
           slow_classification(root, facts->message) &&
           slow_handling(facts->message) &&
           slow_emergency(root, facts, &relaxed) &&
           slow_fields(root, facts, relaxed) &&
           slow_assurances(root, facts, now_ms) &&
           slow_conditions(row, facts, relaxed) &&
           slow_statistics(root, facts, now_ms) &&
           slow_quota(root, facts, relaxed);
}
