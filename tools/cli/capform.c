/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/capform.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "proto/base/time.h"

#define MANY 1000

/* What stands in an element. */
enum form {
    FORM_TEXT,   /* anything, but something */
    FORM_MAYBE,  /* or nothing */
    FORM_WORD,   /* one of `words`, each between blanks */
    FORM_TIME,   /* RFC 3339 with an offset */
    FORM_NAMED,  /* valueName and value */
    FORM_INSIDE, /* elements of its own */
};

struct part {
    const char *in;
    const char *name;
    unsigned least;
    unsigned most;
    enum form form;
    const char *words;
};

static const struct part parts[] = {
    {"alert", "identifier", 1, 1, FORM_TEXT, NULL},
    {"alert", "sender", 1, 1, FORM_TEXT, NULL},
    {"alert", "sent", 1, 1, FORM_TIME, NULL},
    {"alert", "status", 1, 1, FORM_WORD, " Actual Exercise System Test Draft "},
    {"alert", "msgType", 1, 1, FORM_WORD, " Alert Update Cancel Ack Error "},
    {"alert", "source", 0, 1, FORM_MAYBE, NULL},
    {"alert", "scope", 1, 1, FORM_WORD, " Public Restricted Private "},
    {"alert", "restriction", 0, 1, FORM_MAYBE, NULL},
    {"alert", "addresses", 0, 1, FORM_MAYBE, NULL},
    {"alert", "code", 0, MANY, FORM_MAYBE, NULL},
    {"alert", "note", 0, 1, FORM_MAYBE, NULL},
    {"alert", "references", 0, 1, FORM_MAYBE, NULL},
    {"alert", "incidents", 0, 1, FORM_MAYBE, NULL},
    {"alert", "info", 0, MANY, FORM_INSIDE, NULL},
    {"info", "language", 0, 1, FORM_TEXT, NULL},
    {"info", "category", 1, MANY, FORM_WORD,
        " Geo Met Safety Security Rescue Fire Health Env Transport Infra CBRNE "
        "Other "},
    {"info", "event", 1, 1, FORM_TEXT, NULL},
    {"info", "responseType", 0, MANY, FORM_WORD,
        " Shelter Evacuate Prepare Execute Avoid Monitor Assess AllClear "
        "None "},
    {"info", "urgency", 1, 1, FORM_WORD,
        " Immediate Expected Future Past Unknown "},
    {"info", "severity", 1, 1, FORM_WORD,
        " Extreme Severe Moderate Minor Unknown "},
    {"info", "certainty", 1, 1, FORM_WORD,
        " Observed Likely Possible Unlikely Unknown "},
    {"info", "audience", 0, 1, FORM_MAYBE, NULL},
    {"info", "eventCode", 0, MANY, FORM_NAMED, NULL},
    {"info", "effective", 0, 1, FORM_TIME, NULL},
    {"info", "onset", 0, 1, FORM_TIME, NULL},
    {"info", "expires", 0, 1, FORM_TIME, NULL},
    {"info", "senderName", 0, 1, FORM_MAYBE, NULL},
    {"info", "headline", 0, 1, FORM_MAYBE, NULL},
    {"info", "description", 0, 1, FORM_MAYBE, NULL},
    {"info", "instruction", 0, 1, FORM_MAYBE, NULL},
    {"info", "web", 0, 1, FORM_MAYBE, NULL},
    {"info", "contact", 0, 1, FORM_MAYBE, NULL},
    {"info", "parameter", 0, MANY, FORM_NAMED, NULL},
    {"info", "resource", 0, MANY, FORM_INSIDE, NULL},
    {"info", "area", 0, MANY, FORM_INSIDE, NULL},
    {"eventCode", "valueName", 1, 1, FORM_TEXT, NULL},
    {"eventCode", "value", 1, 1, FORM_MAYBE, NULL},
    {"parameter", "valueName", 1, 1, FORM_TEXT, NULL},
    {"parameter", "value", 1, 1, FORM_MAYBE, NULL},
    {"geocode", "valueName", 1, 1, FORM_TEXT, NULL},
    {"geocode", "value", 1, 1, FORM_MAYBE, NULL},
    {"resource", "resourceDesc", 1, 1, FORM_TEXT, NULL},
    {"resource", "mimeType", 1, 1, FORM_TEXT, NULL},
    {"resource", "size", 0, 1, FORM_MAYBE, NULL},
    {"resource", "uri", 0, 1, FORM_MAYBE, NULL},
    {"resource", "derefUri", 0, 1, FORM_MAYBE, NULL},
    {"resource", "digest", 0, 1, FORM_MAYBE, NULL},
    {"area", "areaDesc", 1, 1, FORM_TEXT, NULL},
    {"area", "polygon", 0, MANY, FORM_TEXT, NULL},
    {"area", "circle", 0, MANY, FORM_TEXT, NULL},
    {"area", "geocode", 0, MANY, FORM_NAMED, NULL},
    {"area", "altitude", 0, 1, FORM_TEXT, NULL},
    {"area", "ceiling", 0, 1, FORM_TEXT, NULL},
};
#define PARTS (sizeof parts / sizeof parts[0])

