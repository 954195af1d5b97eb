/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/enrol.h"
#include "tools/cli/verbs.h"

static const struct cli_party office = {
    .key_file = "office.key",
    .request_file = "office.request",
    .new_doc =
        "Make the keys of an office on the machine that will use them, and a "
        "request to have them certified.\v"
        "office.key signs what the office sends, link.key protects its "
        "connections, storage.key its store. They stay in DIR. Bring "
        "office.request to the authority of the office's state, and read out "
        "its fingerprint by telephone.\n\n"
        "Examples:\n"
        "  entente office new blo-maesai@th --out keys\n"
        "  entente office new ncc@kh --out keys --passphrase-file secret\n"
        "  entente office new ncc@kh --out keys --token pkcs11:token=ncc\n",
    .certify_doc =
        "Certify an office's keys with the root key of its state. Ask the "
        "office for the fingerprint by telephone first.\v"
        "Examples:\n"
        "  entente office certify office.request --authority th --kind blo \\\n"
        "    --name en=\"BLO Mae Sai\" --out office.cert\n"
        "  entente office certify office.request -a th -k ncc -d 90 \\\n"
        "    -o ncc.cert\n",
};

int
cli_office_new(int argc, char *argv[])
{
    return cli_enrol_new(&office, argc, argv);
}

int
cli_office_certify(int argc, char *argv[])
{
    return cli_enrol_certify(&office, argc, argv);
}
