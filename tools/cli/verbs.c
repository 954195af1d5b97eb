/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/verbs.h"

#include <argp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "proto/base/nearest.h"
#include "tools/cli/output.h"

#define PROGRAM "entente"
#define NAME_MAX_LEN 64

const char *argp_program_version = PROGRAM " " ENT_VERSION;

const struct cli_verb cli_verbs[] = {
#define CLI_VERB_ROW(name, word, second, arguments, help)                      \
    {word, second, arguments, help, cli_##name},
    CLI_VERB_TABLE(CLI_VERB_ROW)
#undef CLI_VERB_ROW
};

const size_t cli_verb_count = sizeof cli_verbs / sizeof cli_verbs[0];

static const char about[] =
    "Usage: " PROGRAM " VERB [ARGUMENT...]\n"
    "Entente carries sealed, signed messages between border agencies.\n\n";

static const char more[] =
    "\n`" PROGRAM " VERB --help` explains a verb, with examples.\n"
    "Most verbs take --json, for programs.\n";

/* "office new", or "send". */
static void
format_name(const struct cli_verb *verb, char out[static NAME_MAX_LEN])
{
    (void)snprintf(out, NAME_MAX_LEN, "%s%s%s", verb->word,
        verb->second == NULL ? "" : " ",
        verb->second == NULL ? "" : verb->second);
}

/* The verb that `words` begins with, and how many of them it takes. */
static const struct cli_verb *
find(int count, char *words[], int *ret_taken)
{
    for (size_t i = 0; i < cli_verb_count; i++) {
        const struct cli_verb *verb = &cli_verbs[i];
        int taken = verb->second == NULL ? 1 : 2;

        if (count >= taken && strcmp(words[0], verb->word) == 0 &&
            (taken == 1 || strcmp(words[1], verb->second) == 0)) {
            *ret_taken = taken;
            return verb;
        }
    }
    return NULL;
}

/* Whether `word` begins verbs of two words. */
static bool
is_first_of_two(const char *word)
{
    for (size_t i = 0; i < cli_verb_count; i++) {
        if (cli_verbs[i].second != NULL &&
            strcmp(cli_verbs[i].word, word) == 0) {
            return true;
        }
    }
    return false;
}

/* List all verbs, or those that begin with `word`. */
static void
print_help(FILE *out, const char *word)
{
    if (word == NULL) {
        fputs(about, out);
    }
    for (size_t i = 0; i < cli_verb_count; i++) {
        const struct cli_verb *verb = &cli_verbs[i];
        char usage[NAME_MAX_LEN + 40];
        char name[NAME_MAX_LEN];

        if (word != NULL && strcmp(verb->word, word) != 0) {
            continue;
        }
        format_name(verb, name);
        (void)snprintf(usage, sizeof usage, "%s %s", name, verb->arguments);
        fprintf(out, "  " PROGRAM " %-30s %s\n", usage, verb->help);
    }
    fputs(more, out);
}

/* After a known `first` word the hint is a second one. */
static int
unknown_verb(const char *first, const char *word)
{
    struct ent_nearest nearest = ent_nearest_to(ent_view_text(word));
    char hint[NAME_MAX_LEN + 40] = "";

    for (size_t i = 0; i < cli_verb_count; i++) {
        const struct cli_verb *verb = &cli_verbs[i];

        if (first == NULL) {
            ent_nearest_try(&nearest, verb->word);
        } else if (verb->second != NULL && strcmp(verb->word, first) == 0) {
            ent_nearest_try(&nearest, verb->second);
        }
    }
    if (nearest.best != NULL) {
        (void)snprintf(hint, sizeof hint, "; did you mean '%s'?", nearest.best);
    }
    if (first == NULL) {
        cli_complain("there is no verb '%s'%s", word, hint);
    } else {
        cli_complain("there is no '%s' of '%s'%s", word, first, hint);
    }
    fprintf(stderr, "`" PROGRAM " help` lists all verbs.\n");
    return EX_USAGE;
}

/* `argv` are the arguments after the verb; it sees its own name before them. */
static int
run(const struct cli_verb *verb, int argc, char *argv[])
{
    static char name[sizeof PROGRAM + 1 + NAME_MAX_LEN] = PROGRAM " ";

    format_name(verb, name + sizeof PROGRAM);
    argv[-1] = name;
    return verb->run(argc + 1, argv - 1);
}

/* `entente help office new` is `entente office new --help`. */
static int
help(int count, char *words[])
{
    static char option[] = "--help";
    char *only_help[] = {NULL, option, NULL};
    const struct cli_verb *verb;
    int taken;

    if (count == 0) {
        print_help(stdout, NULL);
        return EX_OK;
    }
    verb = find(count, words, &taken);
    if (verb != NULL) {
        return run(verb, 1, only_help + 1);
    }
    if (!is_first_of_two(words[0])) {
        return unknown_verb(NULL, words[0]);
    }
    if (count > 1) {
        return unknown_verb(words[0], words[1]);
    }
    print_help(stdout, words[0]);
    return EX_OK;
}

static bool
is_help(const char *word)
{
    return strcmp(word, "help") == 0 || strcmp(word, "--help") == 0 ||
           strcmp(word, "-h") == 0 || strcmp(word, "-?") == 0;
}

int
cli_run(int argc, char *argv[])
{
    const struct cli_verb *verb;
    int taken;

    argp_err_exit_status = EX_USAGE;
    if (argc < 2) {
        print_help(stderr, NULL);
        return EX_USAGE;
    }
    if (is_help(argv[1])) {
        return help(argc - 2, argv + 2);
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
        puts(argp_program_version);
        return EX_OK;
    }
    verb = find(argc - 1, argv + 1, &taken);
    if (verb != NULL) {
        return run(verb, argc - 1 - taken, argv + 1 + taken);
    }
    if (!is_first_of_two(argv[1])) {
        return unknown_verb(NULL, argv[1]);
    }
    if (argc > 2) {
        return is_help(argv[2]) ? help(1, argv + 1)
                                : unknown_verb(argv[1], argv[2]);
    }
    print_help(stderr, argv[1]);
    return EX_USAGE;
}
