/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/reclassified.h"

#include "tools/cli/words.h"

/* "TLP:AMBER+STRICT", as FIRST writes it. */
static const char *
text_of_tlp(Entente__V1__Tlp tlp)
{
    switch (tlp) {
    case ENTENTE__V1__TLP__TLP_RED:
        return "TLP:RED";
    case ENTENTE__V1__TLP__TLP_AMBER_STRICT:
        return "TLP:AMBER+STRICT";
    case ENTENTE__V1__TLP__TLP_AMBER:
        return "TLP:AMBER";
    case ENTENTE__V1__TLP__TLP_GREEN:
        return "TLP:GREEN";
    case ENTENTE__V1__TLP__TLP_CLEAR:
        return "TLP:CLEAR";
    default:
        return "no TLP";
    }
}

void
cli_reclassification_print(FILE *out, const Entente__V1__Reclassification *as)
{
    char word[CLI_WORDS_MAX];

    cli_words(&entente__v1__offence__descriptor, (int)as->offence, word);
    fprintf(out, "%s; at least %s", word, text_of_tlp(as->tlp));
    for (size_t i = 0; i < as->n_handling; i++) {
        cli_code(
            &entente__v1__handling__descriptor, (int)as->handling[i], word);
        fprintf(out, ", %s", word);
    }
    if (as->classification != 0) {
        cli_code(&entente__v1__classification__descriptor,
            (int)as->classification, word);
        fprintf(out, ", %s", word);
    }
    for (size_t i = 0; i < as->n_safeguards; i++) {
        cli_words(
            &entente__v1__safeguard__descriptor, (int)as->safeguards[i], word);
        fprintf(out, ", %s", word);
    }
}

char *
cli_reclassified_text(
    const Entente__V1__Reclassified *reclassified, uint64_t now_ms)
{
    char when[CLI_WORDS_MAX];
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    if (out == NULL) {
        return NULL;
    }
    if (reclassified->as != NULL) {
        cli_reclassification_print(out, reclassified->as);
    }
    cli_time_short(reclassified->at, now_ms, when);
    fprintf(out, " (since %s, by %s)", when, reclassified->by);
    return fclose(out) == 0 ? text : NULL;
}
