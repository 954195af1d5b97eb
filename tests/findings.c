/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include "tests/examples.h"
#include "tests/findings.h"

static void
expect_finding(const struct ent_finding *finding, const struct broken *want,
    const char *family)
{
    if (strcmp(finding->field, want->field) != 0 ||
        strcmp(finding->rule, want->rule) != 0 ||
        strcmp(finding->source, want->source) != 0) {
        fail_msg("%s with %s: %s: %s (%s)", family, want->change,
            finding->field, finding->rule, finding->source);
    }
}

void
expect_broken(struct ent_arena *arena, const char *family,
    const struct broken *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct ent_findings findings;
        enum ent_status rc;

        ent_arena_reset(arena);
        rc = ent_message_validate(
            example(arena, family, cases[i].change), &findings, &last_error);
        if (rc != ENT_BAD_INPUT || findings.count != 1) {
            fail_msg("%s with %s: %zu findings, %s", family, cases[i].change,
                findings.count,
                findings.count > 1 ? findings.list[1].rule : "");
        }
        expect_finding(&findings.list[0], &cases[i], family);
    }
}

void
expect_good(struct ent_arena *arena, const char *family, const char *change)
{
    struct ent_findings findings;

    ent_arena_reset(arena);
    if (ent_message_validate(
            example(arena, family, change), &findings, &last_error) != ENT_OK) {
        fail_msg("%s with %s: %s", family, change, last_error.text);
    }
}

int
findings_set_up(void **state)
{
    static struct ent_arena arena;

    expect_ok(ent_arena_init(&arena, ENT_MESSAGE_ARENA, &last_error));
    *state = &arena;
    return 0;
}

int
findings_tear_down(void **state)
{
    ent_arena_fini(*state);
    return 0;
}
