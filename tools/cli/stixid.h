/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stixid - ids of STIX 2.1 objects: a type, two hyphens, and a UUIDv5 (RFC 9562
 * section 5.5) of what the thing is, so that it has the same id in every
 * bundle.
 */
#ifndef TOOLS_CLI_STIXID_H
#define TOOLS_CLI_STIXID_H

#define CLI_STIXID_MAX 80

/* Of `type` and what it is, in a namespace of ours: "identity", an address. */
void cli_stixid_make(
    const char *type, const char *what, char out[static CLI_STIXID_MAX]);

/* Of an observable, by its properties as canonical JSON, in the namespace that
 * STIX has for them (OASIS STIX 2.1, section 2.9). */
void cli_stixid_make_observable(
    const char *type, const char *json, char out[static CLI_STIXID_MAX]);

#endif
