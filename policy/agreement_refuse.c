/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/agreement_internal.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/*
 * What an agreement may say one day and this version does not do. A clause that
 * is signed but not enforced would be a promise nobody keeps, so a file with
 * one of these cannot be loaded. Where a row has a value, only that value of
 * the key is refused.
 */
static const struct refused {
    const char *path; /* of the map that holds the key; "" at the top */
    const char *key;
    const char *value;
    const char *sentence;
} refused[] = {
    {"", "without_prejudice", NULL,
        "'without_prejudice' is a clause this version does not show to "
        "readers, so it cannot be loaded"},
    {"", "onward", NULL,
        "'onward' is a clause this version does not enforce, so it cannot be "
        "loaded; handling code H2 says not to pass on without consent"},
    {"", "document_check", NULL,
        "'document_check' is a clause this version does not enforce (it "
        "answers no queries and counts no quota), so it cannot be loaded"},
    {"", "correction", NULL,
        "'correction' is a clause this version does not enforce, so it cannot "
        "be loaded"},
    {"", "recall", NULL,
        "'recall' is a clause this version does not enforce, so it cannot be "
        "loaded"},
    {"", "safeguards", NULL,
        "'safeguards' is a clause this version does not enforce, so it cannot "
        "be loaded; the hard blocks hold without it"},
    {"", "assurances", NULL,
        "'assurances' is a clause this version does not enforce (it keeps no "
        "assurance on file), so it cannot be loaded"},
    {"", "hotline", NULL,
        "'hotline' is a clause this version does not enforce (nobody is called "
        "when an alert stays unanswered), so it cannot be loaded"},
    {"", "emergency", NULL,
        "'emergency' is a clause this version does not enforce (nothing can be "
        "relaxed), so it cannot be loaded"},
    {"", "suspension", NULL,
        "'suspension' is a clause this version does not enforce, so it cannot "
        "be loaded; to suspend, a state unloads the agreement"},
    {"exchange", "desk", NULL,
        "'desk' is a condition this version does not enforce (a message goes "
        "to the whole office), so it cannot be loaded"},
    {"exchange", "needs", NULL,
        "'needs' is a condition this version does not enforce, so it cannot be "
        "loaded"},
    {"exchange", "release", "two_officers",
        "release by 'two_officers' is a condition this version does not "
        "enforce, so it cannot be loaded; 'one_officer' is"},
    {"retention", "review_every", NULL,
        "'review_every' is a duty this version does not enforce, so it cannot "
        "be loaded; 'keep' is"},
};

#define REFUSED_COUNT (sizeof refused / sizeof refused[0])

bool
ent_agreement_refuse_key(const struct agreement_reader *reader,
    const char *path, const struct ent_yaml_node *key)
{
    assert(reader != NULL && path != NULL && key->kind == ENT_YAML_SCALAR);

    for (size_t i = 0; i < REFUSED_COUNT; i++) {
        if (refused[i].value == NULL && strcmp(refused[i].path, path) == 0 &&
            strcmp(refused[i].key, key->text) == 0) {
            ent_complain(reader->complaints, key->line, key->column, "%s",
                refused[i].sentence);
            return true;
        }
    }
    return false;
}

bool
ent_agreement_refuse_value(const struct agreement_reader *reader,
    const char *path, const char *key, const struct ent_yaml_node *value)
{
    assert(reader != NULL && path != NULL && value->kind == ENT_YAML_SCALAR);

    for (size_t i = 0; i < REFUSED_COUNT; i++) {
        if (refused[i].value != NULL && strcmp(refused[i].path, path) == 0 &&
            strcmp(refused[i].key, key) == 0 &&
            strcmp(refused[i].value, value->text) == 0) {
            ent_complain(reader->complaints, value->line, value->column, "%s",
                refused[i].sentence);
            return true;
        }
    }
    return false;
}

const char *
ent_agreement_refused_key(const char *path, size_t n)
{
    for (size_t i = 0; i < REFUSED_COUNT; i++) {
        if (refused[i].value == NULL && strcmp(refused[i].path, path) == 0 &&
            n-- == 0) {
            return refused[i].key;
        }
    }
    return NULL;
}
