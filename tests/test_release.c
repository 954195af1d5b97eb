/* SPDX-License-Identifier: Apache-2.0 */
/* What officers' signatures amount to, and what they do not. */
#include "tests/support.h"

#include "policy/release.h"
#include "tests/parties.h"

#define AUTHORED ENTENTE__V1__OFFICER_ACT__AUTHORED
#define RELEASED ENTENTE__V1__OFFICER_ACT__RELEASED

static struct parties all;
static struct party keys[2]; /* of the author, of the supervisor */

static int
setup(void **state)
{
    (void)state;
    parties_init(&all);
    party_key(&keys[0], ENT_KEY_OFFICER, 0x21);
    party_key(&keys[1], ENT_KEY_OFFICER, 0x22);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    parties_fini(&all);
    return 0;
}

/* One officer, as the test bends him. */
struct signing {
    struct ent_officer officer;
    const struct ent_signer *signer;
    const struct ent_signer *office; /* that certifies him */
    struct ent_statement statement;
    struct ent_bytes certificate;
    struct ent_bytes wire;
    Entente__V1__OfficerSignature field;
};

struct scene {
    ent_message message;
    Entente__V1__Test test;
    Google__Protobuf__Timestamp created;
    Google__Protobuf__Timestamp restored_at;
    Entente__V1__Restored restored;
    struct signing signings[3];
    Entente__V1__OfficerSignature *fields[3];
    size_t count;
    uint64_t at_ms;
    struct ent_release release;
};

static struct signing
officer_of(size_t which)
{
    static const char *const badges[] = {"B0712", "S0031"};
    static const char *const roles[] = {"officer", "supervisor"};
    struct signing signing = {
        .officer = {.office = all.maesai.cert.address,
            .key = keys[which].signer.key,
            .not_before = PARTIES_NOW - PARTIES_DAY,
            .not_after = PARTIES_NOW + PARTIES_DAY,
            .serial = which + 1},
        .signer = &keys[which].signer,
        .office = &all.maesai.signer,
        .statement = {.act = which == 0 ? AUTHORED : RELEASED,
            .signed_at = PARTIES_NOW},
    };

    strcpy(signing.officer.badge, badges[which]);
    strcpy(signing.officer.role, roles[which]);
    return signing;
}

/* A message that both have signed. */
static void
set_scene(struct scene *scene)
{
    memset(scene, 0, sizeof *scene);
    entente__v1__message__init(&scene->message);
    entente__v1__test__init(&scene->test);
    google__protobuf__timestamp__init(&scene->created);
    scene->created.seconds = (int64_t)(PARTIES_NOW / 1000);
    scene->message.id = (char *)"01926b3e-7c00-7abc-8def-0123456789ab";
    scene->message.from = (char *)"blo-maesai@th";
    scene->message.to = (char *)"blo-tachileik@mm";
    scene->message.purpose = ENTENTE__V1__PURPOSE__LISTED_CRIME;
    scene->message.precedence = ENTENTE__V1__PRECEDENCE__ROUTINE;
    scene->message.created_at = &scene->created;
    scene->message.body_case = ENTENTE__V1__MESSAGE__BODY_TEST;
    scene->message.test = &scene->test;
    scene->message.releaser_role = (char *)"supervisor";
    scene->signings[0] = officer_of(0);
    scene->signings[1] = officer_of(1);
    scene->count = 2;
    scene->at_ms = PARTIES_NOW;
}

/* Sign it as it stands now. */
static void
sign(struct scene *scene)
{
    struct ent_digest content;

    expect_ok(ent_statement_content(&scene->message, &content, &last_error));
    for (size_t i = 0; i < scene->count; i++) {
        struct signing *signing = &scene->signings[i];

        signing->statement.content = content;
        expect_ok(ent_officer_make(&signing->officer, signing->office,
            &signing->certificate, &last_error));
        expect_ok(ent_statement_make(
            &signing->statement, signing->signer, &signing->wire, &last_error));
        entente__v1__officer_signature__init(&signing->field);
        signing->field.certificate.data = signing->certificate.data;
        signing->field.certificate.len = signing->certificate.len;
        signing->field.statement.data = signing->wire.data;
        signing->field.statement.len = signing->wire.len;
        scene->fields[i] = &signing->field;
    }
    scene->message.officer_signatures = scene->fields;
    scene->message.n_officer_signatures = scene->count;
}

