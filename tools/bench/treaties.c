/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bench/treaties.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "policy/sign.h"
#include "proto/country.h"
#include "proto/keytext.h"
#include "proto/secret.h"

#define STATES_MAX 320
#define PARTIES_MAX 3
#define TEXT_MAX 4096

/* What all of them say, but for the parties and offices. */
static const char terms[] =
    "purposes: {permitted: [administration, threat_to_life]}\n"
    "offences: {listed: [drugs, arms]}\n"
    "exchange:\n"
    "  - {clause: \"3.1\", families: [hotline_alert], direction: both,"
    " between: [ncc], purposes: [threat_to_life], release: one_officer}\n"
    "  - {clause: \"3.2\", families: [test], direction: both,"
    " between: [ncc], purposes: [administration], release: one_officer}\n"
    "handling: {default: [H2]}\n"
    "retention:\n"
    "  - {families: [hotline_alert, test], keep: P30D, then: delete}\n";

struct state {
    char code[3];
    char key[ENT_KEY_TEXT_LEN + 1];
    struct ent_secret *secret;
    struct ent_signer signer;
};

static struct {
    struct state own;
    struct state others[STATES_MAX];
    size_t count;
} world;

/* ---- the states of the world ---- */

static enum ent_status
make_state(struct state *state, const char *code, struct ent_error *err)
{
    enum ent_status rc = ent_secret_new(&state->secret, err);

    (void)snprintf(state->code, sizeof state->code, "%s", code);
    if (rc == ENT_OK) {
        rc = ent_secret_signer(
            state->secret, ENT_KEY_AUTHORITY, &state->signer, err);
    }
    if (rc == ENT_OK) {
        ent_key_format(&state->signer.key, state->key);
    }
    return rc;
}

static enum ent_status
make_world(struct ent_error *err)
{
    enum ent_status rc;

    if (world.count > 0) {
        return ENT_OK; /* of an earlier call */
    }
    rc = make_state(&world.own, TREATIES_STATE, err);
    for (char a = 'a'; rc == ENT_OK && a <= 'z'; a++) {
        for (char b = 'a'; rc == ENT_OK && b <= 'z'; b++) {
            const char code[3] = {a, b, '\0'};

            if (ent_country_is_state(ent_view_text(code)) &&
                strcmp(code, TREATIES_STATE) != 0 && world.count < STATES_MAX) {
                rc = make_state(&world.others[world.count++], code, err);
            }
        }
    }
    return rc;
}

/* The parties of one agreement; how many, 0: there are no more. */
static size_t
parties_of(size_t number, const struct state *ret_parties[static PARTIES_MAX])
{
    size_t rest = number;

    ret_parties[0] = &world.own;
    if (number < world.count) {
        ret_parties[1] = &world.others[number];
        return 2;
    }
    rest -= world.count;
    for (size_t first = 0; first + 1 < world.count; first++) {
        size_t pairs = world.count - 1 - first;

        if (rest < pairs) {
            ret_parties[1] = &world.others[first];
            ret_parties[2] = &world.others[first + 1 + rest];
            return 3;
        }
        rest -= pairs;
    }
    return 0;
}

const char *
treaties_partner(size_t count, size_t index)
{
    return index < count && index < world.count ? world.others[index].code
                                                : NULL;
}

/* ---- one agreement ---- */

