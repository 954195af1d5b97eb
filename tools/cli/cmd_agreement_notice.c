/* SPDX-License-Identifier: Apache-2.0 */
/* What one state alone declares: it suspends and resumes, assures and
 * withdraws.
 */
#include <string.h>
#include <sysexits.h>

#include "policy/word.h"
#include "proto/base/file.h"
#include "proto/base/time.h"
#include "tools/cli/agreement.h"
#include "tools/cli/notice.h"
#include "tools/cli/output.h"
#include "tools/cli/root.h"
#include "tools/cli/verbs.h"

#define FILE_MODE 0644
#define OFFICES_MAX ENT_DECLARED_OFFICES_MAX

struct arguments {
    enum ent_notice_kind kind;
    const char *file;
    const char *state;
    const char *authority;
    const char *from;
    const char *until;
    const char *risk;
    const char *reason;
    const char *of;
    const char *families[ENT_FAMILIES_MAX];
    size_t family_count;
    const char *offices[OFFICES_MAX];
    size_t office_count;
    const char *offences[32];
    size_t offence_count;
    struct cli_passphrase passphrase;
    bool json;
};

enum key {
    KEY_FAMILY = 256,
    KEY_OFFICE,
    KEY_OFFENCE,
    KEY_FROM,
    KEY_UNTIL,
    KEY_RISK,
    KEY_REASON,
    KEY_NOTICE,
};

static const struct cli_field fields[] = {
    {.key = "notice", .title = "Notice"},
    {.key = "agreement", .title = "Agreement"},
    {.key = "state", .title = "State"},
    {.key = "number", .title = "Number"},
    {.key = "from", .title = "Counts from"},
    {.key = "file", .title = "File"},
    {.key = "next", .title = "Next"},
};

/* ---- from words to a notice ---- */

static enum ent_status
read_time(const char *option, const char *text, bool end, uint64_t *ret_ms,
    struct ent_error *err)
{
    struct ent_view view = ent_view_text(text);
    enum ent_status rc = ent_date_parse(view, ret_ms, err);

    if (rc == ENT_OK) {
        *ret_ms += end ? UINT64_C(24) * 60 * 60 * 1000 : 0;
        return ENT_OK;
    }
    rc = ent_time_parse(view, ret_ms, err);
    if (rc != ENT_OK) {
        ent_error_wrap(err, "--%s", option);
    }
    return rc;
}

static enum ent_status
read_families(const struct arguments *arguments,
    struct ent_declaration *declaration, struct ent_error *err)
{
    declaration->all_families = arguments->family_count == 0;
    for (size_t i = 0; i < arguments->family_count; i++) {
        const struct ent_family *family =
            ent_family_by_name(ent_view_text(arguments->families[i]));

        if (family == NULL) {
            return ent_fail(err, ENT_BAD_INPUT,
                "--family: '%s' is no family of the catalogue",
                arguments->families[i]);
        }
        ent_families_add(&declaration->families, ent_family_index(family));
    }
    return ENT_OK;
}

static enum ent_status
read_offices(const struct arguments *arguments,
    struct ent_declaration *declaration, struct ent_error *err)
{
    for (size_t i = 0; i < arguments->office_count; i++) {
        enum ent_status rc =
            ent_address_parse(ent_view_text(arguments->offices[i]),
                &declaration->offices[declaration->office_count++], err);

        if (rc != ENT_OK) {
            ent_error_wrap(err, "--office");
            return rc;
        }
    }
    return ENT_OK;
}

static enum ent_status
read_assurance(const struct arguments *arguments,
    struct ent_declaration *declaration, struct ent_error *err)
{
    if (declaration->kind != ENT_ASSURANCE) {
        return ENT_OK;
    }
    declaration->risk =
        (enum ent_risk)ent_term_value(&ent_risks, arguments->risk);
    if (declaration->risk == ENT_RISK_NONE) {
        return ent_fail(err, ENT_BAD_INPUT,
            "--risk: '%s' is no risk; there are death_penalty, torture",
            arguments->risk);
    }
    for (size_t i = 0; i < arguments->offence_count; i++) {
        int offence = ent_word_value(
            &entente__v1__offence__descriptor, arguments->offences[i]);

        if (offence <= 0 || offence >= 32) {
            return ent_fail(err, ENT_BAD_INPUT, "--offence: '%s' is none",
                arguments->offences[i]);
        }
        declaration->offences |= UINT32_C(1) << offence;
    }
    return ENT_OK;
}

