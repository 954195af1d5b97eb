/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/passphrase.h"

#include <bsd/readpassphrase.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "proto/base/file.h"
#include "proto/base/text.h"
#include "proto/passphrase.h"

#define PROMPT_MAX 300
#define NEW_MIN 12 /* letters a person chooses for a new one */

enum { OPTION_FILE = 0x100, OPTION_PLAIN };

/* The first line of the file; the rest, if any, must be empty. */
static enum ent_status
read_line(const char *path, char *ret_text, size_t size, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes content = {0};
    enum ent_status rc;
    size_t len;

    rc = ent_file_read(path, size, &content, err);
    if (rc != ENT_OK) {
        return rc;
    }
    len = content.len;
    while (len > 0 && strchr("\r\n", content.data[len - 1]) != NULL) {
        len--;
    }
    if (len == 0 || len >= size || memchr(content.data, '\n', len) != NULL ||
        !ent_text_is_valid(ent_view_of(content.data, len), NULL)) {
        return ent_fail(err, ENT_BAD_INPUT,
            "'%s' must hold a passphrase on one line", path);
    }
    memcpy(ret_text, content.data, len);
    ret_text[len] = '\0';
    return ENT_OK;
}

static enum ent_status
read_file(const char *path, char *ret_text, size_t size, struct ent_error *err)
{
    struct stat stat_of;

    if (stat(path, &stat_of) == 0 && (stat_of.st_mode & 077) != 0) {
        return ent_fail(err, ENT_REJECTED,
            "passphrase file '%s' has mode %04o, which lets others at it; "
            "chmod go= it",
            path, (unsigned)stat_of.st_mode & 07777);
    }
    return read_line(path, ret_text, size, err);
}

#define NO_TERMINAL                                                            \
    "no terminal to ask for the passphrase on; give --passphrase-file FILE"

/* `otherwise` says what to do where there is none. */
static enum ent_status
read_terminal(const char *prompt, char *ret_text, size_t size,
    const char *otherwise, struct ent_error *err)
{
    if (readpassphrase(prompt, ret_text, size, RPP_REQUIRE_TTY) == NULL) {
        return ent_fail(
            err, errno == ENOTTY ? ENT_NOT_FOUND : ENT_IO, "%s", otherwise);
    }
    return ENT_OK;
}

static enum ent_status
ask(void *context, const char *path, char *ret_text, size_t size,
    struct ent_error *err)
{
    const struct cli_passphrase *from = context;
    char prompt[PROMPT_MAX];

    if (from->file != NULL) {
        return read_file(from->file, ret_text, size, err);
    }
    (void)snprintf(prompt, sizeof prompt, "Passphrase of %s: ", path);
    return read_terminal(prompt, ret_text, size, NO_TERMINAL, err);
}

static enum ent_status
ask_pin(void *context, const char *token, const char *source, char *ret_pin,
    size_t size, struct ent_error *err)
{
    struct cli_passphrase *from = context;
    char prompt[PROMPT_MAX];
    enum ent_status rc;

    if (source[0] != '\0') {
        return ent_pin_read(NULL, token, source, ret_pin, size, err);
    }
    if (from->pin[0] == '\0' || strcmp(from->token, token) != 0) {
        (void)snprintf(prompt, sizeof prompt, "PIN of token '%s': ", token);
        rc = read_terminal(prompt, from->pin, sizeof from->pin,
            "no terminal to ask for the PIN on; name a file with it in the "
            "URI, as pin-source=file:FILE",
            err);
        if (rc != ENT_OK) {
            return rc;
        }
        (void)snprintf(from->token, sizeof from->token, "%s", token);
    }
    (void)snprintf(ret_pin, size, "%s", from->pin);
    return ENT_OK;
}

struct ent_passphrase
cli_passphrase_asker(struct cli_passphrase *from)
{
    return (struct ent_passphrase){
        .ask = ask, .context = from, .pin = {ask_pin, from}};
}

/* Twice, and not too short: what nobody can repeat opens nothing. */
static enum ent_status
choose(char ret_text[static ENT_PASSPHRASE_MAX + 1], struct ent_error *err)
{
    char again[ENT_PASSPHRASE_MAX + 1];
    enum ent_status rc;

    rc = read_terminal(
        "New passphrase: ", ret_text, sizeof again, NO_TERMINAL, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (strlen(ret_text) < NEW_MIN) {
        return ent_fail(err, ENT_BAD_INPUT,
            "a passphrase has at least %d characters; five words are good",
            NEW_MIN);
    }
    rc = read_terminal(
        "The same again: ", again, sizeof again, NO_TERMINAL, err);
    if (rc == ENT_OK && strcmp(ret_text, again) != 0) {
        rc = ent_fail(err, ENT_BAD_INPUT, "the two passphrases differ");
    }
    sodium_memzero(again, sizeof again);
    return rc;
}

enum ent_status
cli_passphrase_new(const struct cli_passphrase *from,
    char ret_text[static ENT_PASSPHRASE_MAX + 1], struct ent_error *err)
{
    enum ent_status rc;

    if (from->plain) {
        ret_text[0] = '\0';
        return ENT_OK;
    }
    if (from->file != NULL) {
        return read_file(from->file, ret_text, ENT_PASSPHRASE_MAX + 1, err);
    }
    rc = choose(ret_text, err);
    if (rc != ENT_OK) {
        sodium_memzero(ret_text, ENT_PASSPHRASE_MAX + 1);
    }
    return rc;
}

static error_t
parse_option(int key, char *argument, struct argp_state *state)
{
    struct cli_passphrase *from = state->input;

    switch (key) {
    case OPTION_FILE:
        from->file = argument;
        return 0;
    case OPTION_PLAIN:
        from->plain = true;
        return 0;
    case ARGP_KEY_END:
        if (from->plain && from->file != NULL) {
            argp_error(state, "--plain and --passphrase-file exclude each "
                              "other");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

#define FILE_ROW                                                               \
    {                                                                          \
        "passphrase-file", OPTION_FILE, "FILE", 0,                             \
            "Take the passphrase from FILE, which only its owner may read, "   \
            "instead of the terminal",                                         \
            0                                                                  \
    }

static const struct argp_option options[] = {FILE_ROW, {0}};

static const struct argp_option new_options[] = {
    FILE_ROW,
    {"plain", OPTION_PLAIN, NULL, 0,
        "Write the keys without a passphrase: whoever reads the disk has them",
        0},
    {0},
};

const struct argp cli_passphrase_argp = {
    .options = options, .parser = parse_option};
const struct argp cli_passphrase_new_argp = {
    .options = new_options, .parser = parse_option};
