/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bench/words.h"

#include <stdlib.h>

char *
bench_words(size_t size)
{
    static const char words[] = "knocking inside a closed box at the bridge ";
    char *text = malloc(size + 1);

    for (size_t i = 0; text != NULL && i < size; i++) {
        text[i] = words[i % (sizeof words - 1)];
    }
    if (text != NULL) {
        text[size - 1] = '.';
        text[size] = '\0';
    }
    return text;
}
