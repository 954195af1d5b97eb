/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/two_offices_rules.h"

#include <unistd.h>

#include "proto/base/file.h"

struct node_rules_report report;

void
reload(enum who who)
{
    struct node *node = world.nodes[who];

    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_turn_end(
        node, node_rules_reload(node, &report, &last_error), &last_error));
}

const struct node_rule_change *
change_of(const char *file, enum node_rule_outcome outcome)
{
    for (size_t i = 0; i < report.count; i++) {
        if (strcmp(report.list[i].file, file) == 0 &&
            report.list[i].outcome == outcome) {
            return &report.list[i];
        }
    }
    for (size_t i = 0; i < report.count; i++) {
        print_error("  %s: %s %s\n", report.list[i].file,
            node_rule_outcome_name(report.list[i].outcome),
            report.list[i].reason);
    }
    fail_msg("%s is not %s", file, node_rule_outcome_name(outcome));
    return NULL;
}

void
put_file(enum who who, const char *name, struct ent_view content)
{
    char path[PATH_MAX];

    in_folder(who, name, path);
    expect_ok(ent_file_replace(path, 0600, content, &last_error));
}

void
remove_file(enum who who, const char *name)
{
    char path[PATH_MAX];

    in_folder(who, name, path);
    assert_int_equal(unlink(path), 0);
}

void
wait_long(void)
{
    for (int i = 0; i < 20; i++) {
        pass(60000);
    }
}
