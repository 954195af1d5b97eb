/* SPDX-License-Identifier: Apache-2.0 */
/*
 * catalogue_tables - the tables that catalogue/make_tables.py makes of the
 * manifests, and the checks in C that these name (validate_check.c).
 */
#ifndef ENT_PROTO_CATALOGUE_TABLES_H
#define ENT_PROTO_CATALOGUE_TABLES_H

#include "proto/catalogue.h"
#include "proto/schema/message.pb-c.h"

extern const struct ent_family ent_families[]; /* ascending by number */
extern const size_t ent_family_count;
extern const struct ent_type_manifest *const ent_message_manifest;

/* Codes of one place must name the same one. */
void ent_check_location(
    struct ent_validation *v, const ProtobufCMessage *message);

/* An answer names its question. */
void ent_check_document_check(
    struct ent_validation *v, const ProtobufCMessage *message);

#endif
