/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crowd_office - an office that only says who it is: its keys, its certificate,
 * and both lanes to a broker.
 */
#ifndef TOOLS_BENCH_CROWD_OFFICE_H
#define TOOLS_BENCH_CROWD_OFFICE_H

#include "proto/certificate.h"
#include "proto/link.h"
#include "proto/secret.h"

#define CROWD_LANES 2

struct crowd_lane {
    struct ent_link *link;
    bool greeted;
};

struct crowd_office {
    struct ent_secret *key;
    struct ent_secret *link_key;
    struct ent_certificate certificate;
    struct ent_bytes wire; /* of the certificate */
    struct crowd_lane lanes[CROWD_LANES];
};

/* With a certificate by that authority, which is written into `folder`. */
enum ent_status crowd_office_make(struct crowd_office *office,
    const char *address, const struct ent_signer *authority, const char *folder,
    struct ent_error *err) ENT_MUST_CHECK;

/* Both lanes; returns at once. */
enum ent_status crowd_office_connect(struct crowd_office *office, void *zmq,
    const char *endpoint, const uint8_t broker[static ENT_PUBLIC_KEY_LEN],
    struct ent_error *err) ENT_MUST_CHECK;

/* Say and answer what is due. `ret_greeted`: it is in conversation on both. */
enum ent_status crowd_office_serve(struct crowd_office *office,
    bool *ret_greeted, struct ent_error *err) ENT_MUST_CHECK;

#endif
