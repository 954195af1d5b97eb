/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/enrol.h"
#include "tools/cli/verbs.h"

static const struct cli_party broker = {
    .broker = true,
    .key_file = "broker.key",
    .request_file = "broker.request",
    .new_doc =
        "Make the keys of a broker on the machine that will use them, and a "
        "request to have them certified.\v"
        "broker.key signs custody receipts, link.key protects connections, "
        "storage.key the spool. None of them opens a message. Bring "
        "broker.request to the authority of the state that runs the broker.\n\n"
        "Examples:\n"
        "  entente broker new broker-bangkok@th --out keys\n"
        "  entente broker new broker-bangkok@th --out keys --json\n",
    .certify_doc =
        "Certify a broker's keys with the root key of the state that runs it. "
        "Ask for the fingerprint by telephone first.\v"
        "Examples:\n"
        "  entente broker certify broker.request --authority th \\\n"
        "    --name en=\"Bangkok relay\" --out broker.cert\n",
};

int
cli_broker_new(int argc, char *argv[])
{
    return cli_enrol_new(&broker, argc, argv);
}

int
cli_broker_certify(int argc, char *argv[])
{
    return cli_enrol_certify(&broker, argc, argv);
}
