/* SPDX-License-Identifier: Apache-2.0 */
/* Rollover statements that lie in the folder of agreements. */
#include "node/authorities.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/alarms.h"
#include "proto/base/armour.h"
#include "proto/base/file.h"
#include "proto/base/log.h"

#define COMPONENT "authorities"
#define FILE_MAX_LEN (2 * ENT_ROLLOVER_LEN_MAX) /* armoured */

static int
wanted(const struct dirent *entry)
{
    static const char end[] = ".rollover";
    const size_t len = strlen(entry->d_name);

    return entry->d_name[0] != '.' && len >= sizeof end &&
           strcmp(entry->d_name + len - (sizeof end - 1), end) == 0;
}

static enum ent_status
read_file(struct node *node, const char *file, struct ent_bytes *ret_wire,
    struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    char path[PATH_MAX];
    enum ent_status rc;

    if (snprintf(path, sizeof path, "%s/%s", node->config->agreements, file) >=
        (int)sizeof path) {
        return ent_fail(err, ENT_BAD_INPUT, "its path is too long");
    }
    rc = ent_file_read(path, FILE_MAX_LEN, &text, err);
    return rc != ENT_OK ? rc
                        : ent_armour_decode(ENT_ARMOUR_ROLLOVER,
                              ent_bytes_view(&text), ret_wire, err);
}

/* Whose it is stands inside it. */
static enum ent_status
take(struct node *node, const char *file, bool *ret_new, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_rollover rollover;
    uint64_t before;
    enum ent_status rc = read_file(node, file, &wire, err);

    if (rc != ENT_OK) {
        return rc == ENT_NO_MEMORY ? rc : ENT_BAD_INPUT; /* not our storage */
    }
    rc = ent_rollover_read(ent_bytes_view(&wire), &rollover, err);
    if (rc != ENT_OK) {
        return rc;
    }
    before = node_authorities_number(node, rollover.state);
    rc = node_authorities_learn(
        node, rollover.state, ent_bytes_view(&wire), err);
    *ret_new =
        rc == ENT_OK && node_authorities_number(node, rollover.state) > before;
    return rc;
}

static enum ent_status
take_and_tell(struct node *node, const char *file,
    struct node_rules_report *report, struct ent_error *err)
{
    bool is_new = false;
    enum ent_status rc = take(node, file, &is_new, err);

    if (rc == ENT_OK) {
        node_rules_tell(report, file,
            is_new ? NODE_RULE_ROLLOVER : NODE_RULE_UNCHANGED, "");
        return ENT_OK;
    }
    if (rc != ENT_REJECTED && rc != ENT_BAD_INPUT) {
        return rc;
    }
    node_rules_tell(report, file, NODE_RULE_REFUSED, err->text);
    ent_log(ENT_LOG_ERROR, COMPONENT, "not in use: %s: %s", file, err->text);
    return node->store == NULL ? ENT_OK
                               : node_alarm_raise(node, NODE_ALARM_AGREEMENT,
                                     file, err, "%s", err->text);
}

enum ent_status
node_authorities_read(
    struct node *node, struct node_rules_report *report, struct ent_error *err)
{
    const char *folder = node->config->agreements;
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, wanted, alphasort);
    enum ent_status rc = ENT_OK;

    if (count < 0) {
        return ENT_OK; /* told when the agreements are read */
    }
    for (int i = 0; i < count; i++) {
        if (rc == ENT_OK) {
            rc = take_and_tell(node, entries[i]->d_name, report, err);
        }
        free(entries[i]);
    }
    free(entries);
    return rc;
}
