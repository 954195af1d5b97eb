/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/history.h"

/* Of one life, `earlier` not the longer one: does it begin `later`? */
static enum ent_history
compare_growth(const struct ent_checkpoint *earlier,
    const struct ent_checkpoint *later, const struct ent_witness *witness)
{
    const struct ent_witness_proof *proof;

    if (earlier->size == later->size) {
        return ent_digest_equal(&earlier->root, &later->root)
                   ? ENT_HISTORY_SAME
                   : ENT_HISTORY_FORKED;
    }
    proof = ent_witness_proof_from(witness, earlier->size);
    if (proof == NULL) {
        return ENT_HISTORY_UNPROVEN;
    }
    return ent_tree_verify_consistency(ent_tree_sha256, earlier->size,
               later->size, &earlier->root, &later->root, &proof->path)
               ? ENT_HISTORY_GROWN
               : ENT_HISTORY_FORKED;
}

enum ent_history
ent_history_judge(const struct ent_checkpoint *held,
    const struct ent_checkpoint *now, const struct ent_witness *witness)
{
    if (now->incarnation > held->incarnation) {
        return ENT_HISTORY_NEW;
    }
    if (now->incarnation < held->incarnation || now->size < held->size) {
        return ENT_HISTORY_SHORTER;
    }
    return compare_growth(held, now, witness);
}

enum ent_history
ent_history_compare(const struct ent_checkpoint *other,
    const struct ent_checkpoint *now, const struct ent_witness *witness)
{
    if (other->incarnation != now->incarnation || other->size > now->size) {
        return ENT_HISTORY_UNPROVEN;
    }
    return compare_growth(other, now, witness);
}

bool
ent_history_contradicts(enum ent_history history)
{
    return history == ENT_HISTORY_SHORTER || history == ENT_HISTORY_FORKED;
}

const char *
ent_history_name(enum ent_history history)
{
    switch (history) {
    case ENT_HISTORY_SAME:
        return "same";
    case ENT_HISTORY_GROWN:
        return "grown";
    case ENT_HISTORY_NEW:
        return "new";
    case ENT_HISTORY_UNPROVEN:
        return "unproven";
    case ENT_HISTORY_SHORTER:
        return "shorter";
    case ENT_HISTORY_FORKED:
        return "forked";
    }
    return "unknown";
}
