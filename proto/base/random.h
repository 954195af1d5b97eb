/* SPDX-License-Identifier: Apache-2.0 */
/*
 * random - random bytes for what is public: ids and nonces. The system is asked
 * for a few hundred of them at once, since one call for each id is a tenth of
 * what a message costs. Keys are not made of these (randombytes_buf): what is
 * not given out yet lies in memory.
 *
 * A child process does not go on with its parent's (MADV_WIPEONFORK), and each
 * thread has its own.
 */
#ifndef ENT_PROTO_BASE_RANDOM_H
#define ENT_PROTO_BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* At most ENT_RANDOM_MAX bytes. */
#define ENT_RANDOM_MAX 64
void ent_random(uint8_t *out, size_t len);

#endif
