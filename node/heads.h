/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heads - streams of which a broker had no room for a bundle, and the first
 * such bundle of each.
 *
 * What lies behind it in its stream is put off until that one was taken: its
 * recipient can do nothing with it before, and in a broker it would take the
 * room that the first one needs, for as long as it lives. When one was taken,
 * or its recipient has settled something of the stream, there may be room: then
 * the next one goes at once, however long it was to wait.
 *
 * This is memory alone, and is found in the rows of DISPATCH again when it is
 * asked for. A stream for which there is no place here is sent as if it had no
 * head.
 */
#ifndef NODE_HEADS_H
#define NODE_HEADS_H

#include <stdbool.h>
#include <stddef.h>

#include "proto/base/error.h"
#include "proto/digest.h"

struct node;
struct node_dispatch;

#define NODE_HEADS_MAX 64

struct node_heads {
    struct node_head {
        struct ent_digest stream;
        uint64_t from; /* nothing before it waits for room */
        bool is_held;  /* it does itself */
    } list[NODE_HEADS_MAX];
    size_t count;
};

/* A broker had no room for it. */
void node_heads_put_off(
    struct node_heads *heads, const struct node_dispatch *dispatch);
/* It is taken, or will not be sent any more. */
void node_heads_pass(
    struct node_heads *heads, const struct node_dispatch *dispatch);

/* Whether something before it in its stream waits for room. */
enum ent_status node_heads_is_behind(struct node *node,
    const struct node_dispatch *dispatch, bool *ret_behind,
    struct ent_error *err) ENT_MUST_CHECK;

/* A turn was taken back: they are found again as they were. */
void node_heads_forget(struct node_heads *heads);

/* There may be room: the first of that stream that waits for it goes now. */
enum ent_status node_heads_hasten(struct node *node,
    const struct ent_digest *stream, struct ent_error *err) ENT_MUST_CHECK;

#endif
