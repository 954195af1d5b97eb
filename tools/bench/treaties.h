/* SPDX-License-Identifier: Apache-2.0 */
/*
 * treaties - as many agreements of one state as a measurement wants, signed by
 * authorities made for it: first one with each other state of the world, then
 * regional ones with two others each.
 */
#ifndef TOOLS_BENCH_TREATIES_H
#define TOOLS_BENCH_TREATIES_H

#include "proto/base/bytes.h"
#include "proto/signing.h"

#define TREATIES_STATE "th" /* whose they are */

/* Write `count` of them and their signatures into `folder`, which is made
 * if it is not there.
 * `ret_key`: of its state's authority. ENT_BAD_INPUT: there are not so many
 * states. */
enum ent_status treaties_make(const char *folder, size_t count,
    struct ent_verify_key *ret_key, struct ent_error *err) ENT_MUST_CHECK;

/* The states that `count` agreements are with, by index; NULL past the last. */
const char *treaties_partner(size_t count, size_t index);

#endif
