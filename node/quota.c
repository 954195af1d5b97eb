/* SPDX-License-Identifier: Apache-2.0 */
#include "node/quota.h"

#include <stdio.h>
#include <string.h>

#include "node/lifetime.h"
#include "node/rest.pb-c.h"
#include "policy/quota.h"

#define REMEMBER_MS (32 * NODE_DAY_MS)
#define TEXT_MAX 512

typedef Entente__Rest__V1__QuotaRow quota_row; /* a generated name */

/* Who is counted, and in what: an office's days, an officer's hours. */
static struct node_key
key_of(const struct ent_agreement *agreement, const struct ent_address *office,
    const char *officer)
{
    char text[TEXT_MAX];
    struct ent_digest digest;

    (void)snprintf(text, sizeof text, "%s %s%s%.256s",
        ent_agreement_name(agreement), office->text, officer == NULL ? "" : " ",
        officer == NULL ? "" : officer);
    digest = ent_digest_of(ent_view_text(text));
    return node_key_u64(ent_get_be(digest.bytes, 8));
}

/* 0, before all others, while nobody knows what time it is. */
static uint64_t
period_of(const struct node *node, const char *officer)
{
    return node->clock_doubt
               ? 0
               : node->now_ms / (officer == NULL ? NODE_DAY_MS : NODE_HOUR_MS);
}

static enum ent_status
get(struct node *node, const struct node_key *key, struct ent_quota *ret_quota,
    struct ent_error *err)
{
    ENT_AUTO(node_row_free) quota_row *row = NULL;
    enum ent_status rc = node_row_get(node->store, NODE_QUOTA,
        node_key_view(key), &entente__rest__v1__quota_row__descriptor,
        (ProtobufCMessage **)&row, err);

    *ret_quota = (struct ent_quota){0};
    if (rc == ENT_OK) {
        ret_quota->period = row->period;
        ret_quota->count = row->count;
    }
    return rc;
}

static uint64_t
look(struct node *node, const struct ent_agreement *agreement,
    const struct ent_address *office, const char *officer)
{
    struct node_key key = key_of(agreement, office, officer);
    struct ent_quota quota;
    enum ent_status rc = get(node, &key, &quota, NULL);

    return rc != ENT_OK && rc != ENT_NOT_FOUND
               ? UINT64_MAX
               : ent_quota_used(&quota, period_of(node, officer));
}

struct node_quota
node_quota_look(struct node *node, const struct ent_agreement *agreement,
    const struct ent_address *office, const char *officer)
{
    return (struct node_quota){
        .today = look(node, agreement, office, NULL),
        .this_hour =
            officer == NULL ? 0 : look(node, agreement, office, officer),
    };
}

/* Days are kept: there are no more of them than offices. */
static enum ent_status
count(struct node *node, const struct ent_agreement *agreement,
    const struct ent_address *office, const char *officer,
    struct ent_error *err)
{
    struct node_key key = key_of(agreement, office, officer);
    quota_row row = ENTENTE__REST__V1__QUOTA_ROW__INIT;
    struct ent_quota quota;
    enum ent_status rc = get(node, &key, &quota, err);

    if (rc == ENT_NOT_FOUND) {
        rc = officer == NULL ? ENT_OK
                             : node_lifetime_put(node->store, NODE_LIFE_QUOTA,
                                   ent_get_be(key.bytes, 8),
                                   node->now_ms + REMEMBER_MS, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    ent_quota_count(&quota, period_of(node, officer));
    row.period = quota.period;
    row.count = quota.count;
    row.at = node->now_ms;
    return node_row_put(
        node->store, NODE_QUOTA, node_key_view(&key), &row.base, err);
}

enum ent_status
node_quota_count(struct node *node, const struct ent_agreement *agreement,
    const struct ent_address *office, const char *officer,
    struct ent_error *err)
{
    enum ent_status rc = count(node, agreement, office, NULL, err);

    return rc != ENT_OK || officer == NULL
               ? rc
               : count(node, agreement, office, officer, err);
}

enum ent_status
node_quota_prune(struct node *node, uint64_t number, struct ent_error *err)
{
    ENT_AUTO(node_row_free) quota_row *row = NULL;
    struct node_key key = node_key_u64(number);
    enum ent_status rc = node_row_get(node->store, NODE_QUOTA,
        node_key_view(&key), &entente__rest__v1__quota_row__descriptor,
        (ProtobufCMessage **)&row, err);

    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    if (node->now_ms < row->at + REMEMBER_MS) {
        return node_lifetime_put(
            node->store, NODE_LIFE_QUOTA, number, row->at + REMEMBER_MS, err);
    }
    return node_store_delete(node->store, NODE_QUOTA, node_key_view(&key), err);
}
