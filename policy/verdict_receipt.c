/* SPDX-License-Identifier: Apache-2.0 */
/* What the recipient answered, and by which agreement. */
#include "policy/verdict_internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "proto/refusal.h"
#include "proto/schema/delivery.pb-c.h"

static const struct ent_answer *
find_answer(const struct verdict_case *part, const struct ent_receipt *receipt)
{
    for (size_t i = 0; i < receipt->answer_count; i++) {
        const struct ent_answer *answer = &receipt->answers[i];

        if (answer->first == part->label->first &&
            answer->count == part->label->count) {
            return answer;
        }
    }
    return NULL;
}

static void
say_refusal(struct verdict_case *part, const char *who)
{
    const struct ent_outcome *outcome = &part->verdict->outcome;

    if (outcome->clause[0] == '\0') {
        ent_verdict_say(part, ENT_PROVEN, "answer", "%s answered: refused, %s",
            who, ent_refusal_name(outcome->reason));
    } else {
        ent_verdict_say(part, ENT_PROVEN, "answer",
            "%s answered: refused, %s, by clause %s (line %" PRIu32 ")", who,
            ent_refusal_name(outcome->reason), outcome->clause, outcome->line);
    }
}

static void
say_outcome(struct verdict_case *part, const char *who)
{
    const struct ent_outcome *outcome = &part->verdict->outcome;

    switch (outcome->code) {
    case ENTENTE__V1__OUTCOME_CODE__DELIVERED:
        ent_verdict_say(
            part, ENT_PROVEN, "answer", "%s answered: delivered", who);
        break;
    case ENTENTE__V1__OUTCOME_CODE__EXPIRED:
        ent_verdict_say(part, ENT_PROVEN, "answer",
            "%s answered: it came when its time was over", who);
        break;
    default:
        say_refusal(part, who);
        break;
    }
}

/* What it says of each message of the bundle; this one's is kept. */
static bool
open_outcomes(struct verdict_case *part, const struct ent_answer *answer)
{
    struct ent_bundle_secrets secrets = {0};
    struct ent_outcome *outcomes;
    bool good;

    memcpy(secrets.receipt, part->evidence->receipt_secret,
        sizeof secrets.receipt);
    good = ent_open_outcomes(&secrets, &part->label_hash, answer->sealed,
               &part->outcomes, NULL) == ENT_OK;
    ent_bundle_secrets_wipe(&secrets);
    outcomes = calloc(part->label->count, sizeof *outcomes);
    good = good && outcomes != NULL &&
           ent_outcomes_decode(ent_bytes_view(&part->outcomes),
               part->label->count, outcomes, NULL) == ENT_OK &&
           part->evidence->index < part->label->count;
    if (good) {
        part->verdict->outcome = outcomes[part->evidence->index];
    }
    free(outcomes);
    return good;
}

static void
on_settled(
    struct verdict_case *part, const struct ent_answer *answer, const char *who)
{
    if (!part->evidence->has_receipt_secret) {
        ent_verdict_say(part, ENT_UNCHECKED, "answer",
            "what %s answered: it is sealed, and the key to it is not here",
            who);
        return;
    }
    if (!open_outcomes(part, answer)) {
        ent_verdict_say(part, ENT_WRONG, "answer",
            "the key to the answer of %s does not open it", who);
        return;
    }
    say_outcome(part, who);
}

static void
on_answer(
    struct verdict_case *part, const struct ent_answer *answer, const char *who)
{
    struct ent_digest skip = ent_digest_of(part->evidence->skip);

    if (answer->code == ENTENTE__V1__ANSWER_CODE__SKIPPED) {
        if (!ent_digest_equal(&answer->label_hash, &skip)) {
            ent_verdict_say(part, ENT_WRONG, "answer",
                "%s confirmed another skip than the one in this file", who);
            return;
        }
        ent_verdict_say(part, ENT_PROVEN, "answer",
            "%s answered: it never came, and it knows that it will not", who);
        return;
    }
    if (!ent_digest_equal(&answer->label_hash, &part->label_hash)) {
        ent_verdict_say(part, ENT_WRONG, "answer",
            "the receipt of %s answers another bundle at that place", who);
        return;
    }
    if (answer->code == ENTENTE__V1__ANSWER_CODE__SETTLED) {
        on_settled(part, answer, who);
        return;
    }
    ent_verdict_say(part, ENT_PROVEN, "answer",
        "%s had it and could not take it yet (%s); no later answer is here",
        who, ent_refusal_name(answer->reason));
}

