/* SPDX-License-Identifier: Apache-2.0 */
/*
 * two_offices_files - a file that Mae Sai sends to Tachileik with an alert:
 * what officers do with it, and what they see of it.
 */
#ifndef ENT_TESTS_TWO_OFFICES_FILES_H
#define ENT_TESTS_TWO_OFFICES_FILES_H

#include "proto/attachment.h"
#include "proto/schema/api.pb-c.h"
#include "tests/two_offices_rows.h"

#define WAITING ENTENTE__V1__ATTACHMENT_STATE__ATTACHMENT_WAITING
#define MOVING ENTENTE__V1__ATTACHMENT_STATE__ATTACHMENT_MOVING
#define COMPLETE ENTENTE__V1__ATTACHMENT_STATE__ATTACHMENT_COMPLETE
#define STOPPED ENTENTE__V1__ATTACHMENT_STATE__ATTACHMENT_STOPPED
/* Four chunks, the last of them short. */
#define SIZE (3 * ENT_CHUNK_LEN + 100)

extern uint8_t file[SIZE];
extern struct ent_arena arena; /* of a test */

int setup_files(void **state);
int teardown_files(void **state);

#define FILES(name)                                                            \
    cmocka_unit_test_setup_teardown(name, setup_files, teardown_files)

/* A piece of the file, under that name, in a turn of its own. */
enum ent_status hand_over(
    uint8_t *name, uint64_t offset, size_t len, uint64_t *ret_have);

/* An alert with the file of that name; "" lets the node find an id. */
Entente__V1__SubmitResult *submit_with(uint8_t *name, const char *id);

/* Both, accepted; the id of the alert. */
struct ent_id post_with_file(void);

/* What is said of the file of that alert at either of them. */
Entente__V1__Attachment file_of(enum who who, const struct ent_id *id);

/* What Tachileik's officer gets of it; `out` holds twice its size. */
enum ent_status read_file(
    const struct ent_id *id, uint8_t *out, size_t *ret_len);

/* All that can happen in a few seconds happens. */
void let_it_move(void);

#endif
