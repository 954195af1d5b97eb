/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <stdio.h>

#include "proto/keyplace.h"

#define KEY "ed25519:iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w"
#define TOKEN "token: \"pkcs11:token=maesai;object=office\"\n"

static void
what_is_written_is_read_again(void **state)
{
    static const struct {
        const char *text;
        enum ent_key_role role;
    } uses[] = {
        {TOKEN "use: authority # of Thailand\npublic_key: " KEY "\n",
            ENT_KEY_AUTHORITY},
        {TOKEN "use: office\npublic_key: " KEY "\n", ENT_KEY_OFFICE},
        {TOKEN "use: broker\npublic_key: " KEY "\n", ENT_KEY_BROKER},
        {TOKEN "use: officer\npublic_key: " KEY "\n", ENT_KEY_OFFICER},
    };

    (void)state;
    for (size_t i = 0; i < sizeof uses / sizeof uses[0]; i++) {
        struct ent_keyplace place;
        struct ent_keyplace again;
        char written[ENT_KEYPLACE_TEXT_MAX];

        expect_ok(ent_keyplace_parse(view(uses[i].text), &place, &last_error));
        assert_string_equal(place.uri, "pkcs11:token=maesai;object=office");
        assert_int_equal(place.role, uses[i].role);
        ent_keyplace_format(&place, written);
        expect_ok(ent_keyplace_parse(view(written), &again, &last_error));
        assert_memory_equal(&again.key, &place.key, sizeof place.key);
        assert_string_equal(again.uri, place.uri);
        assert_int_equal(again.role, place.role);
    }
}

static void
what_is_wrong_is_told_with_its_line(void **state)
{
    static const struct {
        const char *text;
        const char *words;
    } cases[] = {
        {"use: office\npublic_key: " KEY "\n", "'token' is missing"},
        {TOKEN "public_key: " KEY "\n", "'use' is missing"},
        {TOKEN "use: office\n", "'public_key' is missing"},
        {TOKEN "use: link\npublic_key: " KEY "\n",
            "'use' is office, broker, authority or officer, not 'link'"},
        {TOKEN "use: office\npublic_key: ed25519:abc\n", "'public_key': "},
        {"token: maesai\nuse: office\npublic_key: " KEY "\n",
            "'token' must be a URI"},
        {TOKEN "use: office\npublic_key: " KEY "\npin: 1234\n", "line 4: "},
        {"token: [a]\nuse: office\npublic_key: " KEY "\n",
            "'token' is missing"},
        {"- token\n", "neither a key nor a note"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ent_keyplace place;

        expect_status(
            ent_keyplace_parse(view(cases[i].text), &place, &last_error),
            ENT_BAD_INPUT);
        if (strstr(last_error.text, cases[i].words) == NULL) {
            fail_msg("'%s' is not in: %s", cases[i].words, last_error.text);
        }
    }
}

static void
a_uri_that_is_too_long_is_refused(void **state)
{
    char text[ENT_TOKEN_URI_MAX + 300];
    struct ent_keyplace place;

    (void)state;
    for (int over = 0; over <= 1; over++) {
        (void)snprintf(text, sizeof text,
            "token: \"pkcs11:token=%0*d\"\nuse: office\npublic_key: " KEY "\n",
            ENT_TOKEN_URI_MAX - 13 + over, 0);
        expect_status(ent_keyplace_parse(view(text), &place, &last_error),
            over == 0 ? ENT_OK : ENT_BAD_INPUT);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(what_is_wrong_is_told_with_its_line),
        cmocka_unit_test(a_uri_that_is_too_long_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