static enum ent_status
read_of(
    const struct arguments *arguments, uint64_t *ret_of, struct ent_error *err)
{
    uint64_t of = 0;

    for (const char *c = arguments->of; c != NULL && *c != '\0'; c++) {
        if (*c < '0' || *c > '9' || of > 100000000) {
            return ent_fail(err, ENT_BAD_INPUT,
                "--notice: '%s' is no number of a notice", arguments->of);
        }
        of = of * 10 + (uint64_t)(*c - '0');
    }
    *ret_of = of;
    return ENT_OK;
}

static enum ent_status
make_notice(const struct arguments *arguments,
    const struct ent_agreement *agreement, struct ent_notice *ret_notice,
    struct ent_error *err)
{
    ENT_AUTO(cli_notices_free) struct cli_notices notices = {0};
    struct ent_notice notice = {.kind = arguments->kind};
    struct ent_declaration *declaration = &notice.declaration;
    enum ent_status rc;

    declaration->kind = arguments->kind == ENT_NOTICE_ASSURANCE
                            ? ENT_ASSURANCE
                            : ENT_SUSPENSION;
    (void)snprintf(notice.agreement, sizeof notice.agreement, "%s",
        ent_agreement_name(agreement));
    (void)snprintf(
        declaration->state, sizeof declaration->state, "%s", arguments->state);
    (void)snprintf(notice.reason, sizeof notice.reason, "%s",
        arguments->reason != NULL ? arguments->reason : "");
    declaration->from_ms = ent_time_now_ms();
    declaration->until_ms = UINT64_MAX;
    rc = cli_notices_read(arguments->file, agreement, &notices, err);
    if (rc == ENT_OK && arguments->from != NULL) {
        rc = read_time(
            "from", arguments->from, false, &declaration->from_ms, err);
    }
    if (rc == ENT_OK && arguments->until != NULL) {
        rc = read_time(
            "until", arguments->until, true, &declaration->until_ms, err);
    }
    if (rc == ENT_OK) {
        rc = read_families(arguments, declaration, err);
    }
    if (rc == ENT_OK) {
        rc = read_offices(arguments, declaration, err);
    }
    if (rc == ENT_OK) {
        rc = read_assurance(arguments, declaration, err);
    }
    if (rc == ENT_OK) {
        rc = read_of(arguments, &notice.of, err);
    }
    if (rc == ENT_OK) {
        declaration->number = cli_notices_next(&notices, arguments->state);
        *ret_notice = notice;
    }
    return rc;
}

/* ---- from a notice to files ---- */

/* What is written is read again before it is signed: nobody signs what no node
 * would take. */
static enum ent_status
check_text(const struct ent_agreement *agreement, struct ent_view text,
    struct ent_error *err)
{
    static struct ent_complaints complaints;
    struct ent_notice notice;

    return ent_notice_read(agreement, text, &notice, &complaints, err);
}

/* The signature first: a node never finds a notice without it. */
static enum ent_status
write_files(const struct arguments *arguments, const struct ent_notice *notice,
    struct ent_view text, struct ent_view signatures,
    char ret_path[static PATH_MAX], struct ent_error *err)
{
    char path[PATH_MAX];
    enum ent_status rc;

    rc = cli_notice_path(arguments->file, notice, ret_path, err);
    if (rc == ENT_OK) {
        rc = cli_signatures_path(ret_path, path, err);
    }
    if (rc == ENT_OK) {
        rc = ent_file_create(path, FILE_MODE, signatures, err);
    }
    if (rc == ENT_OK) {
        rc = ent_file_create(ret_path, FILE_MODE, text, err);
    }
    return rc;
}

static enum ent_status
report(const struct ent_notice *notice, const char *path, bool json,
    struct ent_error *err)
{
    char from[ENT_TIME_TEXT_MAX];
    enum ent_status rc;
    json_t *object;

