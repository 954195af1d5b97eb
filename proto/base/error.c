/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum ent_status
ent_fail(struct ent_error *err, enum ent_status status, const char *format, ...)
{
    if (err != NULL) {
        va_list args;

        err->status = status;
        va_start(args, format);
        (void)vsnprintf(err->text, sizeof err->text, format, args);
        va_end(args);
    }
    return status;
}

void
ent_error_wrap(struct ent_error *err, const char *format, ...)
{
    char inner[sizeof err->text];
    va_list args;
    size_t len;

    if (err == NULL) {
        return;
    }
    memcpy(inner, err->text, sizeof inner);
    va_start(args, format);
    (void)vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);

    len = strlen(err->text);
    (void)snprintf(err->text + len, sizeof err->text - len, ": %s", inner);
}

const char *
ent_status_name(enum ent_status status)
{
    switch (status) {
#define ENT_STATUS_CASE(name, meaning)                                         \
    case name:                                                                 \
        return #name;
        ENT_STATUS_TABLE(ENT_STATUS_CASE)
#undef ENT_STATUS_CASE
    }
    return "ENT_UNKNOWN";
}

const char *
ent_status_meaning(enum ent_status status)
{
    switch (status) {
#define ENT_STATUS_CASE(name, meaning)                                         \
    case name:                                                                 \
        return meaning;
        ENT_STATUS_TABLE(ENT_STATUS_CASE)
#undef ENT_STATUS_CASE
    }
    return "unknown status";
}
