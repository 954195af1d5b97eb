/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/overlay.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/agreement_reader.h"
#include "policy/decide_internal.h"
#include "policy/minimise.h"
#include "proto/country.h"
#include "proto/refusal.h"

#define NAME_MAX_LEN 32
#define WHY_MAX 160
#define PARTNERS_MAX 64
#define FIELDS_MAX 32

enum way {
    WAY_BOTH,
    WAY_SEND,
    WAY_RECEIVE,
};

struct rule {
    const char *name;
    const char *why; /* NULL: not said */
    enum way way;
    const struct ent_yaml_node *partners; /* states, offices; NULL: all */
    bool any_family;
    struct ent_families families;
    uint32_t purposes; /* 0: any */
    uint32_t offences; /* 0: any */
    uint32_t above;    /* rung that is still allowed; 0: any rung is meant */
    struct agreement_paths fields; /* none: any content */
    size_t line;
};

struct ent_overlay {
    struct ent_yaml *yaml;
    struct ent_address office;
    struct rule *rules;
    size_t rule_count;
};

/* ---- reading ---- */

static void
read_name(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, const struct ent_overlay *overlay,
    struct rule *rule)
{
    size_t len = strlen(node->text);

    if (len == 0 || len > NAME_MAX_LEN ||
        strspn(node->text, "abcdefghijklmnopqrstuvwxyz"
                           "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") != len) {
        COMPLAIN(reader, node,
            "'%.60s' is no name for a rule; write one as L1 or duty-lawyer",
            node->text);
    }
    for (size_t i = 0; i < overlay->rule_count; i++) {
        if (strcmp(overlay->rules[i].name, node->text) == 0) {
            COMPLAIN(reader, node, "rule %.60s stands here a second time",
                node->text);
        }
    }
    rule->name = node->text;
    rule->line = node->line;
}

static void
read_way(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, struct rule *rule)
{
    if (strcmp(node->text, "send") == 0) {
        rule->way = WAY_SEND;
    } else if (strcmp(node->text, "receive") == 0) {
        rule->way = WAY_RECEIVE;
    } else {
        COMPLAIN(reader, node,
            "'%.60s' is no way; there are send and receive, and both when it "
            "is left out",
            node->text);
    }
}

/* States and organisations by their code, offices by their address. */
static void
read_partners(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, struct rule *rule)
{
    if (!ent_read_list(reader, node, "with", PARTNERS_MAX, ENT_YAML_SCALAR)) {
        return;
    }
    for (size_t i = 0; i < node->count; i++) {
        struct ent_view text = ent_view_text(node->items[i]->text);
        struct ent_address address;

        if (!ent_country_is_state(text) && !ent_country_is_organisation(text) &&
            ent_address_parse(text, &address, NULL) != ENT_OK) {
            COMPLAIN(reader, node->items[i],
                "'%.60s' is neither a state nor an office; write kh or ncc@kh",
                node->items[i]->text);
        }
    }
    rule->partners = node;
}

static enum ent_status
read_fields(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, struct rule *rule)
{
    struct agreement_paths *paths = &rule->fields;
    enum ent_status rc;

    if (!ent_read_list(reader, node, "fields", FIELDS_MAX, ENT_YAML_SCALAR)) {
        return ENT_OK;
    }
    rc = ent_read_alloc(reader, node->count, sizeof *paths->list, &paths->list);
    for (size_t i = 0; rc == ENT_OK && i < node->count; i++) {
        struct agreement_path *path = &paths->list[paths->count];
        char near[ENT_PATH_LEN];

        if (!ent_path_is_known(node->items[i]->text)) {
            if (ent_path_nearest(node->items[i]->text, near)) {
                COMPLAIN(reader, node->items[i],
                    "'%.60s' is no field of the catalogue; did you mean '%s'?",
                    node->items[i]->text, near);
            } else {
                COMPLAIN(reader, node->items[i],
                    "'%.60s' is no field of the catalogue",
                    node->items[i]->text);
            }
            continue;
        }
        path->text = node->items[i]->text;
        path->line = node->items[i]->line;
        paths->count++;
        rc = ent_path_prepare(reader, path);
    }
    return rc;
}

