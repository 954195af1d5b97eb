/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file - small files, read whole under a limit and written so that a power cut
 * leaves the old one or the new one.
 */
#ifndef ENT_PROTO_BASE_FILE_H
#define ENT_PROTO_BASE_FILE_H

#include <sys/types.h>

#include "proto/base/bytes.h"

/* Read a regular file of at most `size_max` bytes. ENT_NOT_FOUND, ENT_FULL when
 * it is larger, ENT_IO. An empty file gives empty bytes. */
enum ent_status ent_file_read(const char *path, size_t size_max,
    struct ent_bytes *ret_content, struct ent_error *err) ENT_MUST_CHECK;

/* Create `path`, which must not exist (ENT_EXISTS); synced, folder too. */
enum ent_status ent_file_create(const char *path, mode_t mode,
    struct ent_view content, struct ent_error *err) ENT_MUST_CHECK;

/* Replace `path` by way of a temporary file and rename; synced. */
enum ent_status ent_file_replace(const char *path, mode_t mode,
    struct ent_view content, struct ent_error *err) ENT_MUST_CHECK;

/* Exactly `len` bytes at `offset` of an open file; false: errno says why, or
 * there are not so many. */
bool ent_file_read_at(int file, uint8_t *out, size_t len, uint64_t offset);
bool ent_file_write_at(
    int file, const uint8_t *bytes, size_t len, uint64_t offset);

#endif
