/* SPDX-License-Identifier: Apache-2.0 */
/*
 * selftest - whether the libraries and the processor found at start are ones to
 * rely on.
 *
 * Versions that we were tried with or newer, and known answers: libsodium
 * without the fix of CVE-2025-69277 takes a public key that has a component of
 * small order; and what is hashed in lanes (proto/base/blake2b_many.h), of
 * which each processor has others, is what libsodium gives. A program that
 * finds otherwise refuses to start.
 */
#ifndef ENT_PROTO_BASE_SELFTEST_H
#define ENT_PROTO_BASE_SELFTEST_H

#include "proto/base/error.h"

/* Starts libsodium too. ENT_UNSUPPORTED names the library and what is wrong
 * with it. */
enum ent_status ent_selftest_run(struct ent_error *err) ENT_MUST_CHECK;

#endif