void
cli_cap_fault_at(struct cli_cap_fault *fault,
    const struct cli_cap_element *element, const char *format, ...)
{
    va_list args;

    fault->line = element->line;
    fault->column = element->column;
    va_start(args, format);
    (void)vsnprintf(fault->reason, sizeof fault->reason, format, args);
    va_end(args);
}

static const struct part *
part_of(const struct cli_cap_element *element)
{
    for (size_t i = 0; i < PARTS; i++) {
        if (strcmp(parts[i].in, element->parent->name) == 0 &&
            strcmp(parts[i].name, element->name) == 0) {
            return &parts[i];
        }
    }
    return NULL;
}

/* " Actual Test " as they are told: "Actual Test". */
static bool
is_word(const char *words, const char *text)
{
    const char *found = strstr(words, text);
    size_t len = strlen(text);

    return found != NULL && len > 0 && strchr(text, ' ') == NULL &&
           found[-1] == ' ' && found[len] == ' ';
}

static bool
check_leaf(const struct part *part, const struct cli_cap_element *element,
    struct cli_cap_fault *fault)
{
    struct ent_error why = {0};
    uint64_t ms;

    if (element->first != NULL) {
        cli_cap_fault_at(fault, element, "<%s> holds elements", element->name);
    } else if (part->form != FORM_MAYBE && element->text[0] == '\0') {
        cli_cap_fault_at(fault, element, "<%s> is empty", element->name);
    } else if (part->form == FORM_WORD &&
               !is_word(part->words, element->text)) {
        cli_cap_fault_at(fault, element,
            "'%.40s' is no %s of CAP 1.2: one of%.*s", element->text,
            element->name, (int)strlen(part->words) - 1, part->words);
    } else if (part->form == FORM_TIME &&
               ent_time_parse(ent_view_text(element->text), &ms, &why) !=
                   ENT_OK) {
        cli_cap_fault_at(fault, element,
            "'%.40s' in <%s> is no time like 2026-11-22T10:00:00+07:00",
            element->text, element->name);
    } else {
        return true;
    }
    return false;
}

static bool
check_counts(const struct cli_cap_element *element, struct cli_cap_fault *fault)
{
    for (size_t i = 0; i < PARTS; i++) {
        const struct cli_cap_element *each;
        unsigned count = 0;

        if (strcmp(parts[i].in, element->name) != 0) {
            continue;
        }
        for (each = cli_cap_child(element, parts[i].name); each != NULL;
             each = cli_cap_next(each)) {
            if (++count > parts[i].most) {
                cli_cap_fault_at(fault, each, "<%s> stands there %s",
                    parts[i].name, parts[i].most == 1 ? "twice" : "too often");
                return false;
            }
        }
        if (count < parts[i].least) {
            cli_cap_fault_at(fault, element, "<%s> has no <%s>", element->name,
                parts[i].name);
            return false;
        }
    }
    return true;
}

static bool
check_element(
    const struct cli_cap_element *element, struct cli_cap_fault *fault)
{
    if (strcmp(element->space, CLI_CAP_NAMESPACE) != 0) {
        cli_cap_fault_at(fault, element,
            "<%.40s> is no element of CAP 1.2 (%s)", element->name,
            element->space[0] == '\0' ? "it has no namespace" : element->space);
    } else if (element->attribute != NULL) {
        cli_cap_fault_at(fault, element,
            "<%.40s> has an attribute '%.40s', and CAP has none", element->name,
            element->attribute);
    } else if (element->mixed) {
        cli_cap_fault_at(fault, element,
            "in <%.40s> text stands between the elements", element->name);
    } else {
        return true;
    }
    return false;
}

/* As deep as the form is: three times. */
static bool
check_inside(const struct cli_cap_element *element, struct cli_cap_fault *fault)
{
    const struct cli_cap_element *each;

    if (element->text[0] != '\0') {
        cli_cap_fault_at(fault, element, "<%s> holds text", element->name);
        return false;
    }
    for (each = element->first; each != NULL; each = each->next) {
        const struct part *part = part_of(each);

        if (!check_element(each, fault)) {
            return false;
        }
        if (part == NULL) {
            cli_cap_fault_at(fault, each, "<%.40s> is no element of <%s>",
                each->name, element->name);
            return false;
        }
        if (part->form == FORM_INSIDE || part->form == FORM_NAMED
                ? !check_inside(each, fault)
                : !check_leaf(part, each, fault)) {
            return false;
        }
    }
    return check_counts(element, fault);
}

enum ent_status
cli_capform_check(
    const struct cli_cap_element *alert, struct cli_cap_fault *fault)
{
    if (!cli_cap_is(alert, "alert")) {
        cli_cap_fault_at(
            fault, alert, "<%.40s> is no alert of CAP 1.2", alert->name);
        return ENT_BAD_INPUT;
    }
    return check_element(alert, fault) && check_inside(alert, fault)
               ? ENT_OK
               : ENT_BAD_INPUT;
}