    ent_time_format(notice->declaration.from_ms, from);
    object = json_pack("{s:s, s:s, s:s, s:I, s:s, s:o, s:s}", "notice",
        ent_notice_kind_name(notice->kind), "agreement", notice->agreement,
        "state", notice->declaration.state, "number",
        (json_int_t)notice->declaration.number, "from", from, "file",
        cli_json_text(ent_view_text(path)), "next",
        "put both files beside the agreement at every office of both sides, "
        "and reload");
    if (object == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "describing a notice");
    }
    rc = cli_print_record(
        stdout, object, fields, sizeof fields / sizeof fields[0], json, err);
    json_decref(object);
    return rc;
}

static enum ent_status
declare(struct arguments *arguments, struct ent_error *err)
{
    ENT_AUTO(ent_agreement_free) struct ent_agreement *agreement = NULL;
    ENT_AUTO(cli_root_close) struct cli_root root = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes signatures = {0};
    struct ent_notice notice;
    char path[PATH_MAX];
    enum ent_status rc;

    rc = cli_agreement_load(arguments->file, &agreement, err);
    if (rc == ENT_OK) {
        rc = make_notice(arguments, agreement, &notice, err);
    }
    if (rc == ENT_OK) {
        rc = ent_notice_write(&notice, &text, err);
    }
    if (rc == ENT_OK) {
        rc = check_text(agreement, ent_bytes_view(&text), err);
    }
    if (rc == ENT_OK) {
        rc = cli_root_open(
            arguments->authority, &arguments->passphrase, &root, err);
    }
    if (rc == ENT_OK) {
        rc = cli_root_check_state(&root, arguments->state, err);
    }
    if (rc == ENT_OK) {
        rc = ent_notice_sign(agreement, ent_bytes_view(&text), arguments->state,
            &root.signer, &root.keys, &signatures, err);
    }
    if (rc == ENT_OK) {
        rc = write_files(arguments, &notice, ent_bytes_view(&text),
            ent_bytes_view(&signatures), path, err);
    }
    return rc != ENT_OK ? rc : report(&notice, path, arguments->json, err);
}

/* ---- the command line ---- */

static error_t
parse_list(const char *argument, const char **list, size_t *count, size_t max,
    const struct argp_state *state)
{
    if (*count == max) {
        argp_error(state, "at most %zu of these can be given", max);
        return EINVAL;
    }
    list[(*count)++] = argument;
    return 0;
}

