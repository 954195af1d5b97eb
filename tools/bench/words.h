/* SPDX-License-Identifier: Apache-2.0 */
/*
 * words - what the messages of a measurement say: words, as people write. What
 * is random in each message is its id.
 */
#ifndef TOOLS_BENCH_WORDS_H
#define TOOLS_BENCH_WORDS_H

#include <stddef.h>

/* So many bytes, at least one, and a terminator; the caller's to free. NULL: no
 * memory. */
char *bench_words(size_t size);

#endif
