/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/verdict_case.h"

struct evidence_case made;
struct ent_verdict verdict;
struct ent_bytes file;

int
setup(void **state)
{
    (void)state;
    evidence_case_init(&made);
    return 0;
}

int
teardown(void **state)
{
    (void)state;
    ent_verdict_fini(&verdict);
    evidence_case_fini(&made);
    ent_bytes_free(&file);
    return 0;
}

void
known(struct ent_authority_key named[static 2])
{
    named[0] = (struct ent_authority_key){
        .state = "th", .key = made.parties.thailand.signer.key};
    named[1] = (struct ent_authority_key){
        .state = "mm", .key = made.parties.myanmar.signer.key};
}

enum ent_status
judge(struct ent_view wire)
{
    struct ent_authority_key named[2];

    known(named);
    ent_verdict_fini(&verdict);
    return ent_verdict_reach(wire, named, 2, &verdict, &last_error);
}

void
write_file(void)
{
    ent_bytes_free(&file);
    file = evidence_case_wire(&made);
}

void
judge_case(void)
{
    write_file();
    expect_ok(judge(ent_bytes_view(&file)));
}

const struct ent_claim *
find_claim(enum ent_standing standing, const char *words)
{
    for (size_t i = 0; i < verdict.claim_count; i++) {
        if (verdict.claims[i].standing == standing &&
            strstr(verdict.claims[i].text, words) != NULL) {
            return &verdict.claims[i];
        }
    }
    return NULL;
}

void
expect_claim(enum ent_standing standing, const char *words)
{
    if (find_claim(standing, words) == NULL) {
        for (size_t i = 0; i < verdict.claim_count; i++) {
            print_message("# %s: %s\n",
                ent_standing_name(verdict.claims[i].standing),
                verdict.claims[i].text);
        }
        fail_msg(
            "%s: '%s' is not among them", ent_standing_name(standing), words);
    }
}

void
expect_wrong(const char *words)
{
    assert_false(verdict.sound);
    expect_claim(ENT_WRONG, words);
}
