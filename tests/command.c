/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/command.h"

#include <jansson.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "proto/base/file.h"
#include "tools/cli/verbs.h"

#define ARGUMENTS_MAX 16

char output[65536];

static void
be_the_command(const char *folder, char *line, int out)
{
    static char name[] = "entente";
    char *argv[ARGUMENTS_MAX + 1] = {name};
    int argc = 1;

    for (char *word = strtok(line, " "); word != NULL && argc < ARGUMENTS_MAX;
         word = strtok(NULL, " ")) {
        argv[argc++] = word;
    }
    if (chdir(folder) != 0 || dup2(out, STDOUT_FILENO) < 0 ||
        dup2(out, STDERR_FILENO) < 0) {
        exit(EX_OSERR);
    }
    exit(cli_run(argc, argv));
}

/* Run `entente` with the words of `line` in the test's folder: its exit code.
 */
static int
entente(void **state, const char *line)
{
    char words[512];
    FILE *out = tmpfile();
    int status = 0;
    size_t len;
    pid_t pid;

    assert_non_null(out);
    (void)snprintf(words, sizeof words, "%s", line);
    (void)fflush(stdout);
    pid = fork();
    if (pid == 0) {
        be_the_command(*state, words, fileno(out));
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    rewind(out);
    len = fread(output, 1, sizeof output - 1, out);
    output[len] = '\0';
    (void)fclose(out);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

void
expect_exit(void **state, const char *line, int want)
{
    int got = entente(state, line);

    if (got != want) {
        print_error(
            "entente %s: exit %d, wanted %d:\n%s\n", line, got, want, output);
        fail();
    }
}

int
on_a_terminal(const char *word, const char *second, unsigned short columns)
{
    struct winsize size = {.ws_row = 25, .ws_col = columns};
    char *argv[] = {(char *)"entente", (char *)(uintptr_t)word,
        (char *)(uintptr_t)second, NULL};
    int terminal;
    int status;
    size_t len = 0;
    ssize_t got;
    pid_t pid;

    (void)fflush(stdout);
    pid = forkpty(&terminal, NULL, NULL, &size);
    assert_true(pid >= 0);
    if (pid == 0) {
        exit(cli_run(second == NULL ? 2 : 3, argv));
    }
    while (len < sizeof output - 1 &&
           (got = read(terminal, output + len, sizeof output - 1 - len)) > 0) {
        len += (size_t)got;
    }
    output[len] = '\0';
    (void)close(terminal);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WEXITSTATUS(status);
}

void
expect_output(const char *words)
{
    if (strstr(output, words) == NULL) {
        print_error("no '%s' in:\n%s\n", words, output);
        fail();
    }
}

void
expect_no_output(const char *words)
{
    if (strstr(output, words) != NULL) {
        print_error("'%s' in:\n%s\n", words, output);
        fail();
    }
}

void
expect_harmless(void)
{
    for (const char *c = output; *c != '\0'; c++) {
        assert_true((unsigned char)*c >= 0x20 || *c == '\n');
        assert_false((unsigned char)c[0] == 0xe2 &&
                     (unsigned char)c[1] == 0x80 &&
                     (unsigned char)c[2] == 0xae);
    }
}

const char *
path_of(void **state, const char *name)
{
    static char path[128];

    (void)snprintf(path, sizeof path, "%s/%s", (char *)*state, name);
    return path;
}

unsigned
mode_of(void **state, const char *name)
{
    struct stat stat_of;

    assert_int_equal(stat(path_of(state, name), &stat_of), 0);
    return stat_of.st_mode & 0777;
}

void
write_file(void **state, const char *name, const char *text, mode_t mode)
{
    expect_ok(
        ent_file_create(path_of(state, name), mode, view(text), &last_error));
}

const char *
printed(const char *key)
{
    static char value[256];
    json_t *object = json_loads(output, 0, NULL);
    const char *text = json_string_value(json_object_get(object, key));

    if (text == NULL) {
        print_error("no '%s' in:\n%s\n", key, output);
        fail();
    } else {
        (void)snprintf(value, sizeof value, "%s", text);
    }
    json_decref(object);
    return value;
}

int
remove_all(void **state)
{
    char line[80];

    (void)snprintf(line, sizeof line, "rm -rf '%s'", (char *)*state);
    return system(line);
}
