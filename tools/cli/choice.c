/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/choice.h"

#include <ctype.h>
#include <stdio.h>

#include "proto/base/nearest.h"
#include "tools/cli/words.h"

int
cli_choice(struct argp_state *state, const char *option, const char *text,
    const ProtobufCEnumDescriptor *descriptor)
{
    char code[CLI_WORDS_MAX];
    struct ent_nearest nearest;
    const ProtobufCEnumValue *value;

    (void)snprintf(code, sizeof code, "%s", text);
    for (char *c = code; *c != '\0'; c++) {
        *c = *c == '-' ? '_' : (char)toupper((unsigned char)*c);
    }
    value = protobuf_c_enum_descriptor_get_value_by_name(descriptor, code);
    if (value != NULL && value->value != 0) {
        return value->value;
    }
    nearest = ent_nearest_to(ent_view_text(code));
    for (unsigned i = 0; i < descriptor->n_values; i++) {
        if (descriptor->values[i].value != 0) {
            ent_nearest_try(&nearest, descriptor->values[i].name);
        }
    }
    argp_error(state, "%s: there is no '%s'%s%s%s", option, text,
        nearest.best == NULL ? "" : "; did you mean ",
        nearest.best == NULL ? "" : nearest.best,
        nearest.best == NULL ? "" : "?");
    return 0;
}