static void
judge(struct scene *scene)
{
    ent_release_judge(
        &scene->message, &all.maesai.signer.key, scene->at_ms, &scene->release);
    for (size_t i = 0; i < scene->count; i++) {
        ent_bytes_free(&scene->signings[i].certificate);
        ent_bytes_free(&scene->signings[i].wire);
    }
}

static void
expect_void(struct scene *scene, const char *words)
{
    judge(scene);
    assert_false(scene->release.released);
    assert_false(scene->release.authored);
    if (strstr(scene->release.fault, words) == NULL) {
        fail_msg("'%s' lacks '%s'", scene->release.fault, words);
    }
}

static void
two_officers_release_a_message(void **state)
{
    struct scene scene;

    (void)state;
    set_scene(&scene);
    sign(&scene);
    judge(&scene);
    assert_string_equal(scene.release.fault, "");
    assert_true(scene.release.authored && scene.release.released);
    assert_string_equal(scene.release.author.badge, "B0712");
    assert_string_equal(scene.release.releaser.badge, "S0031");
    assert_true(scene.release.released_at == PARTIES_NOW);
}

static void
one_alone_has_written_it_and_nothing_more(void **state)
{
    struct scene scene;

    (void)state;
    set_scene(&scene);
    scene.count = 1;
    scene.message.releaser_role = (char *)"";
    sign(&scene);
    judge(&scene);
    assert_string_equal(scene.release.fault, "");
    assert_true(scene.release.authored);
    assert_false(scene.release.released);

    set_scene(&scene); /* and says that a supervisor has */
    scene.count = 1;
    sign(&scene);
    expect_void(&scene, "nobody signed for");
}

static void
a_role_that_nobody_signed_for_counts_for_nothing(void **state)
{
    struct scene scene;

    (void)state;
    set_scene(&scene);
    scene.count = 0;
    sign(&scene);
    expect_void(&scene, "nobody signed for");
}

static void
the_same_key_or_badge_twice_is_one_officer(void **state)
{
    struct scene scene;

    (void)state;
    set_scene(&scene);
    scene.signings[1].officer.key = keys[0].signer.key;
    scene.signings[1].signer = &keys[0].signer;
    sign(&scene);
    expect_void(&scene, "cannot release it too");

    set_scene(&scene);
    strcpy(scene.signings[1].officer.badge, "B0712");
    sign(&scene);
    expect_void(&scene, "cannot release it too");
}

static void
who_releases_is_a_supervisor(void **state)
{
    struct scene scene;

    (void)state;
    set_scene(&scene);
    strcpy(scene.signings[1].officer.role, "analyst");
    scene.message.releaser_role = (char *)"analyst";
    sign(&scene);
    expect_void(&scene, "is no supervisor");
}

static void
a_release_without_an_author_is_none(void **state)
{
    struct scene scene;

    (void)state;
    set_scene(&scene);
    scene.signings[0] = scene.signings[1];
    scene.count = 1;
    sign(&scene);
    expect_void(&scene, "its author has not signed");

    set_scene(&scene);
    scene.signings[0].statement.act = RELEASED;
    sign(&scene);
    expect_void(&scene, "two officers signed as its releaser");

    set_scene(&scene);
    scene.signings[2] = scene.signings[1];
    scene.count = 3;
    sign(&scene);
    expect_void(&scene, "more than two");
}

/* What one reuses a signature for. */
static void
to_another(ent_message *message)
{
    message->to = (char *)"ncc@mm";
}

static void
as_another_message(ent_message *message)
{
    message->id = (char *)"01926b3e-7c00-7abc-8def-0123456789ac";
}

static void
for_another_purpose(ent_message *message)
{
    message->purpose = ENTENTE__V1__PURPOSE__BORDER_DECISION;
}

