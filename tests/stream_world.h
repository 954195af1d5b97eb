/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream_world - one stream in a bad world: a sender, a recipient and a broker
 * over a network that loses, doubles, delays and cuts, on a virtual clock. Each
 * side forgets now and then all that it had not committed; what it says leaves
 * only after the commit. Everything follows from one seed.
 *
 * The programs' part is played in three files: stream_world.c is network,
 * broker and time; stream_world_sender.c and stream_world_recipient.c are the
 * offices.
 */
#ifndef ENT_TESTS_STREAM_WORLD_H
#define ENT_TESTS_STREAM_WORLD_H

#include "tests/support.h"

#include "proto/schema/common.pb-c.h"
#include "proto/schema/delivery.pb-c.h"
#include "proto/stream.h"

#define LETTERS_MAX 400
#define MESSAGES_MAX 120
#define PER_LETTER_MAX 3
#define NUMBERS_MAX (LETTERS_MAX * PER_LETTER_MAX + 1)
#define PACKETS_MAX 4096
#define OUTBOX_MAX 2048
#define NEVER UINT64_MAX

/* A bundle as it travels; both sides speak of it by its index. */
struct letter {
    struct ent_label label;
    char wire[24];
    size_t messages[PER_LETTER_MAX];
    uint64_t not_yet_until; /* until then its recipient does not know enough */
    uint64_t sealed_until;  /* from then on its sealing key is gone */
};

enum packet_kind { BUNDLE, SKIP, RECEIPT, CUSTODY, CUSTODY_LOST };

struct packet {
    enum packet_kind kind;
    bool by_broker; /* goes to the broker first */
    bool forwarded; /* and has been there */
    size_t letter;
    struct ent_skip skip;
    uint64_t settled_up_to; /* RECEIPT, and the next two */
    struct ent_digest chain;
    uint32_t code;
    uint64_t at; /* when it arrives */
    uint64_t order;
};

/* Packets written but not sent: they leave after the commit. */
struct outbox {
    struct packet packets[OUTBOX_MAX];
    size_t count;
};

enum home { PENDING, SEALED, GIVEN_UP };

struct sender {
    struct ent_outgoing outgoing;
    struct ent_dispatch dispatches[LETTERS_MAX];
    size_t letters[LETTERS_MAX];
    size_t count;
    size_t accepted;
    enum home homes[MESSAGES_MAX];
};

struct sender_rest {
    uint8_t outgoing[ENT_OUTGOING_REST_LEN];
    uint8_t dispatches[LETTERS_MAX][ENT_DISPATCH_REST_LEN];
    size_t letters[LETTERS_MAX];
    size_t count;
    size_t accepted;
    enum home homes[MESSAGES_MAX];
};

struct desk_entry {
    size_t letter;
    bool released;
};

struct recipient {
    struct ent_incoming incoming;
    uint8_t codes[LETTERS_MAX];  /* what was answered, 0 nothing */
    uint8_t is_new[LETTERS_MAX]; /* bits: messages not seen before */
    bool late[LETTERS_MAX];      /* it came after its end */
    bool seen[MESSAGES_MAX];
    struct desk_entry desk[LETTERS_MAX];
    size_t desk_count;
};

struct recipient_rest {
    struct ent_bytes incoming;
    struct recipient others;
};

/* What happened at all, over every seed: a world in which nothing happens
 * proves nothing. */
enum happening {
    DELIVERED_IN_ORDER,
    HELD,
    RELEASED,
    DUPLICATE,
    TOO_FAR,
    LATE,
    NOT_YET,
    RESEAL,
    EXPIRED,
    WITHDRAWN,
    SKIPPED,
    OVERRIDDEN,
    HELD_AND_SKIPPED,
    SEALED_ANEW,
    IN_CUSTODY,
    CUSTODY_BROKEN,
    SENDER_FORGOT,
    RECIPIENT_FORGOT,
    HAPPENINGS,
};

extern uint64_t happened[HAPPENINGS];

struct world {
    uint64_t seed;
    uint64_t random;
    uint64_t now;
    uint64_t calm_from; /* from then on nothing bad happens */
    uint64_t order;
    bool connected;
    unsigned loss; /* percent, and the next two */
    unsigned doubling;
    unsigned slowness;
    uint64_t life_ms;
    uint32_t precedence;
    size_t to_accept;
    bool eager; /* many small bundles at once, and the first is put off */
    struct letter letters[LETTERS_MAX];
    size_t letter_count;
    size_t letter_at[NUMBERS_MAX]; /* by first, once it was committed */
    size_t packet_count;
    struct sender sender;
    struct sender_rest sender_rest;
    bool dirty[LETTERS_MAX];
    struct recipient recipient;
    bool recipient_changed;
    struct recipient_rest recipient_rest;
    struct packet packets[PACKETS_MAX]; /* under way, a heap by time */
    struct outbox sender_outbox;
    struct outbox recipient_outbox;
};

extern struct world world;

/* Fail, and say in which world, unless the promise holds. */
#define CHECK(promise) check(promise, #promise, __FILE__, __LINE__)
void check(bool holds, const char *promise, const char *file, int line);

/* A number below `below`; a bad thing of so many percent, while not calm. */
uint64_t chance(uint64_t below);
bool mishap(unsigned percent);
bool is_calm(void);

/* Put a packet on the network; keep one until the commit, and send those. */
void launch(struct packet packet);
void post(struct outbox *outbox, struct packet packet);
void flush(struct outbox *outbox);

/* Make the world of `seed` new, and live in it until all is at rest. */
void world_begin(uint64_t seed);
void world_run(void);
void world_end(void);

void sender_commit(void);
void sender_crash(void);
bool sender_seal(void); /* false: nothing is pending */
void sender_step(size_t i, enum ent_dispatch_event event);
void sender_step_all(enum ent_dispatch_event event);
void sender_receive(const struct packet *packet);
void sender_receive_state(const struct ent_incoming *incoming);
uint64_t sender_due(void);
void sender_check_settled(size_t i);

void recipient_commit(void);
void recipient_crash(void);
void recipient_release(void);
void recipient_receive(const struct packet *packet);

#endif
