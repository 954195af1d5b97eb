/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/consents.h"

#include <stdlib.h>

#include "tools/cli/words.h"

static void
print_time(FILE *out, const char *before, uint64_t ms, uint64_t now_ms)
{
    char when[CLI_WORDS_MAX];

    if (ms != 0) {
        cli_time_short(ms, now_ms, when);
        fprintf(out, "%s %s", before, when);
    }
}

void
cli_consent_print(
    FILE *out, const Entente__V1__Consent *consent, uint64_t now_ms)
{
    char use[CLI_WORDS_MAX];

    cli_words(&entente__v1__consent_use__descriptor, (int)consent->use, use);
    fprintf(
        out, "%s%s%s:", use, consent->to[0] == '\0' ? "" : " to ", consent->to);
    print_time(out, " asked", consent->asked_at, now_ms);
    if (consent->decided_at != 0) {
        print_time(out, consent->given ? " GIVEN" : " REFUSED",
            consent->decided_at, now_ms);
        print_time(out, " until", consent->until, now_ms);
    } else if (consent->asked_at != 0) {
        fputs(", not answered", out);
    }
    print_time(out,
        consent->asked_at == 0 && consent->decided_at == 0 ? " passed on"
                                                           : ", passed on",
        consent->passed_at, now_ms);
}

char *
cli_consent_text(const Entente__V1__Consent *consent, uint64_t now_ms)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    if (out == NULL) {
        return NULL;
    }
    cli_consent_print(out, consent, now_ms);
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    return text;
}
