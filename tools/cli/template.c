/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/template.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/time.h"

#define MINUTE_MS UINT64_C(60000)
#define HOUR_MS (60 * MINUTE_MS)

/* What stands for a time in the texts below, and how far off it is. */
struct moment {
    const char *name;
    uint64_t later_ms;
};

static const struct moment moments[] = {
    {"@NOW@", 0},
    {"@SOON@", 3 * HOUR_MS},
    {"@LATER@", 6 * HOUR_MS},
    {"@TOMORROW@", 24 * HOUR_MS},
};

struct template
{
    const char *family;
    const char *text;
};

static const struct template templates[] = {
    {"hotline_alert",
        "{\n"
        "  \"to\": \"blo-maesai@th\",\n"
        "  \"mode\": \"ACTUAL\",\n"
        "  \"validUntil\": \"@LATER@\",\n"
        "  \"authorRole\": \"duty officer\",\n"
        "  \"purpose\": \"THREAT_TO_LIFE\",\n"
        "  \"offence\": \"SMUGGLING_OF_MIGRANTS\",\n"
        "  \"offencePenaltyMonths\": 120,\n"
        "  \"classification\": \"OFFICIAL\",\n"
        "  \"acknowledge\": true,\n"
        "  \"lang\": \"en\",\n"
        "  \"hotlineAlert\": {\n"
        "    \"what\": \"SMUGGLING_OF_MIGRANTS\",\n"
        "    \"where\": {\n"
        "      \"country\": \"TH\",\n"
        "      \"crossing\": \"MM-TH:THL-MSA\",\n"
        "      \"place\": \"Mae Sai\",\n"
        "      \"detail\": \"lane 3\"\n"
        "    },\n"
        "    \"when\": \"@NOW@\",\n"
        "    \"persons\": 12,\n"
        "    \"direction\": \"toward th\",\n"
        "    \"mode\": \"LAND_ROAD\",\n"
        "    \"conveyance\": {\n"
        "      \"mode\": \"LAND_ROAD\",\n"
        "      \"plate\": \"1A-1234\",\n"
        "      \"plateCountry\": \"MM\",\n"
        "      \"makeModelColour\": \"white van\"\n"
        "    },\n"
        "    \"children\": true,\n"
        "    \"action\": \"STOP\",\n"
        "    \"callBackRole\": \"duty officer\",\n"
        "    \"description\": \"Two children seen through the rear window.\"\n"
        "  }\n"
        "}\n"},
    {"hub_alert", "{\n"
                  "  \"to\": \"blo-maesai@th\",\n"
                  "  \"mode\": \"ACTUAL\",\n"
                  "  \"validUntil\": \"@TOMORROW@\",\n"
                  "  \"authorRole\": \"duty officer\",\n"
                  "  \"purpose\": \"LISTED_CRIME\",\n"
                  "  \"offence\": \"DRUGS\",\n"
                  "  \"offencePenaltyMonths\": 120,\n"
                  "  \"classification\": \"OFFICIAL\",\n"
                  "  \"acknowledge\": true,\n"
                  "  \"lang\": \"en\",\n"
                  "  \"hubAlert\": {\n"
                  "    \"trigger\": \"HUB_SEIZURE\",\n"
                  "    \"hub\": {\n"
                  "      \"country\": \"TH\",\n"
                  "      \"unlocode\": \"THBKK\",\n"
                  "      \"place\": \"Bangkok\",\n"
                  "      \"detail\": \"cargo terminal\"\n"
                  "    },\n"
                  "    \"foundAt\": \"@NOW@\",\n"
                  "    \"what\": \"DRUGS\",\n"
                  "    \"item\": \"tablets in a parcel declared as toys\",\n"
                  "    \"mail\": [\n"
                  "      {\n"
                  "        \"s10\": \"RB123456785GB\"\n"
                  "      }\n"
                  "    ],\n"
                  "    \"routes\": [\n"
                  "      {\n"
                  "        \"crossing\": {\n"
                  "          \"country\": \"TH\",\n"
                  "          \"crossing\": \"MM-TH:THL-MSA\",\n"
                  "          \"place\": \"Mae Sai\"\n"
                  "        },\n"
                  "        \"expected\": {\n"
                  "          \"from\": \"@SOON@\",\n"
                  "          \"until\": \"@LATER@\"\n"
                  "        }\n"
                  "      }\n"
                  "    ],\n"
                  "    \"action\": \"HOLD_AND_SCAN\",\n"
                  "    \"confidence\": 80\n"
                  "  }\n"
                  "}\n"},
    {"drug_seizure", "{\n"
                     "  \"to\": \"ncc@th\",\n"
                     "  \"mode\": \"ACTUAL\",\n"
                     "  \"incidentId\": \"KR:ICN:2026-000123\",\n"
                     "  \"authorRole\": \"analyst\",\n"
                     "  \"purpose\": \"LISTED_CRIME\",\n"
                     "  \"offence\": \"DRUGS\",\n"
                     "  \"offencePenaltyMonths\": 120,\n"
                     "  \"classification\": \"OFFICIAL\",\n"
                     "  \"lang\": \"en\",\n"
                     "  \"drugSeizure\": {\n"
                     "    \"place\": {\n"
                     "      \"country\": \"KR\",\n"
                     "      \"unlocode\": \"KRICN\",\n"
                     "      \"place\": \"Incheon\"\n"
                     "    },\n"
                     "    \"seizedAt\": \"@NOW@\",\n"
                     "    \"items\": [\n"
                     "      {\n"
                     "        \"drug\": \"METH_CRYSTAL\",\n"
                     "        \"drugAsReported\": \"ice\",\n"
                     "        \"quantity\": \"3.5\",\n"
                     "        \"unit\": \"KILOGRAM\"\n"
                     "      }\n"
                     "    ],\n"
                     "    \"installation\": \"AT_AIRPORT\",\n"
                     "    \"mode\": \"AIR\",\n"
                     "    \"concealment\": \"double bottom of a suitcase\",\n"
                     "    \"departure\": {\n"
                     "      \"country\": \"TH\"\n"
                     "    },\n"
                     "    \"destination\": {\n"
                     "      \"country\": \"KR\"\n"
                     "    },\n"
                     "    \"arrests\": [\n"
                     "      {\n"
                     "        \"sex\": \"MALE\",\n"
                     "        \"ageBand\": \"25-34\",\n"
                     "        \"nationality\": \"XXX\",\n"
                     "        \"count\": 1\n"
                     "      }\n"
                     "    ]\n"
                     "  }\n"
                     "}\n"},
    {"document_check", "{\n"
                       "  \"to\": \"ncc@th\",\n"
                       "  \"mode\": \"ACTUAL\",\n"
                       "  \"authorRole\": \"clerk 7\",\n"
                       "  \"purpose\": \"VERIFY_DOCUMENT\",\n"
                       "  \"classification\": \"OFFICIAL\",\n"
                       "  \"documentCheck\": {\n"
                       "    \"issuer\": \"UTO\",\n"
                       "    \"type\": \"PASSPORT\",\n"
                       "    \"number\": \"L898902C3\"\n"
                       "  }\n"
                       "}\n"},
    {"acknowledgement",
        "{\n"
        "  \"to\": \"blo-tachileik@mm\",\n"
        "  \"mode\": \"ACTUAL\",\n"
        "  \"inReplyTo\": \"01980000-0000-7000-8000-000000000000\",\n"
        "  \"authorRole\": \"duty officer\",\n"
        "  \"purpose\": \"THREAT_TO_LIFE\",\n"
        "  \"offence\": \"SMUGGLING_OF_MIGRANTS\",\n"
        "  \"offencePenaltyMonths\": 120,\n"
        "  \"classification\": \"OFFICIAL\",\n"
        "  \"acknowledgement\": {\n"
        "    \"messageId\": \"01980000-0000-7000-8000-000000000000\",\n"
        "    \"level\": \"ACTIONED\",\n"
        "    \"at\": \"@NOW@\",\n"
        "    \"role\": \"duty officer\",\n"
        "    \"outcome\": \"LOCATED\",\n"
        "    \"note\": \"Stopped in lane 3; two children are safe.\"\n"
        "  }\n"
        "}\n"},
    {"test", "{\n"
             "  \"to\": \"ncc@th\",\n"
             "  \"mode\": \"TEST\",\n"
             "  \"purpose\": \"ADMINISTRATION\",\n"
             "  \"classification\": \"OPEN\",\n"
             "  \"test\": {\n"
             "    \"text\": \"How do you read me?\"\n"
             "  }\n"
             "}\n"},
};

