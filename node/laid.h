/* SPDX-License-Identifier: Apache-2.0 */
/*
 * laid - requests of local programs that are laid out ahead of their turn.
 *
 * A program that hands in hundreds of messages at once mostly waits for the
 * commit of those of another one. Meanwhile another thread (node/helper.h)
 * decodes what it gave, and takes the print of each message, fills it in and
 * checks it (node/submit.h), which asks nobody. What is wrong with a request is
 * found and said in its turn.
 *
 * There are a few in all, of bounded size, and so bounded memory. All calls are
 * of the node's own thread.
 */
#ifndef NODE_LAID_H
#define NODE_LAID_H

#include "node/helper.h"
#include "proto/address.h"
#include "proto/base/bytes.h"
#include "proto/schema/api.pb-c.h"

#define NODE_LAID_MAX 3
#define NODE_LAID_BYTES_MIN                                                    \
    ((size_t)64 * 1024) /* it is not worth it for less */
#define NODE_LAID_BYTES_MAX ((size_t)6 * 1024 * 1024)

struct node_laids;
struct node_laid;
struct node_foreseen;

/* `helper` is stopped after it; `given_key` is that of the prints, and `self`,
 * which stays where it is, the sender. */
enum ent_status node_laids_new(struct node_helper *helper,
    const uint8_t given_key[static 16], const struct ent_address *self,
    struct node_laids **ret_laids, struct ent_error *err) ENT_MUST_CHECK;
/* None is in use any more. NULL is fine. */
void node_laids_free(struct node_laids **laids);

/* Begin with `packed`, an ApiRequest, which stays where it is until this is
 * released. NULL: it is not of that size, or all are in use. */
struct node_laid *node_laid_begin(
    struct node_laids *laids, struct ent_view packed, uint64_t now_ms);
/* Wait until it is done. NULL: it was not, or could not be; else what it says,
 * until it is released. */
const Entente__V1__ApiRequest *node_laid_finish(struct node_laid *laid);
/* Of message `index` of a submit request that was laid out; NULL: nothing. */
const struct node_foreseen *node_laid_foreseen(
    const struct node_laid *laid, size_t index);
/* It is not needed any more: wiped, and free for the next. */
void node_laid_release(struct node_laid **laid);

#endif