/* What it is about: families, purposes, offences, classification. */
static void
read_subject(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, struct rule *rule)
{
    const struct ent_yaml_node *value;

    value = ent_read_get(node, "families", ENT_YAML_LIST);
    rule->any_family = value == NULL;
    if (value != NULL) {
        (void)ent_read_families(reader, value, &rule->families);
    }
    value = ent_read_get(node, "purposes", ENT_YAML_LIST);
    if (value != NULL) {
        (void)ent_read_words(reader, value, &entente__v1__purpose__descriptor,
            "purpose", &rule->purposes);
    }
    value = ent_read_get(node, "offences", ENT_YAML_LIST);
    if (value != NULL) {
        (void)ent_read_words(reader, value, &entente__v1__offence__descriptor,
            "offence", &rule->offences);
    }
    value = ent_read_get(node, "above", ENT_YAML_SCALAR);
    if (value != NULL) {
        (void)ent_read_word(reader, value,
            &entente__v1__classification__descriptor, "classification",
            &rule->above);
    }
}

static enum ent_status
read_rule(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, struct ent_overlay *overlay)
{
    static const struct agreement_key keys[] = {
        {"rule", ENT_YAML_SCALAR, true},
        {"way", ENT_YAML_SCALAR, false},
        {"with", ENT_YAML_LIST, false},
        {"families", ENT_YAML_LIST, false},
        {"purposes", ENT_YAML_LIST, false},
        {"offences", ENT_YAML_LIST, false},
        {"above", ENT_YAML_SCALAR, false},
        {"fields", ENT_YAML_LIST, false},
        {"why", ENT_YAML_SCALAR, false},
    };
    struct rule *rule = &overlay->rules[overlay->rule_count];
    const struct ent_yaml_node *value;

    if (!ent_read_map(reader, node, "deny", KEYS(keys))) {
        return ENT_OK;
    }
    read_name(reader, ent_yaml_get(node, "rule"), overlay, rule);
    overlay->rule_count++;
    value = ent_read_get(node, "way", ENT_YAML_SCALAR);
    if (value != NULL) {
        read_way(reader, value, rule);
    }
    value = ent_read_get(node, "with", ENT_YAML_LIST);
    if (value != NULL) {
        read_partners(reader, value, rule);
    }
    value = ent_read_get(node, "why", ENT_YAML_SCALAR);
    if (value != NULL && ent_read_text(reader, value, "why", WHY_MAX)) {
        rule->why = value->text;
    }
    read_subject(reader, node, rule);
    value = ent_read_get(node, "fields", ENT_YAML_LIST);
    return value != NULL ? read_fields(reader, value, rule) : ENT_OK;
}

static enum ent_status
read_all(const struct agreement_reader *reader,
    const struct ent_yaml_node *root, struct ent_overlay *overlay)
{
    static const struct agreement_key keys[] = {
        {"overlay", ENT_YAML_SCALAR, true},
        {"deny", ENT_YAML_LIST, true},
    };
    const struct ent_yaml_node *list;
    struct ent_error why;
    enum ent_status rc = ENT_OK;

    if (!ent_read_map(reader, root, "", KEYS(keys))) {
        return ENT_OK;
    }
    if (ent_address_parse(ent_view_text(ent_yaml_get(root, "overlay")->text),
            &overlay->office, &why) != ENT_OK) {
        COMPLAIN(reader, ent_yaml_get(root, "overlay"), "%s", why.text);
    }
    list = ent_yaml_get(root, "deny");
    if (!ent_read_list(
            reader, list, "deny", ENT_OVERLAY_RULES_MAX, ENT_YAML_MAP)) {
        return ENT_OK;
    }
    rc = ent_read_alloc(
        reader, list->count, sizeof *overlay->rules, &overlay->rules);
    for (size_t i = 0; rc == ENT_OK && i < list->count; i++) {
        rc = read_rule(reader, list->items[i], overlay);
    }
    return rc;
}

enum ent_status
ent_overlay_load(struct ent_view text, struct ent_overlay **ret_overlay,
    struct ent_complaints *complaints, struct ent_error *err)
{
    ENT_AUTO(ent_overlay_free) struct ent_overlay *overlay = NULL;
    struct agreement_reader reader = {.complaints = complaints, .err = err};
    enum ent_status rc;

    assert(ret_overlay != NULL && complaints != NULL);