#define TEMPLATE_COUNT (sizeof templates / sizeof templates[0])
#define MOMENT_COUNT (sizeof moments / sizeof moments[0])

const char *
cli_template_name(size_t index)
{
    return index < TEMPLATE_COUNT ? templates[index].family : NULL;
}

/* The moment whose name stands at `text`; NULL: none. */
static const struct moment *
moment_at(const char *text)
{
    for (size_t i = 0; i < MOMENT_COUNT; i++) {
        if (strncmp(text, moments[i].name, strlen(moments[i].name)) == 0) {
            return &moments[i];
        }
    }
    return NULL;
}

/* With times for names. NULL: no memory. */
static char *
fill(const char *text, uint64_t now_ms)
{
    char *filled = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&filled, &len);

    if (out == NULL) {
        return NULL;
    }
    while (*text != '\0') {
        const struct moment *moment = moment_at(text);
        char time[ENT_TIME_TEXT_MAX];

        if (moment == NULL) {
            fputc(*text++, out);
            continue;
        }
        ent_time_format(
            now_ms / MINUTE_MS * MINUTE_MS + moment->later_ms, time);
        fputs(time, out);
        text += strlen(moment->name);
    }
    if (fclose(out) != 0) {
        free(filled);
        return NULL;
    }
    return filled;
}

char *
cli_template(const char *family, uint64_t now_ms)
{
    for (size_t i = 0; i < TEMPLATE_COUNT; i++) {
        if (strcmp(templates[i].family, family) == 0) {
            return fill(templates[i].text, now_ms);
        }
    }
    errno = 0;
    return NULL;
}
