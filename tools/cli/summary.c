/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/summary.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cli/reclassified.h"
#include "tools/cli/words.h"

#define BRIEF_MAX 160 /* bytes of a description; the whole is in `show` */

/* A line of parts: `put` sets each apart from the one before it. */
struct line {
    FILE *out;
    const char *separator;
    bool begun;
};

static void put(struct line *line, const char *format, ...) ENT_PRINTF(2, 3);

static void
put(struct line *line, const char *format, ...)
{
    va_list args;

    if (line->begun) {
        fputs(line->separator, line->out);
    }
    line->begun = true;
    va_start(args, format);
    (void)vfprintf(line->out, format, args);
    va_end(args);
}

/* A text that is there. */
static void
put_text(struct line *line, const char *text)
{
    if (text[0] != '\0') {
        put(line, "%s", text);
    }
}

/* The beginning of a long text; cut between characters. */
static void
put_brief(struct line *line, const char *text)
{
    size_t len = strlen(text);

    if (len <= BRIEF_MAX) {
        put_text(line, text);
        return;
    }
    len = BRIEF_MAX;
    while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80) {
        len--;
    }
    put(line, "%.*s...", (int)len, text);
}

static void
put_words(
    struct line *line, const ProtobufCEnumDescriptor *descriptor, int value)
{
    char words[CLI_WORDS_MAX];

    cli_words(descriptor, value, words);
    put_text(line, words);
}

/* ---- places and things ---- */

static void
put_place(struct line *line, const Entente__V1__Location *place)
{
    struct line parts = {line->out, ", ", false};
    const char *code;

    if (place == NULL) {
        return;
    }
    code = place->crossing[0] != '\0' ? place->crossing : place->unlocode;
    if (place->place[0] != '\0' || code[0] != '\0' ||
        place->subdivision[0] != '\0' || place->country[0] != '\0') {
        put(line, "%s", "");
    }
    put_text(&parts, place->place);
    if (place->place[0] == '\0') {
        put_text(&parts, place->subdivision);
    }
    if (!parts.begun || code[0] == '\0') {
        put_text(&parts, code[0] == '\0' ? place->country : code);
    } else {
        fprintf(line->out, " (%s)", code);
    }
    put_text(&parts, place->detail);
}

static void
put_conveyance(struct line *line, const Entente__V1__Conveyance *conveyance)
{
    if (conveyance == NULL) {
        return;
    }
    if (conveyance->plate[0] != '\0') {
        put(line, "plate %s%s%s", conveyance->plate,
            conveyance->plate_country[0] == '\0' ? "" : " ",
            conveyance->plate_country);
    }
    put_text(line, conveyance->make_model_colour);
    if (conveyance->flight[0] != '\0') {
        put(line, "flight %s%s%s", conveyance->flight,
            conveyance->flight_date[0] == '\0' ? "" : " of ",
            conveyance->flight_date);
    }
    if (conveyance->vessel_name[0] != '\0' || conveyance->imo[0] != '\0') {
        put(line, "vessel %s%s%s", conveyance->vessel_name,
            conveyance->imo[0] == '\0' ? "" : " IMO ", conveyance->imo);
    }
    if (conveyance->container[0] != '\0') {
        put(line, "container %s", conveyance->container);
    }
}

static void
put_persons(struct line *line, uint32_t persons, const char *direction)
{
    if (persons > 0) {
        put(line, "%" PRIu32 " person%s%s%s", persons, persons == 1 ? "" : "s",
            direction[0] == '\0' ? "" : " ", direction);
    } else {
        put_text(line, direction);
    }
}

/* What is asked stands first and loud: "HOLD AND SCAN: ". */
static void
put_action(struct line *line, Entente__V1__RequestedAction action)
{
    char words[CLI_WORDS_MAX];

    cli_words(&entente__v1__requested_action__descriptor, (int)action, words);
    if (words[0] == '\0') {
        return;
    }
    for (char *c = words; *c != '\0'; c++) {
        *c = (char)toupper((unsigned char)*c);
    }
    fprintf(line->out, "%s: ", words);
}

/* ---- families ---- */

static void
put_hotline(struct line *line, const Entente__V1__HotlineAlert *alert)
{
    put_action(line, alert->action);
    put_words(line, &entente__v1__offence__descriptor, (int)alert->what);
    put_place(line, alert->where);
    put_persons(line, alert->persons, alert->direction);
    put_text(line, alert->weapons ? "WEAPONS" : "");
    put_text(line, alert->medical ? "MEDICAL HELP" : "");
    put_text(line, alert->children ? "CHILDREN" : "");
    put_words(line, &entente__v1__transport_mode__descriptor, (int)alert->mode);
    put_conveyance(line, alert->conveyance);
    if (alert->action == ENTENTE__V1__REQUESTED_ACTION__CALL_BACK) {
        put(line, "call back: %s", alert->call_back_role);
    }
    put_brief(line, alert->description);
}

