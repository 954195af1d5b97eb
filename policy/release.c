/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/release.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LATE_MAX_MS (UINT64_C(8) * 86400 * 1000) /* a delivery, and a day */

void
ent_release_void(struct ent_release *release, const char *format, ...)
{
    va_list arguments;

    release->authored = false;
    release->released = false;
    va_start(arguments, format);
    (void)vsnprintf(release->fault, sizeof release->fault, format, arguments);
    va_end(arguments);
}

/* One signature and whose it is, before it is known what it is worth. */
struct signature {
    struct ent_officer officer;
    struct ent_statement statement;
};

static struct ent_view
view_of(const ProtobufCBinaryData *data)
{
    return ent_view_of(data->data, data->len);
}

/* Made when it could be: in the officer's time, after the message was, and not
 * in what is to come. A thief with an old key cannot use it for long. */
static enum ent_status
check_time(const ent_message *message, const struct signature *signature,
    uint64_t at_ms, struct ent_error *err)
{
    const struct ent_officer *officer = &signature->officer;
    const uint64_t signed_at = signature->statement.signed_at;
    const uint64_t created = ent_message_time_ms(message->created_at);

    if (signed_at > at_ms + ENT_CLOCK_SKEW_MS ||
        signed_at + ENT_CLOCK_SKEW_MS < created) {
        return ent_fail(err, ENT_REJECTED,
            "officer %s signed before the message was made, or later than now",
            officer->badge);
    }
    if (message->restored == NULL && at_ms > officer->not_after &&
        at_ms - officer->not_after > LATE_MAX_MS) {
        return ent_fail(err, ENT_EXPIRED,
            "the certificate of officer %s was over long before",
            officer->badge);
    }
    return ent_officer_check_time(officer, signed_at, err);
}

static enum ent_status
open_signature(const ent_message *message,
    const Entente__V1__OfficerSignature *field,
    const struct ent_verify_key *office, const struct ent_digest *content,
    struct signature *ret_signature, struct ent_error *err)
{
    enum ent_status rc = ent_officer_open(
        view_of(&field->certificate), office, &ret_signature->officer, err);

    if (rc == ENT_OK) {
        rc = ent_statement_open(view_of(&field->statement),
            &ret_signature->officer.key, &ret_signature->statement, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    if (strcmp(ret_signature->officer.office.text, message->from) != 0) {
        return ent_fail(err, ENT_REJECTED, "officer %s is of another office",
            ret_signature->officer.badge);
    }
    if (!ent_digest_equal(&ret_signature->statement.content, content)) {
        return ent_fail(err, ENT_REJECTED,
            "officer %s signed another message than this",
            ret_signature->officer.badge);
    }
    return ENT_OK;
}

/* Its place in the release; each there is once. */
static enum ent_status
place(struct ent_release *release, const struct signature *signature,
    struct ent_error *err)
{
    const bool author =
        signature->statement.act == ENTENTE__V1__OFFICER_ACT__AUTHORED;
    bool *taken = author ? &release->authored : &release->released;

    if (*taken) {
        return ent_fail(err, ENT_REJECTED, "two officers signed as its %s",
            author ? "author" : "releaser");
    }
    *taken = true;
    if (author) {
        release->author = signature->officer;
        release->authored_at = signature->statement.signed_at;
    } else {
        release->releaser = signature->officer;
        release->released_at = signature->statement.signed_at;
    }
    return ENT_OK;
}

/* Two officers, of whom the second may release. */
static enum ent_status
check_two(const ent_message *message, const struct ent_release *release,
    struct ent_error *err)
{
    const char *role = release->released ? release->releaser.role : "";

    if (strcmp(message->releaser_role, role) != 0) {
        return ent_fail(err, ENT_REJECTED,
            "it names a role of who released it that nobody signed for");
    }
    if (!release->released) {
        return ENT_OK;
    }
    if (!release->authored) {
        return ent_fail(err, ENT_REJECTED, "its author has not signed");
    }
    if (ent_key_id_equal(&release->author.key_id, &release->releaser.key_id) ||
        strcmp(release->author.badge, release->releaser.badge) == 0) {
        return ent_fail(err, ENT_REJECTED,
            "officer %s wrote it, and cannot release it too",
            release->author.badge);
    }
    if (strcmp(role, ENT_RELEASER_ROLE) != 0) {
        return ent_fail(err, ENT_REJECTED,
            "officer %s is no " ENT_RELEASER_ROLE ", and cannot release it",
            release->releaser.badge);
    }
    return ENT_OK;
}

static enum ent_status
judge(const ent_message *message, const struct ent_verify_key *office,
    uint64_t at_ms, struct ent_release *release, struct ent_error *err)
{
    struct ent_digest content;
    enum ent_status rc = ent_statement_content(message, &content, err);

    if (rc == ENT_OK && message->n_officer_signatures > 2) {
        rc = ent_fail(err, ENT_REJECTED, "more than two officers signed");
    }
    for (size_t i = 0; rc == ENT_OK && i < message->n_officer_signatures; i++) {
        struct signature signature;

        rc = open_signature(message, message->officer_signatures[i], office,
            &content, &signature, err);
        if (rc == ENT_OK) {
            rc = check_time(message, &signature, at_ms, err);
        }
        if (rc == ENT_OK) {
            rc = place(release, &signature, err);
        }
    }
    return rc != ENT_OK ? rc : check_two(message, release, err);
}

void
ent_release_judge(const ent_message *message,
    const struct ent_verify_key *office, uint64_t at_ms,
    struct ent_release *ret_release)
{
    struct ent_error err = {0};

    *ret_release = (struct ent_release){0};
    if (message->n_officer_signatures == 0 &&
        message->releaser_role[0] == '\0') {
        return; /* the common case costs nothing */
    }
    if (judge(message, office, at_ms, ret_release, &err) != ENT_OK) {
        ent_release_void(ret_release, "%s", err.text);
    }
}
