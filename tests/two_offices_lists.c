/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/two_offices_lists.h"

#include <stdio.h>

#include "node/api.h"

static char *
words(const char *said)
{
    return (char *)(uintptr_t)(said == NULL ? "" : said);
}

/* One request of one term, in a turn of its own. */
static void
ask_list(enum who who, Entente__V1__ListCheckRequest *request,
    struct looked *ret_looked)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__ListCheckReply reply = ENTENTE__V1__LIST_CHECK_REPLY__INIT;
    struct node *node = world.nodes[who];

    expect_ok(ent_arena_init(&arena, 1u << 18, &last_error));
    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(
        node_api_list_check(node, 0, request, &arena, &reply, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    assert_int_equal(reply.n_answers, 1);
    ret_looked->found = reply.answers[0]->n_entries;
    (void)snprintf(ret_looked->fault, sizeof ret_looked->fault, "%s",
        reply.answers[0]->error);
}

struct looked
look_up(enum who who, const struct sought *sought)
{
    Entente__V1__ListCheckRequest request =
        ENTENTE__V1__LIST_CHECK_REQUEST__INIT;
    Entente__V1__LookupTerm term = ENTENTE__V1__LOOKUP_TERM__INIT;
    Entente__V1__LookupTerm *terms[] = {&term};
    struct looked looked;

    term.kind = words(sought->kind);
    term.of = words(sought->of);
    term.value = words(sought->value);
    request.terms = terms;
    request.n_terms = 1;
    request.encounter = (Entente__V1__Encounter)sought->encounter;
    request.place = words(sought->place);
    request.next = words(sought->next);
    ask_list(who, &request, &looked);
    return looked;
}

size_t
found_on_list(enum who who, const struct sought *sought)
{
    const struct looked looked = look_up(who, sought);

    assert_string_equal(looked.fault, "");
    return looked.found;
}
