/* SPDX-License-Identifier: Apache-2.0 */
/* Which states of a copy are the last. */
#include "proto/trace.h"
#include "tests/support.h"

#define STATE(name) ENTENTE__V1__TRACE_STATE__TRACE_##name

static const struct {
    Entente__V1__TraceState state;
    bool last;
} states[] = {
    {STATE(WAITING), false},
    {STATE(SENT), false},
    {STATE(IN_CUSTODY), false},
    {STATE(DELIVERED), true},
    {STATE(REFUSED), true},
    {STATE(REFUSED_HERE), true},
    {STATE(NOT_YET), false},
    {STATE(EXPIRED_UNCONFIRMED), false},
    {STATE(EXPIRED), true},
    {STATE(WITHDRAWN), true},
    {STATE(HELD), false},
    {STATE(RETURNED), true},
    {STATE(STATE_UNSPECIFIED), false},
};

#define COUNT (sizeof states / sizeof states[0])

static void
of_every_state_it_is_known_whether_it_is_the_last(void **state)
{
    (void)state;
    assert_int_equal(COUNT, entente__v1__trace_state__descriptor.n_values);
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(ent_trace_is_last(states[i].state), states[i].last);
    }
}

static void
a_message_is_over_when_each_of_its_copies_is(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        for (size_t k = 0; k < COUNT; k++) {
            Entente__V1__TraceCopy copies[2];
            Entente__V1__TraceCopy *list[] = {&copies[0], &copies[1]};
            Entente__V1__TraceItem item = ENTENTE__V1__TRACE_ITEM__INIT;

            entente__v1__trace_copy__init(&copies[0]);
            entente__v1__trace_copy__init(&copies[1]);
            copies[0].state = states[i].state;
            copies[1].state = states[k].state;
            item.copies = list;
            item.n_copies = 2;
            assert_int_equal(
                ent_trace_is_over(&item), states[i].last && states[k].last);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_every_state_it_is_known_whether_it_is_the_last),
        cmocka_unit_test(a_message_is_over_when_each_of_its_copies_is),
    };

    return cmocka_run_group_tests_name("trace", tests, NULL, NULL);
}
