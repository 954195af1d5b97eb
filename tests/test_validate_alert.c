/* SPDX-License-Identifier: Apache-2.0 */
/* What an alert must say: of the matter, of places and of conveyances. */
#include "tests/support.h"

#include <stdio.h>

#include "tests/examples.h"
#include "tests/findings.h"

static void
a_hotline_alert_says_what_where_when_and_what_to_do(void **state)
{
    static const struct broken cases[] = {
        {"{'hotlineAlert':{'what':null}}", "hotlineAlert.what", "must be given",
            "catalogue: hotline_alert"},
        {"{'hotlineAlert':{'where':null}}", "hotlineAlert.where",
            "must be given", "catalogue: hotline_alert"},
        {"{'hotlineAlert':{'where':{'country':null,'crossing':null}}}",
            "hotlineAlert.where", "must give country, unlocode or crossing",
            "catalogue: hotline_alert"},
        {"{'hotlineAlert':{'when':null}}", "hotlineAlert.when", "must be given",
            "catalogue: hotline_alert"},
        {"{'hotlineAlert':{'action':null}}", "hotlineAlert.action",
            "must be given", "catalogue: hotline_alert"},
        {"{'hotlineAlert':{'direction':'toward MM'}}", "hotlineAlert.direction",
            "must be \"away\" or \"toward\" and a state, as \"toward th\"",
            "catalogue: hotline_alert"},
        {"{'hotlineAlert':{'action':'CALL_BACK','callBackRole':null}}",
            "hotlineAlert.callBackRole", "must be given with CALL_BACK",
            "catalogue: hotline_alert"},
    };

    EXPECT_BROKEN(*state, "hotline_alert", cases);
}

static void
places_are_named_by_codes_that_agree(void **state)
{
    static const struct broken cases[] = {
        {"{'hotlineAlert':{'where':{'country':'Thailand'}}}",
            "hotlineAlert.where.country",
            "must be a country's two upper-case letters, as TH", "ISO 3166-1"},
        {"{'hotlineAlert':{'where':{'crossing':'TH-MM:MSA-THL'}}}",
            "hotlineAlert.where.crossing",
            "must name its two countries in alphabetical order, as "
            "MM-TH:THL-MSA",
            "catalogue: crossings"},
        {"{'hotlineAlert':{'where':{'country':'KH'}}}",
            "hotlineAlert.where.crossing", "must be one of the country KH",
            "catalogue: crossings"},
        {"{'hotlineAlert':{'where':{'unlocode':'MMTHL'}}}",
            "hotlineAlert.where.unlocode", "must lie in the country TH",
            "UN/LOCODE"},
        {"{'hotlineAlert':{'where':{'latitude':'90.01'}}}",
            "hotlineAlert.where.latitude",
            "must be decimal degrees from -90 to 90, as 20.4285", "WGS 84"},
        {"{'hotlineAlert':{'where':{'longitude':'99,9'}}}",
            "hotlineAlert.where.longitude",
            "must be decimal degrees from -180 to 180, as 20.4285", "WGS 84"},
        {"{'hotlineAlert':{'where':{'longitude':null}}}", "hotlineAlert.where",
            "must give both latitude and longitude, or neither", "WGS 84"},
    };

    EXPECT_BROKEN(*state, "hotline_alert", cases);
}

static void
conveyances_are_named_by_good_numbers(void **state)
{
    static const struct broken cases[] = {
        {"{'hotlineAlert':{'conveyance':{'plateCountry':'THA'}}}",
            "hotlineAlert.conveyance.plateCountry",
            "must be a country's two upper-case letters, as TH", "ISO 3166-1"},
        {"{'hotlineAlert':{'conveyance':{'flight':'TG 660'}}}",
            "hotlineAlert.conveyance.flight",
            "must be a carrier designator and a number without a space, as "
            "TG660",
            "catalogue: flight designators"},
        {"{'hotlineAlert':{'conveyance':{'flightDate':'22.11.2026'}}}",
            "hotlineAlert.conveyance.flightDate",
            "must be a date, as 2026-11-22", "ISO 8601"},
        {"{'hotlineAlert':{'conveyance':{'imo':'9074728'}}}",
            "hotlineAlert.conveyance.imo", "check digit must be 9, not 8",
            "IMO Resolution A.1117(30)"},
        {"{'hotlineAlert':{'conveyance':{'mmsi':'12345'}}}",
            "hotlineAlert.conveyance.mmsi",
            "must be nine digits that begin with 2 to 8 or 98", "ITU-R M.585"},
        {"{'hotlineAlert':{'conveyance':{'container':'CSQU3054384'}}}",
            "hotlineAlert.conveyance.container", "check digit must be 3, not 4",
            "ISO 6346"},
    };

    EXPECT_BROKEN(*state, "hotline_alert", cases);
}