static void
write_text(size_t number, const struct state *const *parties, size_t count,
    char text[static TEXT_MAX])
{
    int at = snprintf(text, TEXT_MAX,
        "agreement: treaty-%zu\nversion: 1\ntitle: Treaty %zu\n"
        "in_force: {from: 2020-01-01, until: 2099-12-31}\nparties:\n",
        number, number);

    for (size_t i = 0; i < count; i++) {
        at += snprintf(text + at, TEXT_MAX - (size_t)at,
            "  %s: {name: {en: State %s}, authority: \"%s\"}\n",
            parties[i]->code, parties[i]->code, parties[i]->key);
    }
    at += snprintf(text + at, TEXT_MAX - (size_t)at, "offices:\n");
    for (size_t i = 0; i < count; i++) {
        at += snprintf(text + at, TEXT_MAX - (size_t)at,
            "  - {address: ncc@%s, kind: ncc}\n", parties[i]->code);
    }
    at += snprintf(text + at, TEXT_MAX - (size_t)at,
        "classification:\n  ceiling: restricted\n  equivalence:\n"
        "    - {level: restricted");
    for (size_t i = 0; i < count; i++) {
        at += snprintf(text + at, TEXT_MAX - (size_t)at, ", %s: Restricted %s",
            parties[i]->code, parties[i]->code);
    }
    (void)snprintf(text + at, TEXT_MAX - (size_t)at, "}\n%s", terms);
}

static enum ent_status
sign(const struct ent_agreement *agreement, struct ent_view text,
    const struct state *const *parties, size_t count,
    struct ent_bytes *signatures, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < count; i++) {
        struct ent_bytes more = {0};

        rc = ent_agreement_sign(agreement, text, parties[i]->code,
            &parties[i]->signer, ent_bytes_view(signatures), &more, err);
        if (rc == ENT_OK) {
            ent_bytes_free(signatures);
            *signatures = more;
        }
    }
    return rc;
}

/* Nothing here has to survive anything: it is not synced. */
static enum ent_status
write_file(const char *folder, size_t number, const char *end,
    struct ent_view content, struct ent_error *err)
{
    char path[4096];
    FILE *file;
    bool good;

    (void)snprintf(
        path, sizeof path, "%s/treaty-%zu.yaml%s", folder, number, end);
    file = fopen(path, "w");
    good = file != NULL &&
           fwrite(content.data, 1, content.len, file) == content.len;
    if (file != NULL) {
        good = fclose(file) == 0 && good;
    }
    return good ? ENT_OK
                : ent_fail(err, ENT_IO, "%s: %s", path, strerror(errno));
}

static void
free_agreement(struct ent_agreement **agreement)
{
    ent_agreement_free(agreement);
}

static enum ent_status
make_one(const char *folder, size_t number, struct ent_error *err)
{
    ENT_AUTO(free_agreement) struct ent_agreement *agreement = NULL;
    ENT_AUTO(ent_bytes_free) struct ent_bytes signatures = {0};
    const struct state *parties[PARTIES_MAX];
    struct ent_complaints complaints = {0};
    size_t count = parties_of(number, parties);
    char text[TEXT_MAX];
    enum ent_status rc;

    if (count == 0) {
        return ent_fail(err, ENT_BAD_INPUT, "there are not so many states");
    }
    write_text(number, parties, count, text);
    rc = ent_agreement_load(ent_view_text(text), &agreement, &complaints, err);
    if (complaints.count > 0) {
        return ent_fail(err, ENT_BAD_INPUT, "line %zu: %s",
            complaints.list[0].line, complaints.list[0].text);
    }
    if (rc == ENT_OK) {
        rc = sign(
            agreement, ent_view_text(text), parties, count, &signatures, err);
    }
    if (rc == ENT_OK) {
        rc = write_file(folder, number, "", ent_view_text(text), err);
    }
    return rc != ENT_OK ? rc
                        : write_file(folder, number, ".sig",
                              ent_bytes_view(&signatures), err);
}

enum ent_status
treaties_make(const char *folder, size_t count, struct ent_verify_key *ret_key,
    struct ent_error *err)
{
    enum ent_status rc = make_world(err);

    if (rc == ENT_OK && mkdir(folder, 0700) != 0 && errno != EEXIST) {
        rc = ent_fail(err, ENT_IO, "%s: %s", folder, strerror(errno));
    }
    for (size_t i = 0; rc == ENT_OK && i < count; i++) {
        rc = make_one(folder, i, err);
    }
    *ret_key = world.own.signer.key;
    return rc;
}
