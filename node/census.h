/* SPDX-License-Identifier: Apache-2.0 */
/*
 * census - what passed through this office, counted (policy/census.h): what
 * came, and what was sent from here and delivered.
 *
 * Each case counts once: a message to several offices, one that was passed on,
 * one that updates another, or that somebody linked with one of which the same
 * is counted (node/link.h). What was corrected counts as corrected, what was
 * withdrawn or recalled not at all. Of what was deleted a count stays where the
 * agreement says `then: aggregate`; of linked ones the last is counted so.
 */
#ifndef NODE_CENSUS_H
#define NODE_CENSUS_H

#include "node/copy.h"
#include "node/desk.h"
#include "policy/census.h"
#include "proto/schema/api.pb-c.h"

/* Rows, and messages that are opened, in one slice: some 20 ms. */
#define NODE_CENSUS_ROWS 4096
#define NODE_CENSUS_MESSAGES 256

/* What a row of the desk, or a copy, adds. ENT_OK, too, where that is nothing;
 * `*opened` is raised when its message was opened. */
enum ent_status node_census_desk(struct node *node, const node_desk_row *row,
    struct ent_census *census, size_t *opened,
    struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_census_copy(struct node *node, const struct ent_id *id,
    const struct ent_party *to, const node_copy_row *row,
    struct ent_census *census, size_t *opened,
    struct ent_error *err) ENT_MUST_CHECK;

/* The same message is deleted now, and a count of it may stay: what it adds is
 * kept, by month. Of several copies the last that was delivered. */
enum ent_status node_census_bury_desk(struct node *node,
    const node_desk_row *row, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_census_bury_copy(struct node *node,
    const struct ent_id *id, const node_copy_row *row,
    struct ent_error *err) ENT_MUST_CHECK;

/* What `message` adds is kept (of the two above). */
enum ent_status node_census_keep(struct node *node, const ent_message *message,
    struct ent_error *err) ENT_MUST_CHECK;

/* What a row of the table CENSUS adds. */
enum ent_status node_census_kept(struct ent_view key, struct ent_view value,
    struct ent_census *census, struct ent_error *err) ENT_MUST_CHECK;

/* A slice, as the request asks for. */
enum ent_status node_census_slice(struct node *node,
    const Entente__V1__CensusRequest *request, struct ent_arena *arena,
    Entente__V1__CensusReply *reply, struct ent_error *err) ENT_MUST_CHECK;

#endif