/* The recipient decided by its own copy of the agreement. */
static void
compare_agreements(struct verdict_case *part, const struct ent_receipt *receipt)
{
    struct ent_agreement *found = NULL;

    if (ent_digest_is_zero(&receipt->agreement)) {
        return;
    }
    if (ent_digest_equal(&receipt->agreement, &part->label->agreement)) {
        ent_verdict_say(part, ENT_PROVEN, "answer",
            "it was decided by the same agreement on both sides");
        return;
    }
    for (size_t i = 0; i < part->evidence->agreement_count; i++) {
        struct ent_digest digest =
            ent_digest_of(part->evidence->agreements[i].text);

        if (ent_digest_equal(&digest, &receipt->agreement)) {
            part->agreement_used[i] = true;
            found = part->agreements[i];
        }
    }
    ent_verdict_say(part, found == NULL ? ENT_UNCHECKED : ENT_PROVEN, "answer",
        found == NULL ? "%s of the agreement the recipient decided by: it had "
                        "another one than the sender"
                      : "the recipient decided by another version of it, %s",
        found == NULL ? "the text" : ent_agreement_name(found));
}

static const struct ent_certificate *
open_receipt(struct verdict_case *part, struct ent_receipt *receipt)
{
    const struct ent_address *recipient = &part->label->stream.recipient;
    const struct ent_certificate *certificate;
    struct ent_key_id key_id;
    struct ent_error err = {0};

    if (!ent_verdict_key_of(part->evidence->receipt, &key_id) ||
        ent_receipt_peek(part->evidence->receipt, receipt, NULL) != ENT_OK) {
        ent_verdict_say(
            part, ENT_WRONG, "answer", "its receipt cannot be read");
        return NULL;
    }
    certificate = ent_verdict_certificate_for(
        part, "answer", recipient, &key_id, receipt->issued_at);
    if (certificate == NULL) {
        return NULL;
    }
    if (ent_receipt_open(part->evidence->receipt, certificate, receipt, &err) !=
        ENT_OK) {
        ent_verdict_say(part, ENT_WRONG, "answer",
            "%s did not sign this receipt", recipient->text);
        return NULL;
    }
    return certificate;
}

static void
judge_receipt(struct verdict_case *part, struct ent_receipt *receipt)
{
    const struct ent_certificate *recipient = open_receipt(part, receipt);
    const struct ent_answer *answer;
    char who[VERDICT_NAME_LEN];

    if (recipient == NULL) {
        return;
    }
    answer = find_answer(part, receipt);
    if (answer == NULL ||
        !ent_stream_id_equal(&receipt->stream, &part->label->stream)) {
        ent_verdict_say(
            part, ENT_WRONG, "answer", "its receipt is about something else");
        return;
    }
    ent_verdict_name(recipient, who);
    on_answer(part, answer, who);
    compare_agreements(part, receipt);
    ent_verdict_say_at(part, "answer", receipt->issued_at,
        "the answer was signed, says %s", recipient->address.text);
    ent_verdict_check_validity(part, "answer", recipient, receipt->issued_at);
}

void
ent_verdict_on_receipt(struct verdict_case *part)
{
    struct ent_receipt *receipt;

    if (part->evidence->receipt.len == 0) {
        ent_verdict_say(part,
            part->evidence->has_receipt_secret ? ENT_WRONG : ENT_UNCHECKED,
            "answer", "whether it arrived: no answer of %s is here",
            part->label->stream.recipient.text);
        return;
    }
    receipt = calloc(1, sizeof *receipt);
    if (receipt == NULL) {
        ent_verdict_say(part, ENT_UNCHECKED, "answer", "the answer: no memory");
        return;
    }
    judge_receipt(part, receipt);
    free(receipt);
}
