/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decimal - decimal numbers as people write them, multiplied exactly: a seized
 * quantity in another unit must not gain or lose a digit.
 */
#ifndef TOOLS_CLI_DECIMAL_H
#define TOOLS_CLI_DECIMAL_H

#include <stdbool.h>

#define CLI_DECIMAL_TEXT_MAX 40 /* at most 18 digits, a point, 18 digits */

/* The product of two decimals above 0, such as "5600.0", "0.001" or "9e-05", in
 * plain digits without needless noughts. False: one is no such number, or the
 * product has more than 18 digits before or behind its point. */
bool cli_decimal_multiply(
    const char *a, const char *b, char out[static CLI_DECIMAL_TEXT_MAX]);

#endif
