/* SPDX-License-Identifier: Apache-2.0 */
/* Property: whatever an office that was let in sends, the broker lives, and
 * answers the next HELLO. The first byte is the type of the frame, the second
 * the length of its body in 16 bytes. */
#include "tests/fuzz.h"

#include <stdlib.h>

#include "tests/broker_talk.h"

static void *state;

static void
clean_up(void)
{
    (void)scene_close(&state);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct scene *scene;
    struct ent_frame frame;
    size_t body_len;

    if (state == NULL && (scene_open(&state) != 0 || atexit(clean_up) != 0)) {
        abort();
    }
    scene = state;
    if (len < 2) {
        return 0;
    }
    greet(scene, &scene->all.maesai, BULK, GENEROUS);
    body_len = (size_t)data[1] * 16;
    if (data[0] % 12 != ENT_FRAME_BUNDLE || body_len > len - 2) {
        body_len = 0;
    }
    frame = frame_from(scene, &scene->all.maesai, BULK,
        (enum ent_frame_type)(data[0] % 12),
        ent_view_of(data + 2, len - 2 - body_len),
        ent_view_of(data + len - body_len, body_len));
    turn(scene, &frame, 1);
    forget_sent(scene);
    greet(scene, &scene->all.maesai, BULK, GENEROUS);
    (void)expect_sent(scene, &scene->all.maesai, BULK, ENT_FRAME_HELLO);
    scene_forget(scene);
    return 0;
}
