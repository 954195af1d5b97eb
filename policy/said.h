/* SPDX-License-Identifier: Apache-2.0 */
/*
 * said - what the body of a message itself says that clauses ask about. Pure.
 */
#ifndef ENT_POLICY_SAID_H
#define ENT_POLICY_SAID_H

#include "policy/term.h"
#include "proto/message.h"

/* What is asked for the person it names. */
enum ent_measure ent_said_measure(const ent_message *message);

/* The victim it speaks of has consented, or a guardian has, to being named. */
bool ent_said_consent(const ent_message *message);

/* Who issued the document it is about, as the document has it: "THA"; NULL: it
 * is about none. */
const char *ent_said_issuer(const ent_message *message);

#endif
