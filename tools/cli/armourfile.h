/* SPDX-License-Identifier: Apache-2.0 */
/*
 * armourfile - what is signed or sealed, as it rests in a file that people
 * carry: armour of one kind (proto/base/armour.h).
 */
#ifndef TOOLS_CLI_ARMOURFILE_H
#define TOOLS_CLI_ARMOURFILE_H

#include <sys/types.h>

#include "proto/base/armour.h"
#include "proto/certificate.h"

#define CLI_CERTIFICATE_TEXT_MAX ((size_t)16 * 1024)

/* What is in it. ENT_NOT_FOUND; ENT_BAD_INPUT: no armour of that kind. */
enum ent_status cli_armourfile_read(const char *path, size_t size_max,
    const char *kind, struct ent_bytes *ret_wire,
    struct ent_error *err) ENT_MUST_CHECK;

/* A certificate, not verified. `ret_wire` may be NULL. */
enum ent_status cli_armourfile_certificate(const char *path,
    struct ent_bytes *ret_wire, struct ent_certificate *ret_certificate,
    struct ent_error *err) ENT_MUST_CHECK;

/* Write it where nothing is yet. `path` NULL: on standard output. */
enum ent_status cli_armourfile_create(const char *path, mode_t mode,
    const char *kind, struct ent_view wire,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
