/* SPDX-License-Identifier: Apache-2.0 */
/* What of a message is found out by whoever has time for it. */
#include <sodium.h>

#include "node/draft.h"
#include "node/submit.h"

/* Fields of SubmitRequest and of Submission. */
#define SUBMISSIONS 1
#define MESSAGE 1

void
node_submit_print(const uint8_t given_key[static 16], struct ent_view given,
    uint8_t out[static NODE_PRINT_LEN])
{
    (void)crypto_shorthash_siphashx24(out, given.data, given.len, given_key);
}

struct ent_view
node_submission_next(struct ent_view *submissions)
{
    struct ent_view submission;
    struct ent_view message;

    return ent_pb_part(submissions, SUBMISSIONS, &submission) &&
                   ent_pb_part(&submission, MESSAGE, &message)
               ? message
               : ent_view_of(NULL, 0);
}

/* The node has nothing more to say in it than what any message lacks, nor is it
 * encoded anew to be known again (node_submit_fill, node_upload_enclose). One
 * without an id is not the same when it is handed in again. */
static bool
is_plain(const Entente__V1__Submission *submission)
{
    const ent_message *message = submission->message;

    return submission->n_to > 0 && submission->n_enclosures == 0 &&
           message->id[0] != '\0' && message->to[0] == '\0' &&
           message->emergency == NULL && message->origin == NULL &&
           message->body_case != ENTENTE__V1__MESSAGE__BODY_LIFECYCLE;
}

void
node_submit_foresee(const struct node_foresight *foresight,
    const Entente__V1__Submission *submission, struct ent_view packed,
    struct ent_arena *arena, struct node_foreseen *ret_foreseen)
{
    ent_message *message = submission->message;

    node_submit_print(foresight->given_key, packed, ret_foreseen->print);
    ret_foreseen->is_valid = false;
    if (message == NULL || !is_plain(submission)) {
        return;
    }
    node_draft_fill(foresight->self, foresight->now_ms, message, arena);
    message->to = submission->to[0];
    ret_foreseen->is_valid = node_draft_fault(message, arena) == NULL;
    message->to = (char *)(uintptr_t)protobuf_c_empty_string;
}