static void
check_needed(const struct arguments *arguments, const struct argp_state *state)
{
    if (arguments->file == NULL || arguments->state == NULL ||
        arguments->authority == NULL) {
        argp_error(
            state, "FILE, --state STATE and --authority KEYFILE are needed");
    }
    if (arguments->kind == ENT_NOTICE_ASSURANCE && arguments->risk == NULL) {
        argp_error(state, "--risk RISK is needed");
    }
}

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->passphrase;
        state->child_inputs[1] = &arguments->json;
        return 0;
    case 's':
        arguments->state = argument;
        return 0;
    case 'a':
        arguments->authority = argument;
        return 0;
    case KEY_FAMILY:
        return parse_list(argument, arguments->families,
            &arguments->family_count, ENT_FAMILIES_MAX, state);
    case KEY_OFFICE:
        return parse_list(argument, arguments->offices,
            &arguments->office_count, OFFICES_MAX, state);
    case KEY_OFFENCE:
        return parse_list(argument, arguments->offences,
            &arguments->offence_count, 32, state);
    case KEY_FROM:
        arguments->from = argument;
        return 0;
    case KEY_UNTIL:
        arguments->until = argument;
        return 0;
    case KEY_RISK:
        arguments->risk = argument;
        return 0;
    case KEY_REASON:
        arguments->reason = argument;
        return 0;
    case KEY_NOTICE:
        arguments->of = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) {
            return ARGP_ERR_UNKNOWN;
        }
        arguments->file = argument;
        return 0;
    case ARGP_KEY_END:
        check_needed(arguments, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

#define WHO                                                                    \
    {"state", 's', "STATE", 0, "The party that declares it, such as th", 0},   \
        {"authority", 'a', "KEYFILE", 0,                                       \
            "Its root key, or the folder that authority.key lies in", 0},      \
        {"from", KEY_FROM, "TIME", 0, "From then on, not from now", 0},        \
    {                                                                          \
        "reason", KEY_REASON, "TEXT", 0, "Why, in a sentence", 0               \
    }

static const struct argp_child children[] = {
    {&cli_passphrase_argp, 0, NULL, 0},
    {&cli_json_argp, 0, NULL, 0},
    {0},
};

static int
run(const struct argp *argp, enum ent_notice_kind kind, int argc, char *argv[])
{
    struct arguments arguments = {.kind = kind};
    struct ent_error err = {0};
    enum ent_status rc;

    (void)argp_parse(argp, argc, argv, 0, NULL, &arguments);
    rc = declare(&arguments, &err);
    return rc == ENT_OK ? EX_OK : cli_fail(rc, &err);
}

int
cli_agreement_suspend(int argc, char *argv[])
{
    static const struct argp_option options[] = {
        WHO,
        {"family", KEY_FAMILY, "FAMILY", 0, "This family; else all", 0},
        {"office", KEY_OFFICE, "ADDRESS", 0, "With this office; else all", 0},
        {0},
    };
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "FILE",
        .doc =
            "Suspend an agreement for one state alone, whole or for families "
            "or offices. Nothing of it passes from then on; what was agreed "
            "about deleting, correcting and recalling goes on. Writes a "
            "signed notice beside FILE, for both sides to load.\v"
            "Examples:\n"
            "  entente agreement suspend th-kh.yaml --state kh --authority "
            "kh/\n"
            "  entente agreement suspend th-kh.yaml -s kh -a kh/ --family "
            "person_alert --reason \"Under review\"\n",
        .children = children,
    };

    return run(&argp, ENT_NOTICE_SUSPENSION, argc, argv);
}

int
cli_agreement_resume(int argc, char *argv[])
{
    static const struct argp_option options[] = {
        WHO,
        {"notice", KEY_NOTICE, "NUMBER", 0,
            "End this suspension; else all before", 0},
        {0},
    };
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "FILE",
        .doc = "End what a state has suspended.\v"
               "Examples:\n"
               "  entente agreement resume th-kh.yaml --state kh --authority "
               "kh/\n"
               "  entente agreement resume th-kh.yaml -s kh -a kh/ --notice "
               "3\n",
        .children = children,
    };

    return run(&argp, ENT_NOTICE_RESUMPTION, argc, argv);
}

int
cli_agreement_assure(int argc, char *argv[])
{
    static const struct argp_option options[] = {
        WHO,
        {"risk", KEY_RISK, "RISK", 0, "death_penalty or torture", 0},
        {"family", KEY_FAMILY, "FAMILY", 0, "For this family; else all", 0},
        {"offence", KEY_OFFENCE, "OFFENCE", 0, "For this offence; else all", 0},
        {"until", KEY_UNTIL, "TIME", 0, "Until then", 0},
        {0},
    };
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "FILE",
        .doc =
            "Assure in writing what will not be done to a person whose name "
            "the state is told: where death or torture threatens, nobody is "
            "named without it.\v"
            "Examples:\n"
            "  entente agreement assure th-kh.yaml --state kh --authority kh/ "
            "--risk death_penalty --offence drugs\n",
        .children = children,
    };

    return run(&argp, ENT_NOTICE_ASSURANCE, argc, argv);
}

int
cli_agreement_withdraw(int argc, char *argv[])
{
    static const struct argp_option options[] = {
        WHO,
        {"notice", KEY_NOTICE, "NUMBER", 0,
            "Withdraw this assurance; else all before", 0},
        {0},
    };
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "FILE",
        .doc = "Withdraw what a state has assured.\v"
               "Examples:\n"
               "  entente agreement withdraw th-kh.yaml --state kh "
               "--authority kh/ --notice 1\n",
        .children = children,
    };

    return run(&argp, ENT_NOTICE_WITHDRAWAL, argc, argv);
}
