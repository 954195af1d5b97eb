/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log - what a program tells its operator, on stderr.
 *
 * A line is time, level, component, event in a few words, then key=value:
 *     2026-11-22T10:00:00Z info link: connected peer=broker-bangkok@th
 * error: somebody must act; warn: we carried on, say how; info: a change of
 * state an operator cares about; debug: free. Under systemd the line starts
 * with its <N> priority instead of the time. Values from outside are escaped
 * here. Never bodies, never keys. Only programs log; libraries return errors.
 */
#ifndef ENT_PROTO_BASE_LOG_H
#define ENT_PROTO_BASE_LOG_H

#include "proto/base/attr.h"

enum ent_log_level {
    ENT_LOG_ERROR = 3,
    ENT_LOG_WARN = 4,
    ENT_LOG_INFO = 6,
    ENT_LOG_DEBUG = 7,
};

/* Lines above `level` are not written. INFO to begin with. */
void ent_log_set_level(enum ent_log_level level);

void ent_log(enum ent_log_level level, const char *component,
    const char *format, ...) ENT_PRINTF(3, 4);

#endif
