/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/endpoint.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/file.h"
#include "proto/base/yaml.h"

#define API_KEY "api"
#define API_DEFAULT "api.sock" /* in the folder of the configuration */

/* `path` behind the first `front_len` bytes of `front`. */
static enum ent_status
set_path(struct cli_endpoint *endpoint, const char *front, size_t front_len,
    const char *path, struct ent_error *err)
{
    int len = snprintf(endpoint->path, sizeof endpoint->path, "%.*s%s",
        (int)front_len, front, path);

    if (len < 0 || (size_t)len >= sizeof endpoint->path) {
        return ent_fail(err, ENT_FULL,
            "the path of the node's socket is longer than %d bytes: '%s'",
            CLI_API_PATH_MAX, path);
    }
    return ENT_OK;
}

/* The value of `api` in the text of a configuration, or its default. The
 * complaints about everything else are the node's to make. */
static enum ent_status
read_api(struct ent_view text, struct ent_yaml **yaml, const char **ret_api,
    struct ent_error *err)
{
    struct ent_complaints *complaints = calloc(1, sizeof *complaints);
    const struct ent_yaml_node *root;
    const struct ent_yaml_node *api;
    enum ent_status rc;

    if (complaints == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "reading a configuration");
    }
    rc = ent_yaml_read(text, yaml, complaints, err);
    free(complaints);
    if (rc != ENT_OK) {
        return rc;
    }
    root = ent_yaml_root(*yaml);
    if (root == NULL || root->kind != ENT_YAML_MAP) {
        return ent_fail(err, ENT_BAD_INPUT, "is not a node's configuration");
    }
    api = ent_yaml_get(root, API_KEY);
    if (api != NULL && (api->kind != ENT_YAML_SCALAR || *api->text == '\0')) {
        return ent_fail(err, ENT_BAD_INPUT,
            "line %zu: '" API_KEY "' must be the path of a socket", api->line);
    }
    *ret_api = api == NULL ? API_DEFAULT : api->text;
    return ENT_OK;
}

static enum ent_status
find_in_file(
    const char *file, struct cli_endpoint *endpoint, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    ENT_AUTO(ent_yaml_free) struct ent_yaml *yaml = NULL;
    const char *slash = strrchr(file, '/');
    const char *api = NULL;
    enum ent_status rc;

    rc = ent_file_read(file, ENT_YAML_SIZE_MAX, &text, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = read_api(ent_bytes_view(&text), &yaml, &api, err);
    if (rc != ENT_OK) {
        ent_error_wrap(err, "%s", file);
        return rc;
    }
    if (api[0] == '/' || slash == NULL) {
        return set_path(endpoint, "", 0, api, err);
    }
    return set_path(endpoint, file, (size_t)(slash - file) + 1, api, err);
}

/* The socket of this user, where there is one now. */
static bool
find_own(struct cli_endpoint *endpoint)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR");

    return runtime != NULL && runtime[0] == '/' &&
           set_path(endpoint, runtime, strlen(runtime), "/entente/api.sock",
               NULL) == ENT_OK &&
           access(endpoint->path, F_OK) == 0;
}

enum ent_status
cli_endpoint_find(const char *node_file, const char *api,
    struct cli_endpoint *ret_endpoint, struct ent_error *err)
{
    struct cli_endpoint endpoint = {{0}};
    const char *named = getenv("ENTENTE_API");
    enum ent_status rc = ENT_OK;

    assert(ret_endpoint != NULL);

    if (api != NULL) {
        rc = set_path(&endpoint, "", 0, api, err);
    } else if (node_file != NULL) {
        rc = find_in_file(node_file, &endpoint, err);
    } else if (named != NULL && named[0] != '\0') {
        rc = set_path(&endpoint, "", 0, named, err);
    } else if (!find_own(&endpoint)) {
        rc = set_path(&endpoint, "", 0, CLI_API_MACHINE, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_endpoint = endpoint;
    return ENT_OK;
}
