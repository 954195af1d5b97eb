/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of the journal, for who wants to compare them with something. */
#include <string.h>

#include "node/api.h"

#define LINES_DEFAULT 100

static ProtobufCBinaryData
bytes_in(struct ent_arena *arena, const uint8_t *bytes, size_t len)
{
    uint8_t *copy = ent_arena_alloc(arena, len);

    if (copy == NULL) {
        return (ProtobufCBinaryData){0};
    }
    memcpy(copy, bytes, len);
    return (ProtobufCBinaryData){.data = copy, .len = len};
}

/* A party is a hash of an address: look among those that agreements name. */
static const char *
office_of(const struct node *node, const struct ent_party *party)
{
    const struct ent_agreement *agreement;

    if (memcmp(party, &node->party, sizeof *party) == 0) {
        return node->self.text;
    }
    for (size_t i = 0;
         (agreement = node_agreements_at(node->agreements, i, NULL)) != NULL;
         i++) {
        const struct ent_address *office;

        for (size_t k = 0;
             (office = ent_agreement_office(agreement, k)) != NULL; k++) {
            struct ent_party other = ent_address_party(office);

            if (memcmp(party, &other, sizeof other) == 0) {
                return office->text;
            }
        }
    }
    return "";
}

static enum ent_status
add_line(const struct node *node, const struct ent_entry *entry,
    struct ent_arena *arena, Entente__V1__JournalShowReply *reply,
    struct ent_error *err)
{
    Entente__V1__JournalLine *line = ent_arena_alloc(arena, sizeof *line);

    if (line == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "showing the journal");
    }
    entente__v1__journal_line__init(line);
    line->sequence = entry->sequence;
    line->at = entry->at_ms;
    if (protobuf_c_enum_descriptor_get_value(
            &entente__v1__entry_kind__descriptor, (int)entry->kind) != NULL) {
        line->kind = (Entente__V1__EntryKind)entry->kind;
    }
    line->count = entry->count;
    line->subject = bytes_in(arena, entry->subject.bytes, ENT_DIGEST_LEN);
    line->result = bytes_in(arena, entry->result.bytes, ENT_DIGEST_LEN);
    line->party = bytes_in(arena, entry->party.bytes, ENT_PARTY_LEN);
    line->office = (char *)(uintptr_t)office_of(node, &entry->party);
    reply->lines[reply->n_lines++] = line;
    return ENT_OK;
}

enum ent_status
node_api_journal_show(struct node *node,
    const Entente__V1__JournalShowRequest *request, struct ent_arena *arena,
    Entente__V1__JournalShowReply *reply, struct ent_error *err)
{
    uint32_t limit = request->limit == 0 ? LINES_DEFAULT : request->limit;
    uint64_t sequence = request->from;
    enum ent_status rc = ENT_OK;

    limit = limit > NODE_API_BATCH_MAX ? NODE_API_BATCH_MAX : limit;
    reply->lines = ent_arena_alloc(arena, limit * sizeof *reply->lines);
    if (reply->lines == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "showing the journal");
    }
    while (rc == ENT_OK && reply->n_lines < limit) {
        struct ent_entry entry;

        rc = node_journal_entry(
            node->journal, node->store, sequence, &entry, err);
        if (rc == ENT_OK) {
            rc = add_line(node, &entry, arena, reply, err);
            sequence++;
        }
    }
    reply->next = sequence;
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}
