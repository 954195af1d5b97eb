/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/validate_internal.h"

#include <string.h>

#include "proto/base/pb_field.h"

/* What a manifest says of a field beside the others of its message, and of the
 * message as a whole. */

/* Is what a condition asks about so? Of codes: one of those; else: given. */
static bool
is_met(const struct ent_condition *condition,
    const struct ent_type_manifest *type, const ProtobufCMessage *message)
{
    const ProtobufCFieldDescriptor *field =
        &type->descriptor->fields[condition->field];
    int code;

    if (condition->codes == 0) {
        return ent_pb_is_given(message, field) != condition->negated;
    }
    memcpy(&code, ent_pb_value(message, field, 0), sizeof code);
    return (code >= 0 && code < 64 && (condition->codes >> code & 1) != 0) !=
           condition->negated;
}

/* What it asks about is not here to be asked. */
static bool
is_unknown(const struct ent_validation *v,
    const struct ent_condition *condition, const struct ent_type_manifest *type)
{
    return ent_place_is_withheld(
        v, &type->descriptor->fields[condition->field]);
}

/* Or withheld, which it would not be if it had not been given. */
static size_t
count_given(const struct ent_validation *v,
    const struct ent_type_manifest *type, const ProtobufCMessage *message,
    uint64_t fields)
{
    size_t count = 0;

    for (; fields != 0; fields &= fields - 1) {
        const ProtobufCFieldDescriptor *field =
            &type->descriptor->fields[__builtin_ctzll(fields)];

        if (ent_pb_is_given(message, field) ||
            ent_place_is_withheld(v, field)) {
            count++;
        }
    }
    return count;
}

static void
check_holding(struct ent_validation *v, const struct ent_place *place,
    const ProtobufCMessage *message)
{
    const struct ent_choice *holding = place->manifest->holding;
    struct ent_place element = *place;
    size_t count = ent_pb_count(message, place->field);

    for (element.index = 0; element.index < count; element.index++) {
        const ProtobufCMessage *const *below =
            ent_pb_value(message, place->field, element.index);

        size_t mark = ent_rule_enter_place(v, &element);

        if (*below != NULL && count_given(v, place->manifest->type, *below,
                                  holding->fields) == 0) {
            ent_rule_broken(v, "", "%s", holding->said);
        }
        ent_rule_leave(v, mark);
    }
}

void
ent_validate_presence(struct ent_validation *v, const struct ent_place *place,
    const struct ent_type_manifest *type, const ProtobufCMessage *message)
{
    const struct ent_field_manifest *manifest = place->manifest;
    bool given = ent_pb_is_given(message, place->field);
    bool must = (manifest->traits & ENT_FIELD_MUST) != 0;
    bool missing = !given && !ent_place_is_withheld(v, place->field);

    if (must && missing) {
        ent_place_wrong(v, place, v->source, "must be given");
    }
    for (size_t i = 0; i < manifest->condition_count; i++) {
        const struct ent_condition *condition = &manifest->conditions[i];
        bool met = is_met(condition, type, message);

        if (is_unknown(v, condition, type)) {
            continue;
        }
        if (condition->kind == ENT_CONDITION_MUST && met && missing) {
            ent_place_wrong(v, place, v->source, "%s", condition->must);
        }
        if (condition->kind == ENT_CONDITION_ONLY && !met && given) {
            ent_place_wrong(v, place, v->source, "%s", condition->only);
        }
    }
    if (given && manifest->holding != NULL) {
        check_holding(v, place, message);
    }
}

static uint64_t
time_of(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    const Google__Protobuf__Timestamp *time;

    memcpy(&time, ent_pb_value(message, field, 0), sizeof time);
    return ent_message_time_ms(time);
}

static const char *
source_of(const struct ent_validation *v, const struct ent_type_rule *rule)
{
    return rule->source == NULL ? v->source : rule->source;
}

static void
check_order(struct ent_validation *v, const struct ent_type_rule *rule,
    const struct ent_type_manifest *type, const ProtobufCMessage *message)
{
    const ProtobufCFieldDescriptor *fields = type->descriptor->fields;
    const struct ent_place last = {
        .field = &fields[rule->last], .index = ENT_PLACE_WHOLE};
    uint64_t first_ms = time_of(message, &fields[rule->first]);
    uint64_t last_ms = time_of(message, &fields[rule->last]);

    if (first_ms > 0 && last_ms > 0 && last_ms < first_ms) {
        ent_place_wrong(v, &last, source_of(v, rule), "%s", rule->said);
    }
}

void
ent_validate_type(struct ent_validation *v,
    const struct ent_type_manifest *type, const ProtobufCMessage *message)
{
    for (size_t i = 0; i < type->rule_count; i++) {
        const struct ent_type_rule *rule = &type->rules[i];
        size_t given = count_given(v, type, message, rule->fields);

        if (rule->kind == ENT_RULE_ORDER) {
            check_order(v, rule, type, message);
        } else if (rule->kind == ENT_RULE_CHECK) {
            rule->check(v, message);
        } else if (rule->kind == ENT_RULE_ANY
                       ? given == 0
                       : given != 0 && given != (size_t)__builtin_popcountll(
                                                    rule->fields)) {
            ent_rule_broken_by(v, source_of(v, rule), "", "%s", rule->said);
        }
    }
}
