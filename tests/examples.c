/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include "tests/examples.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

const char *const example_families[] = {"hotline_alert", "hub_alert",
    "drug_seizure", "acknowledgement", "lifecycle", "test", "consent_request",
    "consent_decision", "document_check", "agreement_control",
    "at_risk_person_alert", "person_alert", "document_alert",
    "document_fraud_bulletin", "conveyance_alert", "cargo_alert",
    "risk_indicator_bulletin", "wildlife_timber_seizure", "other_seizure",
    "smuggling_incident", "incident_handover", "trafficking_referral",
    "vulnerable_person_referral", "intelligence_report", "information_request",
    "information_reply", "feedback", "joint_action", "hit_query", "hit_answer",
    "hit_notice", "inadmissible_notice", "removal_notice", "readmission",
    "carrier_advice", "health_alert", "border_status", "evidence_transfer",
    "statistics_return", "situation_report", "roster", "exercise_control",
    "training_material", "breach_notice", "audit_extract", NULL};

static json_t *
load(const char *family)
{
    char path[512];
    json_error_t why;
    json_t *root;

    (void)snprintf(path, sizeof path, "%s/messages/%s.json", TEST_DATA, family);
    root = json_load_file(path, JSON_REJECT_DUPLICATES, &why);
    if (root == NULL) {
        fail_msg("%s:%d: %s", path, why.line, why.text);
    }
    return root;
}

static void
apply(json_t *root, const char *change)
{
    char *quoted = strdup(change);
    json_error_t why;
    json_t *update;

    assert_non_null(quoted);
    for (char *c = quoted; *c != '\0'; c++) {
        *c = *c == '\'' ? '"' : *c;
    }
    update = json_loads(quoted, 0, &why);
    if (update == NULL) {
        fail_msg("%s: %s", change, why.text);
    }
    assert_int_equal(json_object_update_recursive(root, update), 0);
    json_decref(update);
    free(quoted);
}

ent_message *
example(struct ent_arena *arena, const char *family, const char *change)
{
    json_t *root = load(family);
    ProtobufCMessage *message;
    char *text;

    apply(root, change);
    text = json_dumps(root, 0);
    json_decref(root);
    assert_non_null(text);
    expect_ok(ent_json_read(view(text), &entente__v1__message__descriptor,
        arena, &message, &last_error));
    free(text);
    return (ent_message *)message;
}
