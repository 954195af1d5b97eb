/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <stdlib.h>

#include "proto/attachment.h"

#define CHUNKS_MAX 6

/* A file, sealed: its chunks and the tree over them. */
struct sealed {
    uint64_t size;
    uint8_t *file;
    uint8_t key[ENT_ATTACHMENT_KEY_LEN];
    uint8_t header[ENT_ATTACHMENT_HEADER_LEN];
    uint32_t count;
    uint8_t *chunks[CHUNKS_MAX];
    size_t lens[CHUNKS_MAX];
    struct ent_digest leaves[CHUNKS_MAX];
    struct ent_digest root;
    struct ent_digest sha256;
};

static void
seal(uint64_t size, struct sealed *ret)
{
    struct ent_attachment_cipher cipher;

    *ret = (struct sealed){.size = size, .file = malloc(size)};
    assert_non_null(ret->file);
    randombytes_buf(ret->file, size);
    ent_attachment_seal_begin(ret->key, ret->header, &cipher);
    ret->count = ent_attachment_chunks(size);
    assert_true(ret->count <= CHUNKS_MAX);
    for (uint32_t i = 0; i < ret->count; i++) {
        size_t len = ent_attachment_chunk_len(size, i);

        ret->lens[i] = len + ENT_CHUNK_OVERHEAD;
        ret->chunks[i] = malloc(ret->lens[i]);
        assert_non_null(ret->chunks[i]);
        ent_attachment_seal(&cipher, size,
            ent_view_of(ret->file + (size_t)i * ENT_CHUNK_LEN, len),
            ret->chunks[i]);
        ret->leaves[i] = ent_tree_leaf(
            ent_tree_blake2b, ent_view_of(ret->chunks[i], ret->lens[i]));
    }
    ret->root = ent_tree_root(ent_tree_blake2b, ret->leaves, ret->count);
    ret->sha256 = cipher.sha256;
}

static void
sealed_fini(struct sealed *sealed)
{
    for (uint32_t i = 0; i < sealed->count; i++) {
        free(sealed->chunks[i]);
    }
    free(sealed->file);
}

static void
begin(const struct sealed *sealed, struct ent_attachment_cipher *ret)
{
    expect_ok(ent_attachment_open_begin(
        sealed->key, sealed->header, &sealed->sha256, ret, &last_error));
}

static enum ent_status
open_chunk(const struct sealed *sealed, struct ent_attachment_cipher *cipher,
    uint32_t index, uint8_t *out)
{
    return ent_attachment_open(cipher, sealed->size,
        ent_view_of(sealed->chunks[index], sealed->lens[index]), out,
        &last_error);
}

static void
every_file_opens_as_it_was_sealed(void **state)
{
    static const uint64_t sizes[] = {1, ENT_CHUNK_LEN - 1, ENT_CHUNK_LEN,
        ENT_CHUNK_LEN + 1, 3 * ENT_CHUNK_LEN, 5 * ENT_CHUNK_LEN + 7};

    (void)state;
    for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
        ENT_AUTO(sealed_fini) struct sealed sealed;
        struct ent_attachment_cipher cipher;
        struct ent_digest sha256;
        uint8_t out[ENT_CHUNK_LEN];

        seal(sizes[k], &sealed);
        begin(&sealed, &cipher);
        for (uint32_t i = 0; i < sealed.count; i++) {
            expect_ok(open_chunk(&sealed, &cipher, i, out));
            assert_memory_equal(out, sealed.file + (size_t)i * ENT_CHUNK_LEN,
                ent_attachment_chunk_len(sizes[k], i));
        }
        assert_true(cipher.bytes == sizes[k]);
        crypto_hash_sha256(sha256.bytes, sealed.file, sizes[k]);
        assert_memory_equal(&sha256, &sealed.sha256, sizeof sha256);
    }
}

