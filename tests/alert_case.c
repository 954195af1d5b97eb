/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/alert_case.h"
#include "tools/cli/capfile.h"

char cap_text[65536];
uint64_t cap_now_ms = CAP_NOW_MS;
struct ent_arena cap_arena;
struct cli_cap_fault cap_fault;
ent_message *cap_message;

struct cli_capcodes *cap_codes;

int
cap_set_up(void **state)
{
    static struct ent_complaints complaints;

    (void)state;
    if (sodium_init() < 0 ||
        cli_capcodes_read(ent_view_text(cli_capcodes_text), &cap_codes,
            &complaints, &last_error) != ENT_OK) {
        print_error("%s\n", last_error.text);
        return -1;
    }
    return ent_arena_init(&cap_arena, ENT_MESSAGE_ARENA, &last_error) == ENT_OK
               ? 0
               : -1;
}

int
cap_tear_down(void **state)
{
    (void)state;
    cli_capcodes_free(&cap_codes);
    ent_arena_fini(&cap_arena);
    return 0;
}

void
cap_change(const char *what, const char *with)
{
    char old[sizeof cap_text];
    const char *at;

    strcpy(old, cap_text);
    at = strstr(old, what);
    assert_non_null(at);
    (void)snprintf(cap_text, sizeof cap_text, "%.*s%s%s", (int)(at - old), old,
        with, at + strlen(what));
}

enum ent_status
cap_map(const char *refused)
{
    struct cli_capfile *file = NULL;
    struct cli_cap_row row;
    int fd = memfd_create("cap", MFD_CLOEXEC);
    enum ent_status rc;

    cap_fault = (struct cli_cap_fault){0};
    assert_int_equal(
        write(fd, cap_text, strlen(cap_text)), (ssize_t)strlen(cap_text));
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    expect_ok(cli_capfile_new(fd, &file, &last_error));
    expect_ok(cli_capfile_next(file, &row, &last_error));
    assert_string_equal(row.fault, "");
    ent_arena_reset(&cap_arena);
    rc = cli_alert_of(row.alert, refused, cap_codes, cap_now_ms, &cap_arena,
        &cap_message, &cap_fault, &last_error);
    cli_capfile_free(&file);
    (void)close(fd);
    return rc;
}
