/* SPDX-License-Identifier: Apache-2.0 */
/*
 * window - the credit of one connection, both ways: how many bytes of bundles
 * the other side takes from us now, and how many we take from it.
 *
 * Each side's HELLO grants the other credit; only BUNDLE frames cost any. What
 * was dealt with, whatever became of it, is given back after the commit. Credit
 * never grows beyond what was granted, and ends with the connection.
 * docs/PROTOCOL.md, section 15.2. A plain value; all zero lets nothing pass.
 */
#ifndef ENT_PROTO_WINDOW_H
#define ENT_PROTO_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

/* Bytes of bundles that we let be under way to us on one connection. */
#define ENT_WINDOW_GRANT ((uint64_t)4 * 1024 * 1024)

struct ent_window {
    uint64_t granted; /* to us, by their HELLO */
    uint64_t credit;  /* what is left of it */
    uint64_t grant;   /* what is left of ENT_WINDOW_GRANT */
    uint64_t owed;    /* dealt with, to be given back */
};

/* A conversation begins: they granted us `granted`, we granted them ours. */
struct ent_window ent_window_begin(uint64_t granted);

/* Before sending a bundle: false when its bytes are not left. */
bool ent_window_spend(struct ent_window *window, uint64_t bytes);
/* CREDIT came, or what was to be sent did not leave. */
void ent_window_refill(struct ent_window *window, uint64_t bytes);

/* A bundle came: false when it is more than we granted. */
bool ent_window_charge(struct ent_window *window, uint64_t bytes);
/* What to give back now; it is ours to expect again. */
uint64_t ent_window_give_back(struct ent_window *window);
/* It did not leave: it is owed still. */
void ent_window_owe(struct ent_window *window, uint64_t bytes);

#endif