    *complaints = (struct ent_complaints){0};
    overlay = calloc(1, sizeof *overlay);
    if (overlay == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "loading an overlay");
    }
    rc = ent_yaml_read(text, &overlay->yaml, complaints, err);
    if (rc == ENT_OK) {
        rc = read_all(&reader, ent_yaml_root(overlay->yaml), overlay);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    if (complaints->count > 0) {
        ent_complaints_sort(complaints);
        return ent_fail(err, ENT_BAD_INPUT, "%zu:%zu: %s",
            complaints->list[0].line, complaints->list[0].column,
            complaints->list[0].text);
    }
    *ret_overlay = overlay;
    overlay = NULL;
    return ENT_OK;
}

void
ent_overlay_free(struct ent_overlay **overlay)
{
    struct ent_overlay *old = *overlay;

    if (old == NULL) {
        return;
    }
    for (size_t i = 0; old->rules != NULL && i < old->rule_count; i++) {
        ent_paths_free(&old->rules[i].fields);
    }
    free(old->rules);
    ent_yaml_free(&old->yaml);
    free(old);
    *overlay = NULL;
}

const struct ent_address *
ent_overlay_office(const struct ent_overlay *overlay)
{
    return &overlay->office;
}

size_t
ent_overlay_rule_count(const struct ent_overlay *overlay)
{
    return overlay->rule_count;
}

/* ---- applying ---- */

static bool
means_partner(const struct rule *rule, const struct ent_address *partner)
{
    const char *state = ent_address_state(partner);

    for (size_t i = 0; rule->partners != NULL && i < rule->partners->count;
         i++) {
        const char *text = rule->partners->items[i]->text;

        if (strcmp(text, state) == 0 || strcmp(text, partner->text) == 0) {
            return true;
        }
    }
    return rule->partners == NULL;
}

static bool
has_bit(uint32_t bits, uint32_t value)
{
    return value < 32 && (bits >> value & 1) != 0;
}

static bool
means_subject(const struct rule *rule, const ent_message *message)
{
    const struct ent_family *family = ent_family_of(message);
    uint32_t rung = (uint32_t)message->classification;

    rung = rung == 0 ? ENTENTE__V1__CLASSIFICATION__RESTRICTED : rung;
    return (rule->any_family ||
               (family != NULL && ent_families_have(&rule->families,
                                      ent_family_index(family)))) &&
           (rule->purposes == 0 ||
               has_bit(rule->purposes, (uint32_t)message->purpose)) &&
           (rule->offences == 0 ||
               has_bit(rule->offences, (uint32_t)message->offence)) &&
           (rule->above == 0 || rung > rule->above);
}

static bool
means_content(const struct rule *rule, const ent_message *message)
{
    for (size_t i = 0; i < rule->fields.count; i++) {
        if (ent_path_has(&rule->fields.list[i], message)) {
            return true;
        }
    }
    return rule->fields.count == 0;
}

static bool
means(const struct rule *rule, const struct ent_facts *facts)
{
    return rule->way != (facts->receiving ? WAY_SEND : WAY_RECEIVE) &&
           means_partner(
               rule, facts->receiving ? facts->sender : facts->recipient) &&
           means_subject(rule, facts->message) &&
           means_content(rule, facts->message);
}

static void
forbid(const struct rule *rule, struct ent_decision *decision)
{
    char clause[ENT_CLAUSE_LEN];

    (void)snprintf(clause, sizeof clause, "local %s", rule->name);
    *decision = (struct ent_decision){0};
    ent_decision_say(decision, "rule %s of this office forbids it%s%s",
        rule->name, rule->why != NULL ? ": " : "",
        rule->why != NULL ? rule->why : "");
    (void)ent_decision_deny(
        decision, ENT_REFUSAL_LOCAL_RULE, clause, rule->line);
}

void
ent_overlay_apply(const struct ent_overlay *overlay,
    const struct ent_facts *facts, struct ent_decision *decision)
{
    assert(facts != NULL && decision != NULL);

    if (overlay == NULL || !decision->permit || ent_facts_owe(facts)) {
        return;
    }
    for (size_t i = 0; i < overlay->rule_count; i++) {
        if (means(&overlay->rules[i], facts)) {
            forbid(&overlay->rules[i], decision);
            return;
        }
    }
}