/* `count` Thai letters, three bytes each, as the description. */
static enum ent_status
validate_description(struct ent_arena *arena, const char *precedence,
    size_t count, struct ent_findings *findings)
{
    ent_message *message;
    char change[64];
    char *text;

    (void)snprintf(change, sizeof change, "{'precedence':'%s'}", precedence);
    message = example(arena, "hotline_alert", change);
    text = ent_arena_alloc(arena, count * 3 + 1);
    assert_non_null(text);
    for (size_t i = 0; i < count; i++) {
        memcpy(text + i * 3, "ก", 3);
    }
    message->hotline_alert->description = text;
    return ent_message_validate(message, findings, &last_error);
}

static void
urgent_text_is_brief_in_characters_not_bytes(void **state)
{
    struct ent_findings findings;

    expect_ok(validate_description(*state, "FLASH", 1200, &findings));
    expect_status(
        validate_description(*state, "FLASH", 1201, &findings), ENT_BAD_INPUT);
    assert_string_equal(last_error.text,
        "hotlineAlert.description: 1201 characters; at most 1200 in FLASH and "
        "IMMEDIATE (catalogue: precedence)");
    expect_status(validate_description(*state, "PRIORITY", 1201, &findings),
        ENT_BAD_INPUT);
    assert_string_equal(last_error.text,
        "hotlineAlert.description: 1201 characters; at most 1200 (catalogue: "
        "hotline_alert)");
}

static void
a_hub_alert_says_what_moves_on_and_where_to(void **state)
{
    static const struct broken cases[] = {
        {"{'hubAlert':{'trigger':null}}", "hubAlert.trigger", "must be given",
            "catalogue: hub_alert"},
        {"{'hubAlert':{'hub':null}}", "hubAlert.hub", "must be given",
            "catalogue: hub_alert"},
        {"{'hubAlert':{'foundAt':null}}", "hubAlert.foundAt", "must be given",
            "catalogue: hub_alert"},
        {"{'hubAlert':{'foundAt':'2026-11-22T10:10:00.001Z'}}",
            "hubAlert.foundAt", "must not be after createdAt",
            "catalogue: hub_alert"},
        {"{'hubAlert':{'item':null,'conveyance':null,'mail':null}}", "hubAlert",
            "must give item, conveyance or mail", "catalogue: hub_alert"},
        {"{'hubAlert':{'mail':[{'s10':'RB123456784GB'}]}}",
            "hubAlert.mail[0].s10", "check digit must be 5, not 4", "UPU S10"},
        {"{'hubAlert':{'mail':[{'s10':'RB123456785GB'},{}]}}",
            "hubAlert.mail[1]", "must give s10 or courierReference",
            "catalogue: hub_alert"},
        {"{'hubAlert':{'routes':[]}}", "hubAlert.routes", "must be given",
            "catalogue: hub_alert"},
        {"{'hubAlert':{'routes':[{}]}}", "hubAlert.routes[0].crossing",
            "must be given", "catalogue: hub_alert"},
        {"{'hubAlert':{'routes':[{'crossing':{'country':'KH'},"
         "'expected':{'from':'2026-11-22T14:00:00Z',"
         "'until':'2026-11-22T13:00:00Z'}}]}}",
            "hubAlert.routes[0].expected.until", "must not be before from",
            "catalogue: hub_alert"},
        {"{'hubAlert':{'action':null}}", "hubAlert.action", "must be given",
            "catalogue: hub_alert"},
        {"{'hubAlert':{'confidence':101}}", "hubAlert.confidence",
            "must be a percentage from 0 to 100", "catalogue: hub_alert"},
    };

    EXPECT_BROKEN(*state, "hub_alert", cases);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        FINDINGS_TEST(a_hotline_alert_says_what_where_when_and_what_to_do),
        FINDINGS_TEST(places_are_named_by_codes_that_agree),
        FINDINGS_TEST(conveyances_are_named_by_good_numbers),
        FINDINGS_TEST(urgent_text_is_brief_in_characters_not_bytes),
        FINDINGS_TEST(a_hub_alert_says_what_moves_on_and_where_to),
    };

    return cmocka_run_group_tests_name("validate_alert", tests, NULL, NULL);
}
