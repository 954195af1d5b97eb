/* SPDX-License-Identifier: Apache-2.0 */
/*
 * daemon - what every long-running program of ours does alike: it leaves no
 * core dump, makes private files, hears SIGTERM on a file, and ends with an
 * exit status that a supervisor can act on (sysexits.h).
 */
#ifndef ENT_PROTO_BASE_DAEMON_H
#define ENT_PROTO_BASE_DAEMON_H

#include "proto/base/yaml.h"

/* No core dump and no debugger shows a key; new files are 0600. */
enum ent_status ent_daemon_confine(struct ent_error *err) ENT_MUST_CHECK;

/* With more private memory than `bytes` the process dies rather than the
 * machine. Under a sanitizer, which reserves much, there is no limit. What was
 * freed is kept for what comes next, up to a 16th of it and 32 MiB: to get
 * pages of the kernel anew for each bundle costs more than to store it. */
enum ent_status ent_daemon_limit_memory(
    uint64_t bytes, struct ent_error *err) ENT_MUST_CHECK;

/* True when half of `bytes` is allocated, by whatever library. A peer with a
 * key may begin a message that never ends: its parts lie in libzmq, where
 * nobody can look at them or tell whose they are, and which (4.3.4) ends the
 * process when it gets no memory. So whoever is told this closes its
 * connections, with all that lies in them, and opens them anew. */
bool ent_daemon_is_full(uint64_t bytes);

/* Block `signals` (ends with 0), and read them from a signalfd that the caller
 * closes. SIGPIPE is ignored, as a lost peer must not end us, and SIGXFSZ: a
 * file that may not grow is a store that is full. */
enum ent_status ent_daemon_signals(
    const int *signals, int *ret_file, struct ent_error *err) ENT_MUST_CHECK;

/* The exit status for what a part of the program returned. */
int ent_daemon_exit_code(enum ent_status status);

/* Complaints to standard error, as editors expect them: FILE:LINE:COLUMN. */
void ent_complaints_print(
    const struct ent_complaints *complaints, const char *path);

#endif
