/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_tool - our JSON on a pipe, for json_oracle.py to compare with another's.
 *
 *     json_tool TYPE random COUNT SEED   writes packed messages
 *     json_tool TYPE write               packed messages to JSON
 *     json_tool TYPE read                JSON to packed messages
 *
 * TYPE is Message or Scalars. Everything on the pipes is a u32 length, most
 * significant byte first, and as many bytes; a text that cannot be read gives
 * the length 0xffffffff and nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/message.h"
#include "tests/random_message.h"
#include "tests/scalars.pb-c.h"

#define FRAME_MAX (2 * ENT_JSON_MAX)
#define REFUSED UINT32_MAX

static bool
put_frame(struct ent_view content)
{
    uint8_t len[4];

    ent_put_be(len, content.len, sizeof len);
    return fwrite(len, 1, sizeof len, stdout) == sizeof len &&
           fwrite(content.data, 1, content.len, stdout) == content.len;
}

static bool
put_refusal(void)
{
    uint8_t len[4];

    ent_put_be(len, REFUSED, sizeof len);
    return fwrite(len, 1, sizeof len, stdout) == sizeof len;
}

/* False at the end of the input. */
static bool
get_frame(uint8_t *buffer, struct ent_view *ret_content)
{
    uint8_t head[4];
    uint64_t len;

    if (fread(head, 1, sizeof head, stdin) != sizeof head) {
        return false;
    }
    len = ent_get_be(head, sizeof head);
    if (len > FRAME_MAX || fread(buffer, 1, len, stdin) != len) {
        return false;
    }
    *ret_content = ent_view_of(buffer, (size_t)len);
    return true;
}

static bool
put_random(const ProtobufCMessageDescriptor *type, struct ent_arena *arena,
    uint64_t count, uint64_t seed)
{
    struct random_source random = {.state = seed};

    for (uint64_t i = 0; i < count; i++) {
        ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
        ProtobufCMessage *message;

        ent_arena_reset(arena);
        message = random_message(&random, type, arena);
        if (message == NULL || ent_pb_pack(message, &wire, NULL) != ENT_OK ||
            !put_frame(ent_bytes_view(&wire))) {
            return false;
        }
    }
    return true;
}

static bool
convert(const ProtobufCMessageDescriptor *type, struct ent_arena *arena,
    bool reading, struct ent_view content)
{
    static const struct ent_pb_limits limits = {
        .size_max = FRAME_MAX, .fields_max = ENT_MESSAGE_FIELDS_MAX};
    ENT_AUTO(ent_bytes_free) struct ent_bytes result = {0};
    struct ent_error err = {0};
    ProtobufCMessage *message;
    enum ent_status rc;

    ent_arena_reset(arena);
    rc = reading ? ent_json_read(content, type, arena, &message, &err)
                 : ent_pb_unpack(type, content, &limits, arena, &message, &err);
    if (rc == ENT_OK) {
        rc = reading ? ent_pb_pack(message, &result, &err)
                     : ent_json_write(message, false, &result, &err);
    }
    if (rc != ENT_OK) {
        fprintf(stderr, "json_tool: %s\n", err.text);
        return put_refusal();
    }
    return put_frame(ent_bytes_view(&result));
}

int
main(int argc, char *argv[])
{
    static uint8_t buffer[FRAME_MAX];
    const ProtobufCMessageDescriptor *type =
        argc > 1 && strcmp(argv[1], "Message") == 0
            ? &entente__v1__message__descriptor
            : &entente__test__scalars__descriptor;
    struct ent_arena arena;
    struct ent_view content;
    bool good = true;

    if (argc < 3 || ent_arena_init(&arena, FRAME_MAX, NULL) != ENT_OK) {
        return EXIT_FAILURE;
    }
    if (argc == 5 && strcmp(argv[2], "random") == 0) {
        good = put_random(type, &arena, strtoull(argv[3], NULL, 10),
            strtoull(argv[4], NULL, 10));
    } else {
        while (good && get_frame(buffer, &content)) {
            good = convert(type, &arena, strcmp(argv[2], "read") == 0, content);
        }
    }
    ent_arena_fini(&arena);
    return good && fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
