/* SPDX-License-Identifier: Apache-2.0 */
/*
 * node_answers - what a node with two messages on its desk answers, whatever it
 * is asked; to be played by fake_node.
 */
#ifndef ENT_TESTS_NODE_ANSWERS_H
#define ENT_TESTS_NODE_ANSWERS_H

#include "tests/fake_node.h"

/* On the desk: an alert with a poisoned text, and a test that is late. */
#define ALERT_ID "01926b3e-7c00-7abc-8def-0123456789ab"
#define TEST_ID "0192a000-0000-7000-8000-000000000001"

/* A message as officers write it. */
extern const char alert_json[];

/* The script. Nothing is accepted for Laos. */
enum fake_deed answer_all(const Entente__V1__ApiRequest *request, unsigned life,
    unsigned nth, Entente__V1__ApiReply *reply);

/* The answer about the journal alone: whole, or with another entry 7. */
void answer_journal(bool good, Entente__V1__ApiReply *reply);

#endif