static void
put_hub(struct line *line, const Entente__V1__HubAlert *alert)
{
    static const char prefix[] = "hub "; /* "HUB_SEIZURE" */
    char trigger[CLI_WORDS_MAX];

    put_action(line, alert->action);
    cli_words(
        &entente__v1__hub_trigger__descriptor, (int)alert->trigger, trigger);
    put_text(line, strncmp(trigger, prefix, strlen(prefix)) == 0
                       ? trigger + strlen(prefix)
                       : trigger);
    put_place(line, alert->hub);
    put_brief(line, alert->item);
    put_conveyance(line, alert->conveyance);
    for (size_t i = 0; i < alert->n_mail; i++) {
        put_text(line, alert->mail[i]->s10);
        put_text(line, alert->mail[i]->courier_reference);
    }
    for (size_t i = 0; i < alert->n_routes; i++) {
        struct line route = {line->out, "", false};

        put(line, "%s", "to ");
        put_place(&route, alert->routes[i]->crossing);
    }
    if (alert->confidence > 0) {
        put(line, "%" PRIu32 " %% sure", alert->confidence);
    }
}

static const char *
unit_symbol(Entente__V1__DrugUnit unit)
{
    switch (unit) {
    case ENTENTE__V1__DRUG_UNIT__GRAM:
        return "g";
    case ENTENTE__V1__DRUG_UNIT__KILOGRAM:
        return "kg";
    case ENTENTE__V1__DRUG_UNIT__MILLILITRE:
        return "ml";
    case ENTENTE__V1__DRUG_UNIT__LITRE:
        return "l";
    case ENTENTE__V1__DRUG_UNIT__TABLET:
        return "tablets";
    case ENTENTE__V1__DRUG_UNIT__AMPOULE:
        return "ampoules";
    case ENTENTE__V1__DRUG_UNIT__PLANT:
        return "plants";
    case ENTENTE__V1__DRUG_UNIT__PIECE:
        return "pieces";
    default:
        return "";
    }
}

/* As coded, else as it was written down: "heroin 3.5 kg". */
static void
put_drug(struct line *line, const Entente__V1__SeizedDrug *item)
{
    struct line parts = {line->out, " ", false};
    char drug[CLI_WORDS_MAX];

    cli_words(&entente__v1__drug__descriptor, (int)item->drug, drug);
    put(line, "%s", "");
    put_text(&parts, drug[0] == '\0' ? item->drug_as_reported : drug);
    if (item->quantity[0] != '\0') {
        put_text(&parts, item->quantity);
        put_text(&parts, unit_symbol(item->unit));
    } else {
        put_text(&parts, item->quantity_as_reported);
        put_text(&parts, item->unit_as_reported);
    }
}

static void
put_seizure(struct line *line, const Entente__V1__DrugSeizure *seizure)
{
    uint64_t arrests = 0;

    for (size_t i = 0; i < seizure->n_items; i++) {
        put_drug(line, seizure->items[i]);
    }
    put_place(line, seizure->place);
    put_words(
        line, &entente__v1__transport_mode__descriptor, (int)seizure->mode);
    put_conveyance(line, seizure->conveyance);
    for (size_t i = 0; i < seizure->n_arrests; i++) {
        arrests += seizure->arrests[i]->count;
    }
    if (arrests > 0) {
        put(line, "%" PRIu64 " arrested", arrests);
    }
}

static void
put_answer(struct line *line, const Entente__V1__Acknowledgement *answer)
{
    put_words(line, &entente__v1__acknowledgement_level__descriptor,
        (int)answer->level);
    put_words(
        line, &entente__v1__action_outcome__descriptor, (int)answer->outcome);
    if (answer->role[0] != '\0') {
        put(line, "by %s", answer->role);
    }
    put_brief(line, answer->note);
    put(line, "answers %s", answer->message_id);
}

static void
put_lifecycle(struct line *line, const Entente__V1__Lifecycle *lifecycle)
{
    put_words(
        line, &entente__v1__lifecycle_act__descriptor, (int)lifecycle->act);
    put(line, "of %s", lifecycle->message_id);
    if (lifecycle->role[0] != '\0') {
        put(line, "by %s", lifecycle->role);
    }
    if (lifecycle->reclassified != NULL) {
        put(line, "as ");
        cli_reclassification_print(line->out, lifecycle->reclassified);
    }
    put_brief(line, lifecycle->reason);
    put_brief(line, lifecycle->used_where);
    if (lifecycle->clause[0] != '\0') {
        put(line, "clause %s", lifecycle->clause);
    }
    if (lifecycle->n_removed > 0) {
        put(line, "%zu removed", lifecycle->n_removed);
    }
}

static void
put_use(struct line *line, Entente__V1__ConsentUse use, const char *to)
{
    put_words(line, &entente__v1__consent_use__descriptor, (int)use);
    if (to[0] != '\0') {
        fprintf(line->out, " to %s", to);
    }
}

