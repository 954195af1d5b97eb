/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever a program can ask is answered. */
#include "node/api_answers.h"

#include <string.h>

#include "tests/support.h"

static void
each_kind_of_request_has_one_who_answers_it(void **state)
{
    const ProtobufCMessageDescriptor *type =
        &entente__v1__api_request__descriptor;
    unsigned kinds = 0;

    (void)state;
    for (unsigned i = 0; i < type->n_fields; i++) {
        Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
        const struct node_answer *answer;

        if ((type->fields[i].flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0) {
            continue;
        }
        kinds++;
        request.request_case =
            (Entente__V1__ApiRequest__RequestCase)type->fields[i].id;
        answer = node_answer_to(&request);
        assert_non_null(answer);
        assert_int_equal(answer->kind, request.request_case);
        assert_true((answer->answer != NULL) != (answer->serve != NULL));
    }
    assert_in_range(kinds, 34, 100);
}

static void
a_kind_of_reply_has_the_number_and_name_of_its_request(void **state)
{
    const ProtobufCMessageDescriptor *type =
        &entente__v1__api_reply__descriptor;

    (void)state;
    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *asked =
            protobuf_c_message_descriptor_get_field(
                &entente__v1__api_request__descriptor, type->fields[i].id);

        if ((type->fields[i].flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0) {
            assert_non_null(asked);
            assert_string_equal(asked->name, type->fields[i].name);
        }
    }
}

static bool
is_among(const char *name, const char *const *names)
{
    while (*names != NULL && strcmp(*names, name) != 0) {
        names++;
    }
    return *names != NULL;
}

/* A list_check that tells whom it met is told from others where it is asked. */
static void
these_kinds_change_something_and_those_stand_beside_what_passes(void **state)
{
    static const char *const changing[] = {"submit", "upload", "carry_out",
        "carry_in", "evidence", "reload", "review", "sign", "give_back", "keep",
        "link", NULL};
    static const char *const beside[] = {
        "submit", "inbox", "cursor", "trace", NULL};
    const ProtobufCMessageDescriptor *type =
        &entente__v1__api_request__descriptor;

    (void)state;
    for (unsigned i = 0; i < type->n_fields; i++) {
        Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
        const struct node_answer *answer;

        request.request_case =
            (Entente__V1__ApiRequest__RequestCase)type->fields[i].id;
        answer = node_answer_to(&request);
        if (answer != NULL) {
            assert_int_equal(
                answer->changes, is_among(type->fields[i].name, changing));
            assert_int_equal(
                answer->beside, is_among(type->fields[i].name, beside));
        }
    }
}

static void
what_asks_for_nothing_has_no_answer(void **state)
{
    const Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;

    (void)state;
    assert_null(node_answer_to(&request));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_of_request_has_one_who_answers_it),
        cmocka_unit_test(
            a_kind_of_reply_has_the_number_and_name_of_its_request),
        cmocka_unit_test(
            these_kinds_change_something_and_those_stand_beside_what_passes),
        cmocka_unit_test(what_asks_for_nothing_has_no_answer),
    };

    return cmocka_run_group_tests_name("node_api_answers", tests, NULL, NULL);
}
