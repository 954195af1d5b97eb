/* SPDX-License-Identifier: Apache-2.0 */
/*
 * query - what an officer asks another office of its lists, as a hit_query.
 */
#ifndef TOOLS_CLI_QUERY_H
#define TOOLS_CLI_QUERY_H

#include "proto/base/bytes.h"
#include "proto/message.h"
#include "proto/schema/api.pb-c.h"

/* The message and all that it points to. */
struct cli_query {
    ent_message message;
    Entente__V1__HitQuery body;
    Entente__V1__Person person;
    Entente__V1__NativeName name;
    Entente__V1__Conveyance conveyance;
    Entente__V1__Cargo cargo;
};

/* A query for nothing yet. */
void cli_query_init(struct cli_query *query);

/* It asks for that; of a name `born` is the date of birth, else it is not
 * looked at. What the texts point to must stay. ENT_BAD_INPUT: it cannot be
 * asked for so, or nobody could look it up. */
enum ent_status cli_query_ask(struct cli_query *query,
    const Entente__V1__LookupTerm *term, const char *born,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
