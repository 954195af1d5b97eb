/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fake_node.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.h>

#include "proto/base/file.h"
#include "tests/command.h"

#define REQUEST_MAX ((size_t)8 * 1024 * 1024)
#define LIVES_MAX 8
#define PATH_ROOM 160

static pid_t started;

static const char *
request_path(const char *folder, unsigned n)
{
    static char path[PATH_ROOM];

    (void)snprintf(path, sizeof path, "%s/request-%u", folder, n);
    return path;
}

/* Keep the request under the next free number. */
static void
keep(const char *folder, struct ent_view wire)
{
    unsigned n = 0;

    while (ent_file_create(request_path(folder, n), 0600, wire, NULL) ==
           ENT_EXISTS) {
        n++;
    }
}

static void
answer(void *socket, zmq_msg_t *client, const Entente__V1__ApiReply *reply)
{
    size_t len = entente__v1__api_reply__get_packed_size(reply);
    uint8_t *wire = malloc(len + 1);

    if (wire == NULL) {
        abort();
    }
    (void)entente__v1__api_reply__pack(reply, wire);
    if (zmq_msg_send(client, socket, ZMQ_SNDMORE) < 0 ||
        zmq_send(socket, wire, len, 0) < 0) {
        abort();
    }
    free(wire);
}

static void
serve_one(void *socket, const char *folder, fake_script *script, unsigned life,
    unsigned nth)
{
    Entente__V1__ApiReply reply = ENTENTE__V1__API_REPLY__INIT;
    Entente__V1__ApiRequest *request;
    zmq_msg_t client;
    zmq_msg_t payload;
    enum fake_deed deed;

    (void)zmq_msg_init(&client);
    (void)zmq_msg_init(&payload);
    if (zmq_msg_recv(&client, socket, 0) < 0 ||
        zmq_msg_recv(&payload, socket, 0) < 0) {
        abort();
    }
    keep(folder, ent_view_of(zmq_msg_data(&payload), zmq_msg_size(&payload)));
    request = entente__v1__api_request__unpack(
        NULL, zmq_msg_size(&payload), zmq_msg_data(&payload));
    if (request == NULL) {
        abort();
    }
    reply.number = request->number;
    deed = script(request, life, nth, &reply);
    if (deed == FAKE_DIE) {
        (void)raise(SIGKILL);
    }
    if (deed == FAKE_ANSWER) {
        answer(socket, &client, &reply);
    }
    entente__v1__api_request__free_unpacked(request, NULL);
    (void)zmq_msg_close(&payload);
    (void)zmq_msg_close(&client);
}

static void
serve(const char *folder, fake_script *script, unsigned life, int ready)
{
    void *context = zmq_ctx_new();
    void *socket = zmq_socket(context, ZMQ_ROUTER);
    char endpoint[PATH_ROOM];

    (void)snprintf(endpoint, sizeof endpoint, "ipc://%s/api.sock", folder);
    if (zmq_bind(socket, endpoint) != 0 || write(ready, "", 1) != 1) {
        abort();
    }
    for (unsigned nth = 0;; nth++) {
        serve_one(socket, folder, script, life, nth);
    }
}

/* Be born again after each death. */
static void
live(const char *folder, fake_script *script, int ready)
{
    (void)setpgid(0, 0);
    for (unsigned life = 0; life < LIVES_MAX; life++) {
        pid_t pid = fork();

        if (pid == 0) {
            serve(folder, script, life, ready);
        }
        (void)waitpid(pid, NULL, 0);
    }
    _exit(0);
}

void
fake_node_start(void **state, fake_script *script)
{
    int ready[2];
    char byte;

    assert_int_equal(pipe(ready), 0);
    (void)fflush(stdout);
    started = fork();
    assert_true(started >= 0);
    if (started == 0) {
        live(*state, script, ready[1]);
    }
    (void)setpgid(started, started);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    (void)close(ready[0]);
    (void)close(ready[1]);
    (void)setenv("ENTENTE_API", path_of(state, "api.sock"), 1);
}

int
fake_node_open(void **state)
{
    (void)setenv("TZ", "ICT-7", 1);
    (void)unsetenv("XDG_RUNTIME_DIR");
    return make_folder(state);
}

/* All its lives are in a group of their own. */
int
fake_node_close(void **state)
{
    if (started > 0) {
        (void)kill(-started, SIGKILL);
        (void)waitpid(started, NULL, 0);
    }
    started = 0;
    return remove_all(state);
}

unsigned
fake_node_requests(void **state)
{
    unsigned n = 0;

    while (access(request_path(*state, n), F_OK) == 0) {
        n++;
    }
    return n;
}

Entente__V1__ApiRequest *
fake_node_request(void **state, unsigned n)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    Entente__V1__ApiRequest *got;

    if (n >= fake_node_requests(state)) {
        fail_msg("the node got no request %u", n);
    }
    expect_ok(ent_file_read(
        request_path(*state, n), REQUEST_MAX, &wire, &last_error));
    got = entente__v1__api_request__unpack(NULL, wire.len, wire.data);
    assert_non_null(got);
    return got;
}
