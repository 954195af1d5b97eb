/* SPDX-License-Identifier: Apache-2.0 */
/*
 * catalogue - what border agencies exchange: for each family of messages what
 * it is for, who may have it and how fast it goes; for each field what it must
 * be.
 *
 * All of it comes from the manifests in proto/catalogue/, which say each thing
 * once: validation, minimisation, policy's defaults, `entente catalogue` and
 * docs/CATALOGUE.md read these tables. A new family is a schema, a manifest's
 * entry and its example.
 */
#ifndef ENT_PROTO_CATALOGUE_H
#define ENT_PROTO_CATALOGUE_H

#include <protobuf-c/protobuf-c.h>

#include "proto/identifier.h"

struct ent_validation;

/* ---- fields ---- */

enum ent_field_trait {
    ENT_FIELD_MUST = 1,      /* given; of a list: not empty */
    ENT_FIELD_TEXT = 2,      /* sentences and names, in any script */
    ENT_FIELD_BRIEF = 4,     /* and at most ENT_BRIEF_MAX characters */
    ENT_FIELD_PAST = 8,      /* not after the message's creation */
    ENT_FIELD_FUTURE = 16,   /* after it */
    ENT_FIELD_PERSONAL = 32, /* tells who somebody is, or helps to */
    ENT_FIELD_SPECIAL = 64,  /* a special category of personal data */
    ENT_FIELD_COUNTED = 128, /* of persons who are counted, never named */
};

/* What a value must look like; where that comes from is proto/identifier.h's
 * to say. */
enum ent_format {
    ENT_FORMAT_NONE,
    ENT_FORMAT_IDENTIFIER, /* of a kind: proto/identifier.h */
    ENT_FORMAT_UUID,
    ENT_FORMAT_DATE,
    ENT_FORMAT_PARTIAL_DATE, /* "1990", "1990-04", "1990-04-17" */
    ENT_FORMAT_POSITIVE,     /* a decimal above 0 */
    ENT_FORMAT_PERCENT,
    ENT_FORMAT_LATITUDE,
    ENT_FORMAT_LONGITUDE,
    ENT_FORMAT_CHECK_NUMBER, /* of a document, as it is asked for */
    ENT_FORMAT_MRZ_NAME,     /* "TRAN<<THI HOA" */
    ENT_FORMAT_DIRECTION,    /* "toward th", "away" */
    ENT_FORMAT_PARTY,        /* a state or organisation as in addresses */
    ENT_FORMAT_ADDRESS,      /* "blo-maesai@th" */
    ENT_FORMAT_HASH,         /* 32 bytes */
    ENT_FORMAT_CITES_TERM,   /* "SCA" */
    ENT_FORMAT_ICD,          /* "A20.2", "1B94" */
    ENT_FORMAT_ROUTE,        /* "TH-MY" */
    ENT_FORMATS,
};

/* By what a message is looked up: proto/lookup.h. */
enum ent_lookup {
    ENT_LOOKUP_NONE,
    ENT_LOOKUP_DOCUMENT,
    ENT_LOOKUP_MRZ, /* a document and a name in one */
    ENT_LOOKUP_NAME,
    ENT_LOOKUP_PLATE,
    ENT_LOOKUP_VIN,
    ENT_LOOKUP_CONTAINER,
    ENT_LOOKUP_IMO,
    ENT_LOOKUP_MMSI,
    ENT_LOOKUP_CALL_SIGN,
    ENT_LOOKUP_VESSEL_NAME,
    ENT_LOOKUP_FLIGHT,
    ENT_LOOKUP_AIRCRAFT, /* its registration */
    ENT_LOOKUP_MAIL,
    ENT_LOOKUP_AWB,
    ENT_LOOKUP_BILL_OF_LADING,
    ENT_LOOKUP_SEAL,
    ENT_LOOKUP_PHONE,
    ENT_LOOKUP_CASE,
    ENT_LOOKUP_PLACE, /* UN/LOCODE, crossing or subdivision */
    ENT_LOOKUP_KINDS,
};

/* When a field must, or only then may, be given. */
enum ent_condition_kind {
    ENT_CONDITION_MUST,
    ENT_CONDITION_ONLY,
};

