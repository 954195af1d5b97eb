/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/listing.h"

#include <stdio.h>
#include <stdlib.h>

#include "proto/base/time.h"
#include "tools/cli/item.h"

void
cli_listing_fini(struct cli_listing *listing)
{
    cli_rows_fini(&listing->rows);
    *listing = (struct cli_listing){0};
}

enum ent_status
cli_listing_add(struct cli_listing *listing, const Entente__V1__InboxItem *item,
    struct ent_error *err)
{
    Entente__V1__InboxItem shown = *item;

    shown.replayed = shown.replayed || listing->replayed;
    listing->count++;
    return cli_rows_add(&listing->rows, &shown.base,
        cli_item_row(&shown, ent_time_now_ms()), err);
}

static json_int_t
deadline_of(const json_t *row)
{
    json_int_t by = json_integer_value(json_object_get(row, "by"));

    return by == 0 ? INT64_MAX : by;
}

static int
compare(const void *a, const void *b)
{
    json_int_t one = deadline_of(*(json_t *const *)a);
    json_int_t other = deadline_of(*(json_t *const *)b);

    return (one > other) - (one < other);
}

static enum ent_status
sort(json_t *rows, struct ent_error *err)
{
    const size_t count = json_array_size(rows);
    json_t **list = calloc(count, sizeof *list);

    if (list == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "sorting a list");
    }
    for (size_t i = 0; i < count; i++) {
        list[i] = json_incref(json_array_get(rows, i));
    }
    qsort(list, count, sizeof *list, compare);
    for (size_t i = 0; i < count; i++) {
        (void)json_array_set_new(rows, i, list[i]);
    }
    free(list);
    return ENT_OK;
}

/* The soonest; how many more there are. */
static size_t
shorten(json_t *rows, size_t most)
{
    size_t more = 0;

    while (most > 0 && json_array_size(rows) > most) {
        (void)json_array_remove(rows, json_array_size(rows) - 1);
        more++;
    }
    return more;
}

enum ent_status
cli_listing_print(struct cli_listing *listing, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;
    size_t more = 0;

    if (listing->count == 0) {
        return ENT_OK;
    }
    if (listing->by_deadline && !listing->rows.json) {
        rc = sort(listing->rows.table, err);
        more = shorten(listing->rows.table, listing->most);
    }
    if (rc == ENT_OK) {
        rc = cli_rows_print(
            &listing->rows, cli_item_fields, cli_item_field_count, "", err);
    }
    if (rc == ENT_OK && more > 0) {
        printf("%zu more to be acknowledged.\n", more);
    }
    return rc;
}
