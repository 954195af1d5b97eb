/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verbs - everything that `entente` can do, in one table.
 *
 * A verb is one row here and one file, `cmd_<verb>.c`, whose function is
 * cli_<name>. Its argv[0] is the whole verb ("entente office new"), so that
 * argp's own words about usage are right. It returns a code of sysexits.h.
 */
#ifndef TOOLS_CLI_VERBS_H
#define TOOLS_CLI_VERBS_H

#include <stddef.h>

/* function, first word, second word or NULL, arguments, what it does */
#define CLI_VERB_TABLE(X)                                                      \
    X(send, "send", NULL, "[FILE]", "hand messages to the node")               \
    X(release_list, "release", "list", "",                                     \
        "list what waits for officers to sign")                                \
    X(release, "release", NULL, "ID", "release what another officer wrote")    \
    X(inbox, "inbox", NULL, "", "list what came")                              \
    X(show, "show", NULL, "ID|NUMBER", "show a whole message")                 \
    X(ack, "ack", NULL, "ID|NUMBER", "acknowledge a message")                  \
    X(correct, "correct", NULL, "ID FILE", "send the right message instead")   \
    X(withdraw, "withdraw", NULL, "ID", "say that a message no longer holds")  \
    X(recall, "recall", NULL, "ID", "have a message removed that was sent")    \
    X(reclassify, "reclassify", NULL, "ID --as OFFENCE",                       \
        "raise how one that was sent is handled")                              \
    X(keep, "keep", NULL, "ID|NUMBER", "say that a message is still needed")   \
    X(answer, "answer", NULL, "ID|NUMBER", "answer one of these three")        \
    X(emergency_declare, "emergency", "declare", "",                           \
        "relax agreed rules while lives are at stake")                         \
    X(emergency_end, "emergency", "end", "ID", "end it before its time")       \
    X(emergency_list, "emergency", "list", "",                                 \
        "list those that were declared")                                       \
    X(emergency_review, "emergency", "review", "ID",                           \
        "say that what was sent was reviewed")                                 \
    X(consent_ask, "consent", "ask", "ID|NUMBER",                              \
        "ask whether a message may go further")                                \
    X(consent_give, "consent", "give", "ID|NUMBER", "say that it may")         \
    X(consent_refuse, "consent", "refuse", "ID|NUMBER",                        \
        "say that it may not, or no longer")                                   \
    X(pass, "pass", NULL, "ID|NUMBER", "pass on what came from elsewhere")     \
    X(import_drug_seizures, "import", "drug-seizures", "FILE",                 \
        "make messages of a file of seizures")                                 \
    X(import_cap, "import", "cap", "FILE...",                                  \
        "make messages of CAP 1.2 alerts")                                     \
    X(export_cap, "export", "cap", "", "write alerts as CAP 1.2")              \
    X(export_stix, "export", "stix", "", "write messages as STIX 2.1")         \
    X(export_csv, "export", "csv", "", "write messages as a table")            \
    X(attachment_list, "attachment", "list", "ID|NUMBER",                      \
        "list the files of a message")                                         \
    X(attachment_get, "attachment", "get", "ID|NUMBER N",                      \
        "write a file that came")                                              \
    X(trace, "trace", NULL, "ID", "what became of a message sent from here")   \
    X(carry_out, "carry", "out", "FILE|FOLDER",                                \
        "write a file for where no network is")                                \
    X(carry_in, "carry", "in", "FILE...", "take in files that were carried")   \
    X(evidence, "evidence", NULL, "ID|NUMBER", "write what proves a message")  \
    X(verify, "verify", NULL, "FILE", "say what such a file proves")           \
    X(check, "check", NULL, "WHAT NUMBER", "is this on a list?")               \
    X(screen, "screen", NULL, "FILE", "look up a file in the lists")           \
    X(ask, "ask", NULL, "WHAT NUMBER", "is it on another office's list?")      \
    X(hit, "hit", NULL, "ID|NUMBER", "tell that an alert's subject was met")   \
    X(confirm, "confirm", NULL, "ID|NUMBER same|other",                        \
        "say whether it is whom our alert is about")                           \
    X(duplicates, "duplicates", NULL, "ID|NUMBER",                             \
        "what may be about the same incident")                                 \
    X(link, "link", NULL, "ID|NUMBER ID|NUMBER",                               \
        "say that two messages are one incident")                              \
    X(unlink, "unlink", NULL, "ID|NUMBER ID|NUMBER", "say that they are not")  \
    X(search, "search", NULL, "", "find what came or was sent")                \
    X(replay, "replay", NULL, "--from SEQ", "show again what came")            \
    X(explain, "explain", NULL, "[FILE]", "would this message go, why not")    \
    X(status, "status", NULL, "", "how the node is")                           \
    X(peers, "peers", NULL, "", "list the offices we may exchange with")       \
    X(peer_test, "peer", "test", "ADDRESS", "test the way to an office")       \
    X(directory_show, "directory", "show", "",                                 \
        "list whom the node knows, by what")                                   \
    X(directory_fetch, "directory", "fetch", "ADDRESS",                        \
        "ask for what is newer of an office")                                  \
    X(directory_pin, "directory", "pin", "FILE",                               \
        "pin a key compared by telephone")                                     \
    X(directory_unpin, "directory", "unpin", "ADDRESS",                        \
        "take its authority's word again")                                     \
    X(reload, "reload", NULL, "", "take up changed agreements")                \
    X(catalogue, "catalogue", NULL, "[show FAMILY]",                           \
        "families of messages and their fields")                               \
    X(counts, "counts", NULL, "", "what stays of deleted messages")            \
    X(statistics, "statistics", NULL, "--from MONTH --to MONTH",               \
        "count what passed, and name nobody")                                  \
    X(journal_show, "journal", "show", "", "list what the journal has")        \
    X(alarm_list, "alarm", "list", "", "what somebody must look at")           \
    X(alarm_clear, "alarm", "clear", "NUMBER...", "say that somebody did")     \
    X(clock_show, "clock", "show", "", "what time the node has")               \
    X(clock_confirm, "clock", "confirm", "", "say that this is right")         \
    X(journal_contradiction, "journal", "contradiction", "ADDRESS",            \
        "write what proves that one changed its")                              \
    X(journal_verify, "journal", "verify", "", "check the node's journal")     \
    X(pair_new, "pair", "new", "ADDRESS", "make a key for two offices")        \
    X(pair_import, "pair", "import", "ADDRESS FILE",                           \
        "keep one that the other office made")                                 \
    X(pair_show, "pair", "show", "", "list them")                              \
    X(authority_new, "authority", "new", "STATE", "make a state's root key")   \
    X(authority_show, "authority", "show", "KEYFILE", "print its public key")  \
    X(authority_revoke, "authority", "revoke", "CERT...",                      \
        "withdraw certificates")                                               \
    X(authority_roll, "authority", "roll", "OLD NEW",                          \
        "give a state's key up for another")                                   \
    X(agreement_check, "agreement", "check", "FILE...",                        \
        "say what is wrong with agreements")                                   \
    X(agreement_sign, "agreement", "sign", "FILE", "sign it for a state")      \
    X(agreement_verify, "agreement", "verify", "FILE", "see who has signed")   \
    X(agreement_explain, "agreement", "explain", "FILE",                       \
        "say what it does with a message")                                     \
    X(agreement_show, "agreement", "show", "FILE",                             \
        "show who may send what to whom")                                      \
    X(agreement_matrix, "agreement", "matrix", "FILE",                         \
        "list for each two offices what may pass")                             \
    X(agreement_diff, "agreement", "diff", "OLD NEW",                          \
        "say in words what changed")                                           \
    X(agreement_notices, "agreement", "notices", "FILE",                       \
        "list who suspended or assured what")                                  \
    X(agreement_suspend, "agreement", "suspend", "FILE",                       \
        "stop it for one state alone")                                         \
    X(agreement_resume, "agreement", "resume", "FILE", "end a suspension")     \
    X(agreement_assure, "agreement", "assure", "FILE",                         \
        "assure what will not be done")                                        \
    X(agreement_withdraw, "agreement", "withdraw", "FILE",                     \
        "withdraw an assurance")                                               \
    X(office_new, "office", "new", "ADDRESS", "make an office's keys")         \
    X(office_certify, "office", "certify", "REQUEST", "certify an office")     \
    X(officer_new, "officer", "new", "", "make an officer's key")              \
    X(officer_certify, "officer", "certify", "KEY",                            \
        "certify an officer's key")                                            \
    X(officer_enrol, "officer", "enrol", "CERT",                               \
        "have the node take an officer's signatures")                          \
    X(officer_list, "officer", "list", "", "list this office's officers")      \
    X(officer_revoke, "officer", "revoke", "BADGE",                            \
        "have signatures count no more")                                       \
    X(broker_new, "broker", "new", "ADDRESS", "make a broker's keys")          \
    X(broker_certify, "broker", "certify", "REQUEST", "certify a broker")      \
    X(keys_rewrap, "keys", "rewrap", "FOLDER", "give keys another passphrase")

struct cli_verb {
    const char *word;
    const char *second; /* or NULL: a verb of one word */
    const char *arguments;
    const char *help;
    int (*run)(int argc, char *argv[]);
};

#define CLI_VERB_FUNCTION(name, word, second, arguments, help)                 \
    int cli_##name(int argc, char *argv[]);
CLI_VERB_TABLE(CLI_VERB_FUNCTION)
#undef CLI_VERB_FUNCTION

extern const struct cli_verb cli_verbs[];
extern const size_t cli_verb_count;

/* Find the verb in argv[1] and on and run it; `help`, --help and --version are
 * answered here. EX_USAGE, with the nearest verb as a hint, when unknown. */
int cli_run(int argc, char *argv[]);

#endif