struct ent_condition {
    enum ent_condition_kind kind;
    unsigned field; /* whose presence or code decides */
    bool negated;
    uint64_t codes;   /* one bit each; 0: that it is given */
    const char *must; /* what is said of a breach */
    const char *only;
};

/* Fields of one message, by their places, of which one must be given. */
struct ent_choice {
    uint64_t fields;
    const char *said;
};

struct ent_field_manifest {
    const char *name; /* as in the schema */
    unsigned traits;  /* enum ent_field_trait */
    enum ent_format format;
    enum ent_identifier identifier;
    const struct ent_type_manifest *type; /* of a message of ours; or NULL */
    const struct ent_choice *holding;     /* what that must have; or NULL */
    const struct ent_condition *conditions;
    size_t condition_count;
    enum ent_lookup lookup;
    bool searched; /* it, or what is in it, is looked up by */
    uint8_t of;    /* place + 1 of the field that says whose it is; 0: none */
    uint8_t to;    /* and of the last of a range that begins with it */
};

enum ent_type_rule_kind {
    ENT_RULE_ANY,
    ENT_RULE_BOTH,
    ENT_RULE_ORDER, /* `first` is before `last` */
    ENT_RULE_CHECK,
};

struct ent_type_rule {
    enum ent_type_rule_kind kind;
    uint64_t fields;
    unsigned first;
    unsigned last;
    const char *said;
    const char *source; /* NULL: the catalogue */
    void (*check)(struct ent_validation *v, const ProtobufCMessage *message);
};

struct ent_type_manifest {
    const ProtobufCMessageDescriptor *descriptor;
    const struct ent_field_manifest *fields; /* as descriptor->fields */
    size_t field_count;
    const struct ent_type_rule *rules;
    size_t rule_count;
    bool shared; /* by several families: an entity */
};

/* ---- families ---- */

/* Kinds of recipients, each with more reason than the next to be told. */
enum ent_tier {
    ENT_TIER_BLO,
    ENT_TIER_NCC,
    ENT_TIER_ILO,
    ENT_TIER_CARRIER,
    ENT_TIER_AIRPORT, /* and seaports, and mail hubs */
    ENT_TIER_ORGANISATION,
    ENT_TIERS,
};

enum ent_tier_word {
    ENT_TIER_NO,
    ENT_TIER_NOT_PERSONAL, /* without any personal or special field */
    ENT_TIER_YES,
};

struct ent_family {
    uint32_t number;    /* field number of the body in Message; M20 is 120 */
    const char *code;   /* "M20" */
    const char *name;   /* "drug_seizure" */
    const char *title;  /* "Drug seizure" */
    const char *source; /* of its rules: "catalogue: drug_seizure" */
    const char *about;
    bool nominal;            /* can name persons */
    bool list;               /* an entry of a list until its expires_at */
    uint32_t precedence;     /* default */
    uint32_t tlp;            /* default */
    uint32_t handling;       /* default; bits: 1 << Entente__V1__Handling */
    uint64_t acknowledge_ms; /* default; 0: none */
    uint64_t keep_ms;        /* default retention */
    enum ent_tier_word tiers[ENT_TIERS];
    uint64_t header_must; /* of Message, by the places of its fields */
    uint64_t header_never;
    const struct ent_type_manifest *body;
};

/* Families that rules speak of. */
#define ENT_FAMILY_TRAFFICKING_REFERRAL 130
#define ENT_FAMILY_CONSENT_REQUEST 144
#define ENT_FAMILY_DOCUMENT_CHECK 150
#define ENT_FAMILY_HIT_QUERY 152
#define ENT_FAMILY_HIT_NOTICE 154
#define ENT_FAMILY_LIFECYCLE 173
#define ENT_FAMILY_AGREEMENT_CONTROL 175
#define ENT_FAMILY_BREACH_NOTICE 176
#define ENT_FAMILY_CONSENT_DECISION 244
#define ENT_FAMILY_AUDIT_EXTRACT 276

/* NULL when there is no such family. */
const struct ent_family *ent_family_by_name(struct ent_view name);
const struct ent_family *ent_family_by_number(uint32_t number);

/* All of them, ascending by number. */
const struct ent_family *ent_family_list(size_t *ret_count);

#endif
