/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/decide_scene.h"

/* The message of a scene, and all it points to. */
struct staged {
    struct ent_address from;
    struct ent_address to;
    ent_message message;
    Entente__V1__HotlineAlert hotline;
    Entente__V1__HubAlert hub;
    Entente__V1__DrugSeizure seizure;
    Entente__V1__Acknowledgement acknowledgement;
    Entente__V1__Test test;
    Entente__V1__Conveyance conveyance;
    Entente__V1__PersonCount person;
    Entente__V1__PersonCount *persons[1];
    char *states[1];
    Entente__V1__Safeguard safeguards[2];
    Entente__V1__Reference reference;
    Entente__V1__Reference *references[1];
    Google__Protobuf__Timestamp created_at;
    Entente__V1__Emergency emergency;
    Entente__V1__StatisticsReturn statistics;
    Entente__V1__Dimension by_sex;
    Entente__V1__StatisticsCell cells[3];
    Entente__V1__StatisticsCell *cell_list[3];
    Entente__V1__StatisticsTable total;
    Entente__V1__StatisticsTable *total_list[1];
};

/* 40 men, women suppressed, and 45 in all. */
static void
stage_cells(struct staged *staged)
{
    Entente__V1__StatisticsReturn *all = &staged->statistics;

    for (size_t i = 0; i < 3; i++) {
        entente__v1__statistics_cell__init(&staged->cells[i]);
        staged->cell_list[i] = &staged->cells[i];
    }
    staged->cells[0].sex = ENTENTE__V1__SEX__MALE;
    staged->cells[0].count = 40;
    staged->cells[1].sex = ENTENTE__V1__SEX__FEMALE;
    staged->cells[1].suppressed = true;
    staged->cells[2].count = 45;
    staged->by_sex = ENTENTE__V1__DIMENSION__BY_SEX;
    all->dimensions = &staged->by_sex;
    all->n_dimensions = 1;
    all->cells = staged->cell_list;
    all->n_cells = 2;
    entente__v1__statistics_table__init(&staged->total);
    staged->total.cells = staged->cell_list + 2;
    staged->total.n_cells = 1;
    staged->total_list[0] = &staged->total;
    all->tables = staged->total_list;
    all->n_tables = 1;
}

static void
stage_body(const struct scene *scene, struct staged *staged)
{
    entente__v1__hotline_alert__init(&staged->hotline);
    entente__v1__hub_alert__init(&staged->hub);
    entente__v1__drug_seizure__init(&staged->seizure);
    entente__v1__acknowledgement__init(&staged->acknowledgement);
    entente__v1__test__init(&staged->test);
    entente__v1__conveyance__init(&staged->conveyance);
    entente__v1__person_count__init(&staged->person);
    entente__v1__statistics_return__init(&staged->statistics);
    staged->statistics.threshold = scene->threshold;
    if (scene->tells) {
        stage_cells(staged);
    }
    if (scene->plate != NULL) {
        staged->conveyance.plate = (char *)scene->plate;
        staged->hotline.conveyance = &staged->conveyance;
        staged->seizure.conveyance = &staged->conveyance;
    }
    if (scene->nationality != NULL) {
        staged->person.nationality = (char *)scene->nationality;
        staged->persons[0] = &staged->person;
        staged->seizure.arrests = staged->persons;
        staged->seizure.n_arrests = 1;
    }
    staged->message.body_case = scene->family;
    switch ((int)scene->family) {
    case HOTLINE:
        staged->message.hotline_alert = &staged->hotline;
        break;
    case HUB:
        staged->message.hub_alert = &staged->hub;
        break;
    case RETURN:
        staged->message.statistics_return = &staged->statistics;
        break;
    case SEIZURE:
        staged->message.drug_seizure = &staged->seizure;
        break;
    case ACKNOWLEDGEMENT:
        staged->message.acknowledgement = &staged->acknowledgement;
        break;
    case RADIO_CHECK:
        staged->message.test = &staged->test;
        break;
    default:
        break; /* of the others nothing is looked at */
    }
}

