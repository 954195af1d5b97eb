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
/* By number, the place of its family, plus 1; 0: there is none. */
extern const uint8_t ent_family_places[];
extern const size_t ent_family_numbers_end;
extern const struct ent_type_manifest *const ent_message_manifest;

/* Checks that manifests name (validate_check.c), each of the type of that
 * name. */
#define ENT_CHECK(name)                                                        \
    void ent_check_##name(                                                     \
        struct ent_validation *v, const ProtobufCMessage *message)

/* Codes of one place name the same one. */
ENT_CHECK(location);
/* An answer names its question. */
ENT_CHECK(document_check);
/* Lines of a machine readable zone are good, and of this document. */
ENT_CHECK(document);
/* A message speaks of victims or of suspects. */
ENT_CHECK(person);
/* Minors are looked for to protect or to find them, nothing else; a victim is
 * on no list. */
ENT_CHECK(person_alert);
/* Victims and suspects are never of one list. */
ENT_CHECK(subjects);
ENT_CHECK(incident_handover);
/* What is lost, stolen or no longer valid its issuing state says alone; a range
 * has an end. */
ENT_CHECK(document_alert);
/* Grades are of their scheme. */
ENT_CHECK(grade);
/* More than ROUTINE has a reason. */
ENT_CHECK(information_request);
/* What waits for mutual legal assistance says for which request. */
ENT_CHECK(evidence_transfer);
/* No cell is smaller than the threshold, and each has its dimensions. */
ENT_CHECK(statistics_return);
/* What is about trafficking by now is handled as a referral at least. */
ENT_CHECK(reclassification);

#endif
