/* SPDX-License-Identifier: Apache-2.0 */
/*
 * enrol - how an office or a broker comes to its keys and its certificate.
 *
 * It makes its own keys, which never leave its machine, and a request with
 * their public halves; the authority of its state makes a certificate of that.
 * For offices and brokers this is the same but for the words in struct
 * cli_party.
 */
#ifndef TOOLS_CLI_ENROL_H
#define TOOLS_CLI_ENROL_H

#include <stdbool.h>

#define CLI_LINK_KEY_FILE "link.key"
#define CLI_STORAGE_KEY_FILE "storage.key"

struct cli_party {
    bool broker;
    const char *key_file;     /* "office.key" */
    const char *request_file; /* "office.request" */
    const char *new_doc;      /* for argp, with examples */
    const char *certify_doc;
};

/* The verbs: ADDRESS --out DIR, and REQUEST --authority KEYFILE --out CERT. */
int cli_enrol_new(const struct cli_party *party, int argc, char *argv[]);
int cli_enrol_certify(const struct cli_party *party, int argc, char *argv[]);

#endif