static void
stage_header(const struct scene *scene, struct staged *staged)
{
    ent_message *message = &staged->message;

    message->purpose = scene->purpose;
    message->offence = scene->offence;
    message->offence_penalty_months = scene->months;
    message->classification = scene->classification;
    staged->safeguards[0] = scene->safeguard;
    staged->safeguards[1] = scene->second_safeguard;
    message->safeguards = staged->safeguards;
    message->n_safeguards = scene->second_safeguard != 0 ? 2
                            : scene->safeguard != 0      ? 1
                                                         : 0;
    if (scene->protected_from != NULL) {
        staged->states[0] = (char *)scene->protected_from;
        message->protected_from = staged->states;
        message->n_protected_from = 1;
    }
    if (scene->has_handling) {
        message->handling = (Entente__V1__Handling *)&scene->handling;
        message->n_handling = 1;
    }
    if (scene->action != 0) {
        entente__v1__reference__init(&staged->reference);
        staged->references[0] = &staged->reference;
        message->action = scene->action;
        message->references = staged->references;
        message->n_references = 1;
    }
}

static void
set_text(char **text, const char *value)
{
    if (value != NULL) {
        *text = (char *)(uintptr_t)value;
    }
}

/* What the sender's office says of how it was let go. */
static void
stage_release(const struct scene *scene, struct staged *staged, uint64_t now_ms)
{
    ent_message *message = &staged->message;
    uint64_t created_ms = scene->created_ms != 0 ? scene->created_ms : now_ms;

    set_text(&message->mla_reference, scene->mla_reference);
    set_text(&message->incident_id, scene->incident_id);
    if (scene->emergency != NULL) {
        entente__v1__emergency__init(&staged->emergency);
        set_text(&staged->emergency.id, scene->emergency);
        set_text(&staged->emergency.approved_by,
            scene->approved_by != NULL ? scene->approved_by : "supervisor");
        message->emergency = &staged->emergency;
    }
    google__protobuf__timestamp__init(&staged->created_at);
    staged->created_at.seconds = (int64_t)(created_ms / 1000);
    staged->created_at.nanos = (int32_t)(created_ms % 1000) * 1000000;
    message->created_at = &staged->created_at;
}

struct ent_decision
decide_scene(const struct ent_agreement *agreement, const struct scene *scene)
{
    static const struct ent_release released = {
        .authored = true, .released = true};
    struct staged staged;
    struct ent_facts facts = {
        .sender = &staged.from,
        .recipient = &staged.to,
        .message = &staged.message,
        .precedence = scene->precedence,
        .receiving = scene->receiving,
        .release = scene->releaser_role != NULL ? &released : NULL,
        .declarations = scene->declarations,
        .mends = scene->mends,
        .hit = scene->hit,
        .consent = scene->consent,
        .emergency = scene->declared,
        .measure = scene->measure,
        .desks = scene->desks,
        .given_at = scene->given_at,
        .contributed_at = scene->contributed_at,
        .checks_today = scene->checks_today,
        .checks_this_hour = scene->checks_this_hour,
    };
    uint64_t now_ms = scene->now_ms != 0 ? scene->now_ms : NOON;
    struct ent_decision decision;

    entente__v1__message__init(&staged.message);
    expect_ok(ent_address_parse(view(scene->from), &staged.from, &last_error));
    expect_ok(ent_address_parse(view(scene->to), &staged.to, &last_error));
    stage_body(scene, &staged);
    stage_header(scene, &staged);
    stage_release(scene, &staged, now_ms);
    ent_decide(agreement, &facts, now_ms, &decision);
    return decision;
}

void
expect_rows(const char *file, const struct row *rows, size_t count)
{
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *agreement = load_data(file);

    for (size_t i = 0; i < count; i++) {
        const struct row *row = &rows[i];
        struct ent_decision decision = decide_scene(agreement, &row->scene);

        if (decision.permit != (row->reason == PERMITTED) ||
            decision.reason != row->reason ||
            strcmp(decision.clause, row->clause) != 0 ||
            decision.line != row->line || decision.sentence[0] == '\0') {
            fail_msg("%s: %s %s, clause %s, line %zu: %s", row->name,
                decision.permit ? "permitted" : "denied",
                ent_refusal_name(decision.reason), decision.clause,
                decision.line, decision.sentence);
        }
    }
}
