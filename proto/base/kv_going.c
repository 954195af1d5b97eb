/* SPDX-License-Identifier: Apache-2.0 */
/* A commit that is under way: another thread puts its long values into their
 * file and the rest into the log, while the next transaction goes on. */
#include "proto/base/kv_internal.h"

/* In the other thread. */
static void
run(void *context)
{
    struct ent_kv *kv = context;

    kv->going.rc = ent_kv_long_write_going(&kv->longs);
    kv->going.logged =
        kv->going.rc != 0
            ? ent_kv_status(kv->going.rc)
            : ent_redo_append(&kv->redo, &kv->going.record, &kv->going.err);
}

static bool
has_thread(struct ent_kv *kv)
{
    return kv->aside != NULL ||
           ent_aside_start("commits", &kv->aside, NULL) == ENT_OK;
}

bool
ent_kv_go(struct ent_kv *kv)
{
    struct ent_redo_record record = kv->record;

    if (!has_thread(kv)) {
        return false;
    }
    kv->record = kv->going.record;
    kv->going.record = record;
    ent_kv_long_go(&kv->longs);
    ent_aside_begin(kv->aside, run, kv);
    return true;
}

enum ent_status
ent_kv_finish(struct ent_kv *kv, struct ent_error *err)
{
    if (kv->broken) {
        return ent_kv_refuse(err);
    }
    if (!ent_kv_is_going(kv)) {
        return ENT_OK;
    }
    ent_aside_finish(kv->aside);
    if (kv->going.logged != ENT_OK) {
        return ent_kv_broke(kv,
            kv->going.rc != 0 ? mdb_strerror(kv->going.rc) : kv->going.err.text,
            err);
    }
    ent_kv_long_gone(&kv->longs);
    return ENT_OK;
}

bool
ent_kv_is_going(const struct ent_kv *kv)
{
    return kv->aside != NULL && ent_aside_is_begun(kv->aside);
}

bool
ent_kv_is_done(const struct ent_kv *kv)
{
    return kv->aside == NULL || !ent_aside_is_begun(kv->aside) ||
           ent_aside_is_done(kv->aside);
}

int
ent_kv_done_file(const struct ent_kv *kv)
{
    return ent_kv_is_going(kv) ? ent_aside_file(kv->aside) : -1;
}
