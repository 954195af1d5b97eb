/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/decimal.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define DIGITS_MAX 18
#define EXPONENT_MAX 40

__extension__ typedef unsigned __int128 product_of_two;

/* digits x 10^exponent */
struct decimal {
    uint64_t digits;
    int exponent;
};

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Up to DIGITS_MAX digits that count; noughts at the end are put into the
 * exponent, so that "255.000" is 255. */
static bool
add_digit(struct decimal *number, char digit, int *noughts)
{
    if (digit == '0' && number->digits > 0) {
        (*noughts)++;
        return *noughts <= EXPONENT_MAX;
    }
    for (; digit != '0' && *noughts > 0; (*noughts)--) {
        if (number->digits >= UINT64_C(100000000000000000)) {
            return false;
        }
        number->digits *= 10;
    }
    if (digit != '0' && number->digits >= UINT64_C(100000000000000000)) {
        return false;
    }
    if (digit != '0') {
        number->digits = number->digits * 10 + (uint64_t)(digit - '0');
    }
    return true;
}

/* "e-05" behind a number, of which nothing is more. */
static bool
parse_exponent(const char *text, int *exponent)
{
    int sign = 1;
    int value = 0;

    if (*text == '\0') {
        return true;
    }
    if (*text != 'e' && *text != 'E') {
        return false;
    }
    text++;
    if (*text == '-' || *text == '+') {
        sign = *text++ == '-' ? -1 : 1;
    }
    if (!is_digit(*text)) {
        return false;
    }
    for (; is_digit(*text) && value <= EXPONENT_MAX; text++) {
        value = value * 10 + (*text - '0');
    }
    *exponent += sign * value;
    return *text == '\0' && value <= EXPONENT_MAX;
}

static bool
parse(const char *text, struct decimal *number)
{
    int noughts = 0;
    int places = 0;

    *number = (struct decimal){0};
    if (!is_digit(*text)) {
        return false;
    }
    for (; is_digit(*text); text++) {
        if (!add_digit(number, *text, &noughts)) {
            return false;
        }
    }
    if (*text == '.') {
        text++;
        if (!is_digit(*text)) {
            return false;
        }
        for (; is_digit(*text); text++) {
            if (++places > EXPONENT_MAX ||
                !add_digit(number, *text, &noughts)) {
                return false;
            }
        }
    }
    number->exponent = noughts - places;
    return number->digits > 0 && parse_exponent(text, &number->exponent);
}

/* The digits of `value`, backwards. */
static size_t
put_digits(product_of_two value, char out[static 40])
{
    size_t len = 0;

    for (; value > 0; value /= 10) {
        out[len++] = (char)('0' + (int)(value % 10));
    }
    return len;
}

bool
cli_decimal_multiply(
    const char *a, const char *b, char out[static CLI_DECIMAL_TEXT_MAX])
{
    struct decimal x, y;
    product_of_two product;
    char reverse[40];
    int exponent, len;
    char *at = out;

    if (!parse(a, &x) || !parse(b, &y)) {
        return false;
    }
    product = (product_of_two)x.digits * y.digits;
    exponent = x.exponent + y.exponent;
    for (; product % 10 == 0; product /= 10) {
        exponent++;
    }
    len = (int)put_digits(product, reverse);
    if (len + exponent > DIGITS_MAX || exponent < -DIGITS_MAX) {
        return false;
    }
    /* power of ten of the digit to come, from the highest down */
    for (int power = len + exponent > 0 ? len + exponent - 1 : 0;
         power >= exponent || power >= 0; power--) {
        int index = power - exponent;

        if (power == -1) {
            *at++ = '.';
        }
        *at++ = index >= 0 && index < len ? reverse[index] : '0';
    }
    *at = '\0';
    return true;
}
