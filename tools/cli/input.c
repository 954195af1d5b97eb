/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/input.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

enum ent_status
cli_input_open(struct cli_input *input, const char *path, struct ent_error *err)
{
    const bool standard = path == NULL || strcmp(path, "-") == 0;
    int fd = STDIN_FILENO;
    enum ent_status rc;

    if (!standard) {
        fd = open(path, O_RDONLY | O_CLOEXEC);
    }
    if (fd < 0) {
        return ent_fail(err, errno == ENOENT ? ENT_NOT_FOUND : ENT_IO, "%s: %s",
            path, strerror(errno));
    }
    *input = (struct cli_input){
        .fd = fd, .name = standard ? "standard input" : path};
    rc = cli_jsonstream_init(&input->stream, err);
    if (rc != ENT_OK) {
        cli_input_close(input);
    }
    return rc;
}

void
cli_input_close(struct cli_input *input)
{
    cli_jsonstream_fini(&input->stream);
    if (input->fd > STDIN_FILENO) {
        (void)close(input->fd);
    }
    input->fd = -1;
}

static bool
is_readable(int fd)
{
    struct pollfd one = {.fd = fd, .events = POLLIN};

    return poll(&one, 1, 0) > 0;
}

static enum ent_status
read_more(struct cli_input *input, struct ent_error *err)
{
    size_t len;
    uint8_t *room = cli_jsonstream_room(&input->stream, &len);
    ssize_t got;

    do {
        got = read(input->fd, room, len);
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        return ent_fail(
            err, ENT_IO, "reading %s: %s", input->name, strerror(errno));
    }
    if (got == 0) {
        cli_jsonstream_end(&input->stream);
    }
    cli_jsonstream_feed(&input->stream, (size_t)got);
    return ENT_OK;
}

enum ent_status
cli_input_next(struct cli_input *input, bool wait, struct ent_view *ret_text,
    size_t *ret_line, struct ent_error *err)
{
    for (;;) {
        enum ent_status rc =
            cli_jsonstream_next(&input->stream, ret_text, ret_line, err);

        if (rc != ENT_BUSY) {
            return rc;
        }
        if (!wait && !is_readable(input->fd)) {
            return ENT_BUSY;
        }
        rc = read_more(input, err);
        if (rc != ENT_OK) {
            return rc;
        }
    }
}
