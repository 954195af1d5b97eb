/* SPDX-License-Identifier: Apache-2.0 */
/*
 * two_offices_lists - what an officer of two offices finds when he looks
 * something up on his office's lists.
 */
#ifndef ENT_TESTS_TWO_OFFICES_LISTS_H
#define ENT_TESTS_TWO_OFFICES_LISTS_H

#include "tests/two_offices.h"

/* What is looked up; what is not said is NULL. */
struct sought {
    const char *kind;
    const char *of;
    const char *value;
    uint32_t encounter; /* it passes; 0: it is only asked about */
    const char *place;  /* where it passes, */
    const char *next;   /* and where it goes on to */
};

struct looked {
    size_t found;    /* entries */
    char fault[256]; /* what is wrong with it; "": it was looked up */
};

struct looked look_up(enum who who, const struct sought *sought);

/* How many entries are found of something that can be looked up. */
size_t found_on_list(enum who who, const struct sought *sought);

#endif
