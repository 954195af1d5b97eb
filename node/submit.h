/* SPDX-License-Identifier: Apache-2.0 */
/*
 * submit - an officer's message on its way out: filled in, checked against the
 * catalogue, judged for each recipient, and accepted or refused.
 *
 * Accepted means: after this turn's commit it is on disk. The message's id is
 * what makes a repeated submit one message: the same id with the same content
 * gets the same answer again, with other content it is refused.
 *
 * A content is known again by its print: SipHash-2-4 with 128 bits over what
 * was given, under a key made of the storage key. Without that key nobody can
 * make two contents that have one print, nor find out by trying which content
 * a print is of. That two have the same by chance is as likely as that the key
 * is guessed.
 */
#ifndef NODE_SUBMIT_H
#define NODE_SUBMIT_H

#include "node/keeper.h"
#include "node/node.h"
#include "proto/base/pb.h"
#include "proto/schema/api.pb-c.h"

#define NODE_RECIPIENTS_MAX 64

/* Submit one message to each of its recipients; the result lies in `arena`.
 * What is wrong with the message is in the result, not a status. `packed` is
 * what the message was unpacked from, which packing it again would give
 * (proto/base/pb.h): it need not be packed to be known again. Of length 0: it
 * was not unpacked. */
enum ent_status node_submit(struct node *node,
    const Entente__V1__Submission *submission, struct ent_view packed,
    struct ent_arena *arena, Entente__V1__SubmitResult **ret_result,
    struct ent_error *err) ENT_MUST_CHECK;
/* What of a message was found out before its turn. */
struct node_foreseen {
    uint8_t print[NODE_PRINT_LEN]; /* of `packed` */
    bool is_valid; /* filled in, and the catalogue has nothing against it */
};

/* Whose messages that is done for, and when. */
struct node_foresight {
    uint8_t given_key[16]; /* of prints */
    const struct ent_address *self;
    uint64_t now_ms;
};

/* Find it out. Asks nobody: any thread may, and what the node fills in of times
 * is of when it did. What is to be asked for is left to its turn, and so is
 * what is wrong. What is added to the message lies in `arena`. */
void node_submit_foresee(const struct node_foresight *foresight,
    const Entente__V1__Submission *submission, struct ent_view packed,
    struct ent_arena *arena, struct node_foreseen *ret_foreseen);

/* node_submit with what was foreseen of it; NULL: nothing was. */
enum ent_status node_submit_foreseen(struct node *node,
    const Entente__V1__Submission *submission, struct ent_view packed,
    const struct node_foreseen *foreseen, struct ent_arena *arena,
    Entente__V1__SubmitResult **ret_result,
    struct ent_error *err) ENT_MUST_CHECK;

/* Of a message as it was given. Asks nobody. */
void node_submit_print(const uint8_t given_key[static 16],
    struct ent_view given, uint8_t out[static NODE_PRINT_LEN]);
/* Take the next submission off `submissions`, a SubmitRequest as it came: its
 * message; of length 0: it has none. */
struct ent_view node_submission_next(struct ent_view *submissions);

/* Would it go, and why not? Changes nothing. */
enum ent_status node_explain(struct node *node,
    const Entente__V1__ExplainRequest *request, struct ent_arena *arena,
    Entente__V1__ExplainReply **ret_reply,
    struct ent_error *err) ENT_MUST_CHECK;

/* A copy of `text` in `arena`; "" when there is no room. */
char *node_text_in(struct ent_arena *arena, const char *text);
/* A stored id as text in `arena`; "" when it is none. */
char *node_id_in(struct ent_arena *arena, const ProtobufCBinaryData *id);
char *node_id_text_in(struct ent_arena *arena, const struct ent_id *id);

#endif
