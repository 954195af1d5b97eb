/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/two_offices_files.h"

#include <sodium.h>
#include <string.h>

#include "node/api.h"
#include "node/submit.h"
#include "node/upload.h"

uint8_t file[SIZE];
struct ent_arena arena;

int
setup_files(void **state)
{
    if (setup(state) != 0) {
        return -1;
    }
    randombytes_buf(file, sizeof file);
    expect_ok(ent_arena_init(&arena, 8 << 20, &last_error));
    introduce();
    return 0;
}

int
teardown_files(void **state)
{
    ent_arena_fini(&arena);
    return teardown(state);
}

/* ---- what officers do ---- */

/* One piece of a file, in a turn of its own. */
enum ent_status
hand_over(uint8_t *name, uint64_t offset, size_t len, uint64_t *ret_have)
{
    Entente__V1__UploadRequest request = ENTENTE__V1__UPLOAD_REQUEST__INIT;
    Entente__V1__UploadReply reply = ENTENTE__V1__UPLOAD_REPLY__INIT;
    struct node *node = world.nodes[MAESAI];
    enum ent_status rc;

    request.upload.data = name;
    request.upload.len = ENT_ID_LEN;
    request.size = SIZE;
    request.offset = offset;
    request.data.data = file + offset;
    request.data.len = len;
    expect_ok(node_turn_begin(node, world.now, &last_error));
    rc = node_upload_take(node, &request, &arena, &reply, &last_error);
    if (rc == ENT_OK) {
        expect_ok(node_turn_end(node, ENT_OK, &last_error));
        assert_string_equal(reply.refusal, "");
        *ret_have = reply.have;
        return ENT_OK;
    }
    expect_status(node_turn_end(node, ENT_BUSY, &last_error), ENT_BUSY);
    return rc;
}

Entente__V1__SubmitResult *
submit_with(uint8_t *name, const char *id)
{
    Entente__V1__Submission submission = ENTENTE__V1__SUBMISSION__INIT;
    Entente__V1__Enclosure enclosure = ENTENTE__V1__ENCLOSURE__INIT;
    Entente__V1__Enclosure *enclosures = &enclosure;
    Entente__V1__SubmitResult *result = NULL;
    ProtobufCMessage *message;
    char *to = (char *)(uintptr_t)addresses[TACHILEIK];

    expect_ok(ent_json_read(view(hotline), &entente__v1__message__descriptor,
        &arena, &message, &last_error));
    submission.message = (ent_message *)message;
    submission.message->id = (char *)(uintptr_t)id;
    submission.to = &to;
    submission.n_to = 1;
    enclosure.upload.data = name;
    enclosure.upload.len = ENT_ID_LEN;
    enclosure.name = (char *)(uintptr_t) "lorry.jpg";
    enclosure.media_type = (char *)(uintptr_t) "image/jpeg";
    submission.enclosures = &enclosures;
    submission.n_enclosures = 1;
    expect_ok(node_turn_begin(world.nodes[MAESAI], world.now, &last_error));
    expect_ok(node_submit(world.nodes[MAESAI], &submission,
        (struct ent_view){0}, &arena, &result, &last_error));
    expect_ok(node_turn_end(world.nodes[MAESAI], ENT_OK, &last_error));
    return result;
}

struct ent_id
post_with_file(void)
{
    Entente__V1__SubmitResult *result;
    uint8_t name[ENT_ID_LEN];
    struct ent_id id;
    uint64_t have;

    randombytes_buf(name, sizeof name);
    expect_ok(hand_over(name, 0, SIZE, &have));
    assert_true(have == SIZE);
    result = submit_with(name, "");
    assert_string_equal(result->error, "");
    assert_true(result->copies[0]->accepted);
    expect_ok(ent_id_parse(view(result->id), &id, &last_error));
    return id;
}

/* ---- what they see ---- */

Entente__V1__Attachment
file_of(enum who who, const struct ent_id *id)
{
    struct node *node = world.nodes[who];
    enum who other = who == MAESAI ? TACHILEIK : MAESAI;
    struct ent_party party = ent_address_party(&world.configs[other].address);
    Entente__V1__Attachment **list = NULL;
    size_t count = 0;

    expect_ok(node_store_begin(node->store, &last_error));
    expect_ok(node_api_attachments(node, who == TACHILEIK, &party, id, &arena,
        &count, &list, &last_error));
    node_store_abort(node->store);
    return count == 0 ? (Entente__V1__Attachment)ENTENTE__V1__ATTACHMENT__INIT
                      : *list[0];
}

/* What Tachileik's officer gets, from the beginning to the end. */
enum ent_status
read_file(const struct ent_id *id, uint8_t *out, size_t *ret_len)
{
    Entente__V1__DownloadRequest request = ENTENTE__V1__DOWNLOAD_REQUEST__INIT;
    struct node *node = world.nodes[TACHILEIK];
    char text[ENT_ID_TEXT_LEN + 1];
    enum ent_status rc;

    *ret_len = 0;
    ent_id_format(id, text);
    request.id = text;
    request.from = (char *)(uintptr_t)addresses[MAESAI];
    request.number = 1;
    expect_ok(node_store_begin(node->store, &last_error));
    do {
        Entente__V1__DownloadReply reply = ENTENTE__V1__DOWNLOAD_REPLY__INIT;

        rc = node_api_download(node, &request, &arena, &reply, &last_error);
        if (rc == ENT_OK && reply.refusal[0] != '\0') {
            rc = ENT_BUSY;
        }
        if (rc == ENT_OK) {
            memcpy(out + *ret_len, reply.data.data, reply.data.len);
            *ret_len += reply.data.len;
            request.mark = reply.mark;
        }
    } while (rc == ENT_OK && request.mark.len > 0);
    node_store_abort(node->store);
    return rc;
}

/* Everything that can happen without time passing, happens. */
void
let_it_move(void)
{
    for (unsigned i = 0; i < 8; i++) {
        pass(1000);
    }
}