static void
faster(ent_message *message)
{
    message->precedence = ENTENTE__V1__PRECEDENCE__FLASH;
}

static void
with_other_words(ent_message *message)
{
    message->test->text = (char *)"other words";
}

static void
a_signature_fits_no_other_message(void **state)
{
    void (*const changes[])(ent_message *) = {to_another, as_another_message,
        for_another_purpose, faster, with_other_words};

    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        struct scene scene;

        set_scene(&scene);
        sign(&scene);
        changes[i](&scene.message);
        expect_void(&scene, "another message");
    }
}

static void
what_is_given_again_was_signed_before(void **state)
{
    struct scene scene;

    (void)state;
    set_scene(&scene);
    sign(&scene);
    entente__v1__restored__init(&scene.restored);
    google__protobuf__timestamp__init(&scene.restored_at);
    scene.restored.delivered_at = &scene.restored_at;
    scene.message.restored = &scene.restored;
    scene.at_ms = PARTIES_NOW + 300 * PARTIES_DAY;
    judge(&scene);
    assert_string_equal(scene.release.fault, "");
    assert_true(scene.release.released);
}

static void
another_office_certifies_nobody_here(void **state)
{
    struct scene scene;

    (void)state;
    set_scene(&scene);
    scene.signings[1].office = &all.tachileik.signer;
    sign(&scene);
    expect_void(&scene, "certificate");

    set_scene(&scene);
    scene.signings[1].officer.office = all.tachileik.cert.address;
    sign(&scene);
    expect_void(&scene, "of another office");
}

static void
a_statement_under_another_key_is_none(void **state)
{
    struct scene scene;

    (void)state;
    set_scene(&scene);
    scene.signings[1].signer = &keys[0].signer;
    sign(&scene);
    expect_void(&scene, "statement");
}

static void
a_signature_has_its_time(void **state)
{
    const uint64_t late = PARTIES_NOW + 2 * PARTIES_DAY;
    struct scene scene;

    (void)state;
    set_scene(&scene); /* before the message was made */
    scene.signings[1].statement.signed_at = PARTIES_NOW - PARTIES_DAY / 2;
    sign(&scene);
    expect_void(&scene, "before the message was made");

    set_scene(&scene); /* in what is to come */
    scene.signings[1].statement.signed_at = PARTIES_NOW + PARTIES_DAY / 2;
    sign(&scene);
    expect_void(&scene, "later than now");

    set_scene(&scene); /* after his certificate was over */
    scene.signings[1].statement.signed_at = late;
    scene.at_ms = late;
    sign(&scene);
    expect_void(&scene, "not valid any more");

    set_scene(&scene); /* by a thief with an old key, who dates it back */
    scene.at_ms = PARTIES_NOW + 10 * PARTIES_DAY;
    sign(&scene);
    expect_void(&scene, "over long before");
}

static void
what_is_no_signature_at_all_voids_it(void **state)
{
    struct scene scene;

    (void)state;
    set_scene(&scene);
    sign(&scene);
    scene.signings[1].field.statement.len = 3;
    expect_void(&scene, "statement");

    set_scene(&scene);
    sign(&scene);
    scene.signings[0].field.certificate.len = 0;
    expect_void(&scene, "certificate");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_officers_release_a_message),
        cmocka_unit_test(one_alone_has_written_it_and_nothing_more),
        cmocka_unit_test(a_role_that_nobody_signed_for_counts_for_nothing),
        cmocka_unit_test(the_same_key_or_badge_twice_is_one_officer),
        cmocka_unit_test(who_releases_is_a_supervisor),
        cmocka_unit_test(a_release_without_an_author_is_none),
        cmocka_unit_test(a_signature_fits_no_other_message),
        cmocka_unit_test(what_is_given_again_was_signed_before),
        cmocka_unit_test(another_office_certifies_nobody_here),
        cmocka_unit_test(a_statement_under_another_key_is_none),
        cmocka_unit_test(a_signature_has_its_time),
        cmocka_unit_test(what_is_no_signature_at_all_voids_it),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
