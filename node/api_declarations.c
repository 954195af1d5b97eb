/* SPDX-License-Identifier: Apache-2.0 */
/* What parties have declared about an agreement, for its operator. */
#include "node/api.h"

#include "node/submit.h"
#include "policy/word.h"

#define WORDS_LEN 512

static char **
families_of(const struct ent_declaration *declaration, struct ent_arena *arena,
    size_t *ret_count)
{
    size_t all;
    const struct ent_family *list = ent_family_list(&all);
    char **names = ent_arena_alloc(arena, all * sizeof *names);

    *ret_count = 0;
    for (size_t i = 0; names != NULL && !declaration->all_families && i < all;
         i++) {
        if (ent_families_have(&declaration->families, i)) {
            names[(*ret_count)++] = (char *)(uintptr_t)list[i].name;
        }
    }
    return names;
}

static char **
offices_of(const struct ent_declaration *declaration, struct ent_arena *arena,
    size_t *ret_count)
{
    char **names =
        ent_arena_alloc(arena, (declaration->office_count + 1) * sizeof *names);

    *ret_count = 0;
    for (size_t i = 0; names != NULL && i < declaration->office_count; i++) {
        names[(*ret_count)++] =
            node_text_in(arena, declaration->offices[i].text);
    }
    return names;
}

static Entente__V1__DeclarationStatus *
status_of(const struct ent_declaration *declaration, uint64_t now_ms,
    struct ent_arena *arena)
{
    Entente__V1__DeclarationStatus *status =
        ent_arena_alloc(arena, sizeof *status);
    char words[WORDS_LEN];

    if (status == NULL) {
        return NULL;
    }
    entente__v1__declaration_status__init(status);
    status->kind =
        (char *)(uintptr_t)(declaration->kind == ENT_SUSPENSION ? "suspension"
                                                                : "assurance");
    status->state = node_text_in(arena, declaration->state);
    status->number = declaration->number;
    status->from = declaration->from_ms;
    status->until =
        declaration->until_ms == UINT64_MAX ? 0 : declaration->until_ms;
    status->holds =
        now_ms >= declaration->from_ms && now_ms < declaration->until_ms;
    status->families = families_of(declaration, arena, &status->n_families);
    status->offices = offices_of(declaration, arena, &status->n_offices);
    if (declaration->kind == ENT_ASSURANCE) {
        status->risk = (char *)(uintptr_t)ent_term_word(
            &ent_risks, (uint32_t)declaration->risk);
        ent_word_list(&entente__v1__offence__descriptor, declaration->offences,
            words, sizeof words);
        status->offences = node_text_in(arena, words);
    }
    return status;
}

enum ent_status
node_api_declarations(const struct node *node, size_t index,
    struct ent_arena *arena, Entente__V1__AgreementStatus *status,
    struct ent_error *err)
{
    const struct ent_declarations *declared =
        node_agreements_declared_at(node->agreements, index);

    if (declared == NULL) {
        return ENT_OK;
    }
    status->declarations = ent_arena_alloc(
        arena, ENT_DECLARATIONS_MAX * sizeof *status->declarations);
    if (status->declarations == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "telling the status");
    }
    for (size_t i = 0; i < declared->count; i++) {
        Entente__V1__DeclarationStatus *each;

        if (declared->list[i].until_ms <= node->now_ms) {
            continue; /* it is over since the files were read */
        }
        each = status_of(&declared->list[i], node->now_ms, arena);
        if (each == NULL) {
            return ent_fail(err, ENT_NO_MEMORY, "telling the status");
        }
        status->declarations[status->n_declarations++] = each;
    }
    return ENT_OK;
}
