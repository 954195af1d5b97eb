/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/contradiction.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "proto/base/armour.h"
#include "tools/cli/output.h"
#include "tools/cli/words.h"

#define BEGIN "-----BEGIN " ENT_ARMOUR_CONTRADICTION "-----"

typedef struct ent_contradiction_verdict verdict_type;

bool
cli_contradiction_is(struct ent_view text)
{
    return memmem(text.data, text.len, BEGIN, sizeof BEGIN - 1) != NULL;
}

static const char *
headline(const verdict_type *verdict)
{
    switch (verdict->history) {
    case ENT_HISTORY_FORKED:
        if (verdict->sides[0].kind == ENT_CONTRADICTION_LABEL) {
            return "PROVEN: it signed two labels for one place";
        }
        return "PROVEN: its journal was changed after it was signed for";
    case ENT_HISTORY_SHORTER:
        return "PROVEN: it later signed for less than before";
    case ENT_HISTORY_UNPROVEN:
        return "NOT PROVEN: the later one does not say how it grew from the "
               "earlier one; ask the office for that proof";
    default:
        return "NOT PROVEN: the two do not contradict each other";
    }
}

#define HEX_LEN (ENT_DIGEST_LEN * 2 + 1)

static void
hex(const struct ent_digest *digest, char out[static HEX_LEN])
{
    for (size_t i = 0; i < ENT_DIGEST_LEN; i++) {
        (void)snprintf(out + 2 * i, HEX_LEN - 2 * i, "%02x", digest->bytes[i]);
    }
}

static void
print_label(const struct ent_contradiction_side *side)
{
    const struct ent_label *label = &side->label;
    char at[CLI_WORDS_MAX];
    char hash[HEX_LEN];

    hex(&side->label_hash, hash);
    cli_time_long(side->made_at, at);
    printf("  - %s: to %s, %s stream, place %" PRIu64 " to %" PRIu64
           ", label %s\n",
        at, label->stream.recipient.text,
        ent_precedence_name(label->stream.precedence), label->first,
        label->first + label->count - 1, hash);
}

static void
print_side(const struct ent_contradiction_side *side)
{
    char at[CLI_WORDS_MAX] = "at a time that it does not say";
    char root[HEX_LEN];

    if (side->kind == ENT_CONTRADICTION_LABEL) {
        print_label(side);
        return;
    }
    hex(&side->checkpoint.root, root);
    if (side->kind == ENT_CONTRADICTION_STATEMENT) {
        cli_time_long(side->made_at, at);
    }
    printf("  - %s: %" PRIu64 " entries, root %s, incarnation %" PRIu64 "\n",
        at, side->checkpoint.size, root, side->checkpoint.incarnation);
}

static void
print_words(const verdict_type *verdict)
{
    puts(headline(verdict));
    printf("\nWhat %s signed%s\n", verdict->office.text,
        verdict->sides[0].kind == ENT_CONTRADICTION_LABEL ? ""
                                                          : " of its journal");
    print_side(&verdict->sides[0]);
    print_side(&verdict->sides[1]);
}

static json_t *
json_of_label(const struct ent_contradiction_side *side)
{
    const struct ent_label *label = &side->label;
    char hash[HEX_LEN];

    hex(&side->label_hash, hash);
    return json_pack("{s:I, s:s, s:s, s:I, s:I, s:s}", "at",
        (json_int_t)side->made_at, "to", label->stream.recipient.text,
        "precedence", ent_precedence_name(label->stream.precedence), "first",
        (json_int_t)label->first, "count", (json_int_t)label->count, "label",
        hash);
}

static json_t *
json_of(const struct ent_contradiction_side *side)
{
    char root[HEX_LEN];

    if (side->kind == ENT_CONTRADICTION_LABEL) {
        return json_of_label(side);
    }
    hex(&side->checkpoint.root, root);
    return json_pack("{s:I, s:I, s:s, s:I}", "at", (json_int_t)side->made_at,
        "size", (json_int_t)side->checkpoint.size, "root", root, "incarnation",
        (json_int_t)side->checkpoint.incarnation);
}

static enum ent_status
print_object(const verdict_type *verdict, struct ent_error *err)
{
    json_t *object = json_pack("{s:b, s:s, s:s, s:[o, o]}", "proven",
        ent_history_contradicts(verdict->history), "history",
        ent_history_name(verdict->history), "office", verdict->office.text,
        "said", json_of(&verdict->sides[0]), json_of(&verdict->sides[1]));
    enum ent_status rc;

    if (object == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "writing JSON");
    }
    rc = cli_print_json(stdout, object, err);
    json_decref(object);
    return rc;
}

static enum ent_status
judge(struct ent_view wire, const struct ent_authority_key *named, size_t count,
    verdict_type *ret_verdict, struct ent_error *err)
{
    struct ent_contradiction contradiction;
    struct ent_address office;
    enum ent_status rc = ent_contradiction_decode(wire, &contradiction, err);

    if (rc == ENT_OK) {
        rc = ent_contradiction_peek(&contradiction, &office, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    for (size_t i = 0; i < count; i++) {
        if (strcmp(named[i].state, ent_address_state(&office)) == 0) {
            return ent_contradiction_judge(
                &contradiction, &named[i].key, ret_verdict, err);
        }
    }
    return ent_fail(err, ENT_NOT_FOUND,
        "it is about %s: name the key of its state's authority as you know it "
        "(--authority %s=ed25519:...)",
        office.text, ent_address_state(&office));
}

enum ent_status
cli_contradiction_verify(struct ent_view text,
    const struct ent_authority_key *named, size_t count, bool json,
    int *ret_code, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    verdict_type verdict;
    enum ent_status rc =
        ent_armour_decode(ENT_ARMOUR_CONTRADICTION, text, &wire, err);

    if (rc == ENT_OK) {
        rc = judge(ent_bytes_view(&wire), named, count, &verdict, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_code = ent_history_contradicts(verdict.history) ? EX_OK : 1;
    if (json) {
        return print_object(&verdict, err);
    }
    print_words(&verdict);
    return ENT_OK;
}
