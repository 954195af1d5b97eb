/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/standards_alerts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tools/cli/alert_write.h"
#include "tools/cli/capfile.h"
#include "tools/cli/capform.h"

static json_t *
tree_of(const struct cli_cap_element *element)
{
    json_t *tree = json_object();

    for (const struct cli_cap_element *each = element->first; each != NULL;
         each = each->next) {
        json_t *list = json_object_get(tree, each->name);

        if (list == NULL) {
            list = json_array();
            (void)json_object_set_new(tree, each->name, list);
        }
        (void)json_array_append_new(list,
            each->first == NULL ? json_string(each->text) : tree_of(each));
    }
    return tree;
}

static json_t *
answer_row(const struct cli_cap_row *row)
{
    struct cli_cap_fault fault = {0};

    if (row->alert == NULL) {
        return json_pack("{s:s}", "error", row->fault);
    }
    if (cli_capform_check(row->alert, &fault) != ENT_OK) {
        return json_pack("{s:s}", "error", fault.reason);
    }
    return json_pack("{s:o}", "alert", tree_of(row->alert));
}

json_t *
standards_alert_read(const char *xml)
{
    int fd = memfd_create("alert", MFD_CLOEXEC);
    struct cli_capfile *file = NULL;
    struct cli_cap_row row;
    json_t *answer = NULL;

    if (fd >= 0 && write(fd, xml, strlen(xml)) == (ssize_t)strlen(xml) &&
        lseek(fd, 0, SEEK_SET) == 0 &&
        cli_capfile_new(fd, &file, NULL) == ENT_OK &&
        cli_capfile_next(file, &row, NULL) == ENT_OK) {
        answer = answer_row(&row);
    }
    cli_capfile_free(&file);
    (void)close(fd);
    return answer;
}

json_t *
standards_alert_write(const json_t *message)
{
    static struct ent_arena arena, work;
    struct ent_error err = {0};
    ProtobufCMessage *read = NULL;
    char *json = json_dumps(message, JSON_COMPACT);
    char *xml = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&xml, &len);
    json_t *answer;
    enum ent_status rc = ENT_OK;

    if (arena.block == NULL) {
        rc = ent_arena_init(&arena, ENT_MESSAGE_ARENA, &err);
    }
    if (rc == ENT_OK && work.block == NULL) {
        rc = ent_arena_init(&work, ENT_MESSAGE_ARENA, &err);
    }
    ent_arena_reset(&arena);
    if (rc == ENT_OK) {
        rc = ent_json_read(ent_view_text(json),
            &entente__v1__message__descriptor, &arena, &read, &err);
    }
    if (rc == ENT_OK) {
        rc = cli_alert_write(out, (ent_message *)read, &work, &err);
    }
    (void)fclose(out);
    answer = rc == ENT_OK ? json_pack("{s:s}", "xml", xml)
                          : json_pack("{s:s}", "error", err.text);
    free(json);
    free(xml);
    return answer;
}