static void
put_consent_request(
    struct line *line, const Entente__V1__ConsentRequest *request)
{
    put(line, "consent is asked to ");
    line->begun = false;
    put_use(line, request->use, request->to);
    put(line, "of %s", request->message_id);
    put(line, "by %s", request->role);
    put_brief(line, request->reason);
}

static void
put_consent_decision(
    struct line *line, const Entente__V1__ConsentDecision *decision)
{
    put(line, decision->given ? "CONSENT GIVEN to " : "CONSENT REFUSED to ");
    line->begun = false;
    put_use(line, decision->use, decision->to);
    put(line, "of %s", decision->message_id);
    put(line, "by %s", decision->role);
    put_brief(line, decision->reason);
}

static void
put_agreement_control(
    struct line *line, const Entente__V1__AgreementControl *control)
{
    const Entente__V1__EmergencyNotice *notice = control->emergency;

    if (notice == NULL) {
        put(line, "about the agreement");
        return;
    }
    if (notice->declaration_id[0] != '\0') {
        put(line, "EMERGENCY ENDED %s", notice->declaration_id);
    } else {
        put(line, "EMERGENCY DECLARED");
    }
    put(line, "by %s", notice->role);
    put_brief(line, notice->reason);
}

static void
put_document_check(struct line *line, const Entente__V1__DocumentCheck *check)
{
    put(line, check->result == 0 ? "document check: " : "");
    line->begun = false;
    if (check->result != 0) {
        put_words(
            line, &entente__v1__check_result__descriptor, (int)check->result);
    }
    put_words(line, &entente__v1__document_type__descriptor, (int)check->type);
    put(line, "%s %s", check->issuer, check->number);
    if (check->result == ENTENTE__V1__CHECK_RESULT__HIT) {
        put(line, "confirm before acting");
    }
}

static void
put_body(struct line *line, const ent_message *message)
{
    switch (message->body_case) {
    case ENTENTE__V1__MESSAGE__BODY_HOTLINE_ALERT:
        put_hotline(line, message->hotline_alert);
        return;
    case ENTENTE__V1__MESSAGE__BODY_HUB_ALERT:
        put_hub(line, message->hub_alert);
        return;
    case ENTENTE__V1__MESSAGE__BODY_DRUG_SEIZURE:
        put_seizure(line, message->drug_seizure);
        return;
    case ENTENTE__V1__MESSAGE__BODY_ACKNOWLEDGEMENT:
        put_answer(line, message->acknowledgement);
        return;
    case ENTENTE__V1__MESSAGE__BODY_LIFECYCLE:
        put_lifecycle(line, message->lifecycle);
        return;
    case ENTENTE__V1__MESSAGE__BODY_CONSENT_REQUEST:
        put_consent_request(line, message->consent_request);
        return;
    case ENTENTE__V1__MESSAGE__BODY_CONSENT_DECISION:
        put_consent_decision(line, message->consent_decision);
        return;
    case ENTENTE__V1__MESSAGE__BODY_AGREEMENT_CONTROL:
        put_agreement_control(line, message->agreement_control);
        return;
    case ENTENTE__V1__MESSAGE__BODY_DOCUMENT_CHECK:
        put_document_check(line, message->document_check);
        return;
    case ENTENTE__V1__MESSAGE__BODY_TEST:
        put(line, "radio check");
        put_brief(line, message->test->text);
        return;
    case ENTENTE__V1__MESSAGE__BODY__NOT_SET:
    default:
        put(line, "(nothing that this version can read)");
    }
}

/* A correction must not look like the news. */
static void
put_kind(struct line *line, const ent_message *message)
{
    if (message->action > ENTENTE__V1__ACTION__NEW) {
        char code[CLI_WORDS_MAX];

        cli_code(&entente__v1__action__descriptor, (int)message->action, code);
        fprintf(line->out, "%s: ", code);
    }
}

/* ---- the whole ---- */

void
cli_summary_free(char **text)
{
    free(*text);
    *text = NULL;
}

/* One line it is, whatever the parts hold. NULL: no memory. */
static char *
finish(FILE *out, char **text)
{
    char *line;

    if (fclose(out) != 0) {
        cli_summary_free(text);
        return NULL;
    }
    line = *text;
    for (char *c = line; *c != '\0'; c++) {
        *c = *c == '\n' || *c == '\t' ? ' ' : *c;
    }
    return line;
}

char *
cli_summary(const ent_message *message)
{
    char *text = NULL;
    size_t len = 0;
    struct line line = {open_memstream(&text, &len), "; ", false};

    if (line.out == NULL) {
        return NULL;
    }
    put_kind(&line, message);
    if (message->origin != NULL) {
        fprintf(line.out, "PASSED ON from %s: ", message->origin->from);
    }
    put_body(&line, message);
    return finish(line.out, &text);
}