static void
a_file_that_ends_early_late_or_in_another_order_does_not_open(void **state)
{
    ENT_AUTO(sealed_fini) struct sealed sealed;
    ENT_AUTO(sealed_fini) struct sealed shorter;
    struct ent_attachment_cipher cipher;
    uint8_t out[ENT_CHUNK_LEN];

    (void)state;
    seal(3 * ENT_CHUNK_LEN, &sealed);
    begin(&sealed, &cipher);
    assert_int_equal(open_chunk(&sealed, &cipher, 1, out), ENT_REJECTED);
    begin(&sealed, &cipher);
    expect_ok(open_chunk(&sealed, &cipher, 0, out));
    assert_int_equal(open_chunk(&sealed, &cipher, 2, out), ENT_REJECTED);
    /* The note says that it is shorter: the end is not marked there. */
    shorter = sealed;
    shorter.count = 0;
    shorter.file = NULL;
    shorter.size = ENT_CHUNK_LEN;
    begin(&shorter, &cipher);
    assert_int_equal(open_chunk(&shorter, &cipher, 0, out), ENT_REJECTED);
    /* Or longer: it is marked too early. */
    shorter.size = 4 * ENT_CHUNK_LEN;
    begin(&shorter, &cipher);
    expect_ok(open_chunk(&shorter, &cipher, 0, out));
    expect_ok(open_chunk(&shorter, &cipher, 1, out));
    assert_int_equal(open_chunk(&shorter, &cipher, 2, out), ENT_REJECTED);
    /* After the last there is nothing. */
    begin(&sealed, &cipher);
    for (uint32_t i = 0; i < 3; i++) {
        expect_ok(open_chunk(&sealed, &cipher, i, out));
    }
    assert_int_equal(open_chunk(&sealed, &cipher, 2, out), ENT_REJECTED);
}

static void
a_file_other_than_was_promised_is_refused_at_its_end(void **state)
{
    ENT_AUTO(sealed_fini) struct sealed sealed;
    struct ent_attachment_cipher cipher;
    uint8_t out[ENT_CHUNK_LEN];

    (void)state;
    seal(ENT_CHUNK_LEN + 1, &sealed);
    sealed.sha256.bytes[0] ^= 1;
    begin(&sealed, &cipher);
    expect_ok(open_chunk(&sealed, &cipher, 0, out));
    assert_int_equal(open_chunk(&sealed, &cipher, 1, out), ENT_REJECTED);
    assert_non_null(strstr(last_error.text, "SHA-256"));
}

static void
what_was_begun_goes_on_later_for_who_has_the_key(void **state)
{
    ENT_AUTO(sealed_fini) struct sealed sealed;
    struct ent_attachment_cipher cipher;
    uint8_t rest[ENT_ATTACHMENT_REST_LEN];
    uint8_t out[ENT_CHUNK_LEN];

    (void)state;
    seal(2 * ENT_CHUNK_LEN, &sealed);
    begin(&sealed, &cipher);
    expect_ok(open_chunk(&sealed, &cipher, 0, out));
    ent_attachment_rest_seal(&cipher, sealed.key, rest);
    sodium_memzero(&cipher, sizeof cipher);
    expect_ok(ent_attachment_rest_open(
        ent_view_of(rest, sizeof rest), sealed.key, &cipher, &last_error));
    expect_ok(open_chunk(&sealed, &cipher, 1, out));
    rest[40] ^= 1;
    assert_int_equal(ent_attachment_rest_open(ent_view_of(rest, sizeof rest),
                         sealed.key, &cipher, &last_error),
        ENT_REJECTED);
    rest[40] ^= 1;
    sealed.key[0] ^= 1;
    assert_int_equal(ent_attachment_rest_open(ent_view_of(rest, sizeof rest),
                         sealed.key, &cipher, &last_error),
        ENT_REJECTED);
}

/* ---- chunks ---- */

static bool
fetch(void *context, unsigned level, uint64_t index, struct ent_digest *ret)
{
    const struct sealed *sealed = context;
    size_t width = (size_t)1 << level;

    if ((index + 1) * width > sealed->count) {
        return false;
    }
    *ret =
        ent_tree_root(ent_tree_blake2b, sealed->leaves + index * width, width);
    return true;
}

struct wrapped {
    Entente__V1__AttachmentChunk chunk;
    ProtobufCBinaryData nodes[ENT_TREE_PATH_MAX];
    struct ent_tree_path path;
};

