/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/validate_internal.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void
ent_rule_broken_by(struct ent_validation *v, const char *source,
    const char *field, const char *format, ...)
{
    struct ent_findings *findings = v->findings;
    struct ent_finding *finding;
    va_list args;
    int len;

    if (findings->count == ENT_FINDINGS_MAX) {
        findings->dropped++;
        return;
    }
    finding = &findings->list[findings->count++];
    len = snprintf(finding->field, sizeof finding->field, "%s%s%s", v->path,
        *v->path != '\0' && *field != '\0' ? "." : "", field);
    assert(len >= 0); /* a longer path is cut */
    (void)snprintf(finding->source, sizeof finding->source, "%s", source);
    va_start(args, format);
    (void)vsnprintf(finding->rule, sizeof finding->rule, format, args);
    va_end(args);
}

size_t
ent_rule_enter(struct ent_validation *v, const char *field)
{
    size_t mark = strlen(v->path);

    (void)snprintf(v->path + mark, sizeof v->path - mark, "%s%s",
        mark > 0 && *field != '\0' ? "." : "", field);
    return mark;
}

size_t
ent_rule_enter_element(
    struct ent_validation *v, const char *field, size_t index)
{
    size_t mark = ent_rule_enter(v, field);
    size_t len = strlen(v->path);

    (void)snprintf(v->path + len, sizeof v->path - len, "[%zu]", index);
    return mark;
}

void
ent_rule_leave(struct ent_validation *v, size_t mark)
{
    assert(mark < sizeof v->path);

    v->path[mark] = '\0';
}

static void
validate_body(struct ent_validation *v)
{
    const ent_message *message = v->message;

    switch (message->body_case) {
    case ENTENTE__V1__MESSAGE__BODY_HOTLINE_ALERT:
        ent_validate_hotline_alert(v, message->hotline_alert);
        break;
    case ENTENTE__V1__MESSAGE__BODY_HUB_ALERT:
        ent_validate_hub_alert(v, message->hub_alert);
        break;
    case ENTENTE__V1__MESSAGE__BODY_DRUG_SEIZURE:
        ent_validate_drug_seizure(v, message->drug_seizure);
        break;
    case ENTENTE__V1__MESSAGE__BODY_DOCUMENT_CHECK:
        ent_validate_document_check(v, message->document_check);
        break;
    case ENTENTE__V1__MESSAGE__BODY_ACKNOWLEDGEMENT:
        ent_validate_acknowledgement(v, message->acknowledgement);
        break;
    case ENTENTE__V1__MESSAGE__BODY_LIFECYCLE:
        ent_validate_lifecycle(v, message->lifecycle);
        break;
    case ENTENTE__V1__MESSAGE__BODY_AGREEMENT_CONTROL:
        ent_validate_agreement_control(v, message->agreement_control);
        break;
    case ENTENTE__V1__MESSAGE__BODY_CONSENT_REQUEST:
        ent_validate_consent_request(v, message->consent_request);
        break;
    case ENTENTE__V1__MESSAGE__BODY_CONSENT_DECISION:
        ent_validate_consent_decision(v, message->consent_decision);
        break;
    default: /* test: its text is like any other */
        break;
    }
}

/* All bodies are pointers, which a message built by hand may leave NULL. */
static bool
has_body(const ent_message *message)
{
    return ent_family_of(message) != NULL && message->test != NULL;
}

/* The first finding in a sentence, and how many there are besides. */
static enum ent_status
first_finding(const struct ent_findings *findings, struct ent_error *err)
{
    const struct ent_finding *first = &findings->list[0];
    size_t more = findings->count + findings->dropped - 1;
    enum ent_status rc;

    rc = ent_fail(err, ENT_BAD_INPUT, "%s: %s (%s)", first->field, first->rule,
        first->source);
    if (more > 0 && err != NULL) {
        size_t len = strlen(err->text);

        (void)snprintf(
            err->text + len, sizeof err->text - len, ", and %zu more", more);
    }
    return rc;
}

enum ent_status
ent_message_validate(const ent_message *message,
    struct ent_findings *ret_findings, struct ent_error *err)
{
    struct ent_validation v = {
        .message = message,
        .created_ms = ent_message_time_ms(message->created_at),
        .findings = ret_findings,
    };

    assert(message != NULL && ret_findings != NULL);

    memset(ret_findings, 0, sizeof *ret_findings);
    ent_validate_fields(&v);
    ent_validate_header(&v);
    if (has_body(message)) {
        validate_body(&v);
    } else {
        ent_rule_broken_by(&v, "catalogue: header", "",
            "a message must have one body, as "
            "hotlineAlert or drugSeizure");
    }
    return ret_findings->count > 0 ? first_finding(ret_findings, err) : ENT_OK;
}
