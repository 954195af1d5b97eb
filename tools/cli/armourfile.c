/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/armourfile.h"

#include <stdio.h>

#include "proto/base/file.h"

enum ent_status
cli_armourfile_read(const char *path, size_t size_max, const char *kind,
    struct ent_bytes *ret_wire, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    enum ent_status rc = ent_file_read(path, size_max, &text, err);

    return rc != ENT_OK
               ? rc
               : ent_armour_decode(kind, ent_bytes_view(&text), ret_wire, err);
}

enum ent_status
cli_armourfile_certificate(const char *path, struct ent_bytes *ret_wire,
    struct ent_certificate *ret_certificate, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    enum ent_status rc = cli_armourfile_read(
        path, CLI_CERTIFICATE_TEXT_MAX, ENT_ARMOUR_CERTIFICATE, &wire, err);

    if (rc == ENT_OK) {
        rc = ent_certificate_peek(ent_bytes_view(&wire), ret_certificate, err);
    }
    if (rc != ENT_OK) {
        ent_error_wrap(err, "'%s'", path);
        return rc;
    }
    if (ret_wire != NULL) {
        *ret_wire = wire;
        wire = (struct ent_bytes){0};
    }
    return ENT_OK;
}

enum ent_status
cli_armourfile_create(const char *path, mode_t mode, const char *kind,
    struct ent_view wire, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    enum ent_status rc = ent_armour_encode(kind, wire, &text, err);

    if (rc != ENT_OK) {
        return rc;
    }
    if (path != NULL) {
        return ent_file_create(path, mode, ent_bytes_view(&text), err);
    }
    return fwrite(text.data, 1, text.len, stdout) == text.len
               ? ENT_OK
               : ent_fail(err, ENT_IO, "not everything could be printed");
}