static void
wrap(struct sealed *sealed, uint32_t index, struct wrapped *ret)
{
    entente__v1__attachment_chunk__init(&ret->chunk);
    expect_ok(ent_tree_prove_inclusion(ent_tree_blake2b, fetch, sealed, index,
        sealed->count, &ret->path, &last_error));
    for (size_t i = 0; i < ret->path.count; i++) {
        ret->nodes[i].data = ret->path.nodes[i].bytes;
        ret->nodes[i].len = ENT_DIGEST_LEN;
    }
    ret->chunk.chunk = index;
    ret->chunk.data.data = sealed->chunks[index];
    ret->chunk.data.len = sealed->lens[index];
    ret->chunk.path = ret->nodes;
    ret->chunk.n_path = ret->path.count;
}

static enum ent_status
check(const struct sealed *sealed, const struct wrapped *wrapped)
{
    return ent_attachment_check(
        &wrapped->chunk, sealed->size, &sealed->root, &last_error);
}

static void
every_chunk_is_known_by_its_path_whatever_comes_first(void **state)
{
    ENT_AUTO(sealed_fini) struct sealed sealed;

    (void)state;
    seal(5 * ENT_CHUNK_LEN + 1, &sealed);
    for (uint32_t i = sealed.count; i-- > 0;) {
        struct wrapped wrapped;

        wrap(&sealed, i, &wrapped);
        expect_ok(check(&sealed, &wrapped));
    }
}

static void
a_chunk_in_another_place_or_of_another_file_is_refused(void **state)
{
    ENT_AUTO(sealed_fini) struct sealed sealed;
    ENT_AUTO(sealed_fini) struct sealed other;
    struct wrapped wrapped;

    (void)state;
    seal(5 * ENT_CHUNK_LEN, &sealed);
    seal(5 * ENT_CHUNK_LEN, &other);
    wrap(&sealed, 1, &wrapped);
    wrapped.chunk.chunk = 2;
    assert_int_equal(check(&sealed, &wrapped), ENT_REJECTED);
    wrapped.chunk.chunk = 5;
    assert_int_equal(check(&sealed, &wrapped), ENT_REJECTED);
    wrapped.chunk.chunk = UINT32_MAX;
    assert_int_equal(check(&sealed, &wrapped), ENT_REJECTED);
    wrap(&other, 1, &wrapped);
    assert_int_equal(check(&sealed, &wrapped), ENT_REJECTED);
}

static void
a_chunk_that_was_changed_cut_or_lengthened_is_refused(void **state)
{
    ENT_AUTO(sealed_fini) struct sealed sealed;
    struct wrapped wrapped;

    (void)state;
    seal(2 * ENT_CHUNK_LEN, &sealed);
    wrap(&sealed, 0, &wrapped);
    wrapped.chunk.data.len--;
    assert_int_equal(check(&sealed, &wrapped), ENT_REJECTED);
    wrap(&sealed, 0, &wrapped);
    sealed.chunks[0][100] ^= 1;
    assert_int_equal(check(&sealed, &wrapped), ENT_REJECTED);
    sealed.chunks[0][100] ^= 1;
    wrapped.path.nodes[0].bytes[0] ^= 1;
    assert_int_equal(check(&sealed, &wrapped), ENT_REJECTED);
    wrapped.nodes[0].len = 31;
    assert_int_equal(check(&sealed, &wrapped), ENT_REJECTED);
    wrapped.chunk.n_path = ENT_CHUNK_PATH_MAX + 1;
    assert_int_equal(check(&sealed, &wrapped), ENT_REJECTED);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_file_opens_as_it_was_sealed),
        cmocka_unit_test(
            a_file_that_ends_early_late_or_in_another_order_does_not_open),
        cmocka_unit_test(a_file_other_than_was_promised_is_refused_at_its_end),
        cmocka_unit_test(what_was_begun_goes_on_later_for_who_has_the_key),
        cmocka_unit_test(every_chunk_is_known_by_its_path_whatever_comes_first),
        cmocka_unit_test(
            a_chunk_in_another_place_or_of_another_file_is_refused),
        cmocka_unit_test(a_chunk_that_was_changed_cut_or_lengthened_is_refused),
    };

    return cmocka_run_group_tests_name("attachment", tests, NULL, NULL);
}
