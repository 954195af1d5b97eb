/* SPDX-License-Identifier: Apache-2.0 */
/*
 * namekey - what spellings of one name have in common, as a key to look it up
 * by: one person is written composed or in pieces, with or without marks, with
 * titles, in digits of several scripts, with characters that nobody sees.
 *
 * A key says "look at these two", never "these are one": romanisations of
 * Korean or Chinese are their bearer's choice and are not computed. Keys lie in
 * indexes, so what makes them has a version. Rules: domain D6.
 */
#ifndef ENT_PROTO_NAMEKEY_H
#define ENT_PROTO_NAMEKEY_H

#include "proto/base/bytes.h"

#define ENT_NAMEKEY_VERSION 1
#define ENT_NAMEKEY_MAX 512 /* bytes, with NUL */

/* The key of a name in any script; empty when nothing of it is a letter.
 *
 * Compatibility forms and case fold together; Latin letters lose their marks (D
 * with stroke is D), other scripts keep theirs; digits become those of ASCII;
 * invisible characters and punctuation go, spaces become one; honorifics before
 * the name go (U, Daw, Ko, Ma in Burmese; the Thai titles). ENT_BAD_INPUT for
 * what is not UTF-8, or too long for a key. */
enum ent_status ent_namekey_of(struct ent_view name,
    char ret_key[static ENT_NAMEKEY_MAX], struct ent_error *err) ENT_MUST_CHECK;

/* Text in the Zawgyi encoding, which uses Myanmar code points in another way
 * and reads as other letters: it is kept as it came, flagged, and not compared.
 * Signs of it that well-formed Unicode cannot have. */
bool ent_namekey_is_zawgyi(struct ent_view text);

#endif
