/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dial - when to say HELLO on a connection that we made to a neighbouring
 * broker: at once when it comes up, and again when the conversation ended or
 * was not answered.
 *
 * Pure: no socket; monotonic time is an argument. All zero is a connection that
 * is down, or that we do not make.
 */
#ifndef BROKER_DIAL_H
#define BROKER_DIAL_H

#include <stdbool.h>
#include <stdint.h>

struct broker_dial {
    bool is_up;
    uint64_t greet_at; /* monotonic ms; UINT64_MAX: there is a conversation */
    uint64_t pause;    /* before the next HELLO after one that ended */
};

/* The connection is there, or lost. */
void broker_dial_up(struct broker_dial *dial);
void broker_dial_down(struct broker_dial *dial);

/* True when HELLO is to be said now. `is_open`: there is a conversation. */
bool broker_dial_greets(
    struct broker_dial *dial, bool is_open, uint64_t now_ms);

/* The other side ended it, or does not want one. */
void broker_dial_dismissed(struct broker_dial *dial);

/* When to look again; UINT64_MAX: when something happens. */
uint64_t broker_dial_due(const struct broker_dial *dial);

#endif
