/* SPDX-License-Identifier: Apache-2.0 */
#include "node/store_tables.h"

const struct ent_kv_table node_tables[NODE_TABLE_COUNT] = {
    [NODE_META] = {.name = "meta", .key_len = NODE_META_NAME_LEN},
    [NODE_JOURNAL] = {.name = "journal", .key_len = 8},
    [NODE_TREE] = {.name = "tree", .key_len = 9},
    [NODE_BUNDLE] = {.name = "bundle", .key_len = 8},
    [NODE_BODY] = {.name = "body", .key_len = 8, .form = ENT_KV_VEILED},
    [NODE_KEYS] = {.name = "keys", .key_len = 16},
    [NODE_PENDING] = {.name = "pending", .key_len = 25},
    [NODE_COPY] = {.name = "copy", .key_len = 32},
    [NODE_NUMBER] = {.name = "number", .key_len = 8},
    [NODE_OUTGOING] = {.name = "outgoing", .key_len = 32},
    [NODE_DISPATCH] = {.name = "dispatch", .key_len = 40},
    [NODE_DUE] = {.name = "due", .key_len = 49},
    [NODE_INCOMING] = {.name = "incoming", .key_len = 32},
    [NODE_ANSWER] = {.name = "answer", .key_len = 40},
    [NODE_RECEIPT] = {.name = "receipt", .key_len = 8},
    [NODE_PROOF] = {.name = "proof", .key_len = 41},
    [NODE_HEARD] = {.name = "heard", .key_len = 8},
    [NODE_SEEN] = {.name = "seen", .key_len = 32},
    [NODE_DESK] = {.name = "desk", .key_len = 8},
    [NODE_HELD] = {.name = "held", .key_len = 40},
    [NODE_GAP] = {.name = "gap", .key_len = 40},
    [NODE_CURSOR] = {.name = "cursor", .key_len = 16},
    [NODE_OBJECT] = {.name = "object", .key_len = 17},
    [NODE_PEER] = {.name = "peer", .key_len = 16},
    [NODE_AGREED] = {.name = "agreed", .key_len = 32},
    [NODE_CERTIFICATE] = {.name = "certificate", .key_len = 24},
    [NODE_AGREEMENT] = {.name = "agreement", .key_len = 32},
    [NODE_VERSION] = {.name = "version", .key_len = 32},
    [NODE_NOTICE] = {.name = "notice", .key_len = 32},
    [NODE_LIFE] = {.name = "life", .key_len = 17},
    [NODE_COUNT] = {.name = "count", .key_len = 12},
    [NODE_FATE] = {.name = "fate", .key_len = 32},
    [NODE_REMOVAL] = {.name = "removal", .key_len = 8},
    [NODE_CARRY] = {.name = "carry", .key_len = 32},
    [NODE_CONSENT] = {.name = "consent", .key_len = 48},
    [NODE_ORIGIN] = {.name = "origin", .key_len = 24},
    [NODE_CALL] = {.name = "call", .key_len = 17},
    [NODE_ALARM] = {.name = "alarm", .key_len = 8},
    [NODE_SOURCE] = {.name = "source", .key_len = 17},
    [NODE_PAIR] = {.name = "pair", .key_len = 16},
    [NODE_PIN] = {.name = "pin", .key_len = 16},
    [NODE_ATTACHMENT] = {.name = "attachment", .key_len = 8},
    [NODE_CHUNK] = {.name = "chunk", .key_len = 13, .form = ENT_KV_AUTHENTIC},
    [NODE_ATTACHED] = {.name = "attached", .key_len = 34},
    [NODE_FEED] = {.name = "feed", .key_len = 8},
    [NODE_ERRAND] = {.name = "errand", .key_len = 9},
    [NODE_QUOTA] = {.name = "quota", .key_len = 8},
    [NODE_DUTY] = {.name = "duty", .key_len = 9},
    [NODE_REMIND] = {.name = "remind", .key_len = 17},
    [NODE_DRILL] = {.name = "drill", .key_len = 16},
    [NODE_EMERGENCY] = {.name = "emergency", .key_len = 32},
    [NODE_FATE_END] = {.name = "fate_end", .key_len = 40},
    [NODE_OFFICER] = {.name = "officer", .key_len = 16},
    [NODE_SIGNER] = {.name = "signer", .key_len = 16},
    [NODE_WITNESS] = {.name = "witness", .key_len = 16},
    [NODE_SHARE] = {.name = "share", .key_len = 16},
    [NODE_CENSUS] = {.name = "census", .key_len = 33},
    [NODE_RESTITUTION] = {.name = "restitution", .key_len = 16},
    [NODE_INDEX] = {.name = "index", .key_len = 25, .form = ENT_KV_BARE},
    [NODE_INDEXED] = {.name = "indexed", .key_len = 9, .form = ENT_KV_BARE},
    [NODE_COMMON] = {.name = "common", .key_len = 25},
    [NODE_COMMON_LIST] = {.name = "common_list", .key_len = 9},
    [NODE_PASSING] = {.name = "passing", .key_len = 8},
    [NODE_LINK] = {.name = "link", .key_len = 32},
    [NODE_ASKED] = {.name = "asked", .key_len = 24},
    [NODE_OUTCOME] = {.name = "outcome", .key_len = 8},
    [NODE_DESK_BLOCK] = {.name = "desk_block", .key_len = 8},
    [NODE_SEEN_BLOCK] = {.name = "seen_block", .key_len = 32},
    [NODE_COPY_PLACE] = {.name = "copy_place",
        .key_len = 32,
        .form = ENT_KV_BARE},
    [NODE_COPY_BLOCK] = {.name = "copy_block", .key_len = 16},
    [NODE_PASSED] = {.name = "passed", .key_len = 24, .form = ENT_KV_BARE},
};

static const bool is_put_late[NODE_TABLE_COUNT] = {
    [NODE_META] = true,
    [NODE_COPY] = true,
    [NODE_COPY_BLOCK] = true,
    [NODE_OUTCOME] = true,
    [NODE_SIGNER] = true,
    [NODE_COUNT] = true,
    [NODE_CENSUS] = true,
    [NODE_COMMON] = true,
    [NODE_COMMON_LIST] = true,
};

bool
node_table_is_late(enum node_table table)
{
    return is_put_late[table];
}

size_t
node_key_len(enum node_table table)
{
    return node_tables[table].key_len;
}
