/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "proto/base/text.h"
#include "proto/base/time.h"

#define MESSAGE_MAX 1024 /* what is longer is cut */
#define CUT "..."

static atomic_int level_max = ENT_LOG_INFO;

void
ent_log_set_level(enum ent_log_level level)
{
    atomic_store(&level_max, (int)level);
}

static const char *
level_name(enum ent_log_level level)
{
    switch (level) {
    case ENT_LOG_ERROR:
        return "error";
    case ENT_LOG_WARN:
        return "warn";
    case ENT_LOG_INFO:
        return "info";
    case ENT_LOG_DEBUG:
        return "debug";
    }
    return "log";
}

/* Does stderr lead into systemd's journal? The variable alone proves nothing: a
 * child whose stderr was redirected inherits it too. */
static bool
is_journal(void)
{
    const char *stream = getenv("JOURNAL_STREAM");
    unsigned long long device, inode;
    struct stat facts;

    return stream != NULL &&
           sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
           fstat(STDERR_FILENO, &facts) == 0 && facts.st_dev == device &&
           facts.st_ino == inode;
}

static void
format_head(
    enum ent_log_level level, const char *component, char *out, size_t room)
{
    if (is_journal()) {
        (void)snprintf(
            out, room, "<%d>%s %s: ", (int)level, level_name(level), component);
    } else {
        char now[ENT_TIME_TEXT_MAX];

        ent_time_format(ent_time_now_ms() / 1000 * 1000, now);
        (void)snprintf(
            out, room, "%s %s %s: ", now, level_name(level), component);
    }
}

/* For want of memory: anything that is not plain ASCII is lost. */
static void
flatten(char *text)
{
    for (; *text != 0; text++) {
        if (*text < 0x20 || *text > 0x7e) {
            *text = '?';
        }
    }
}

/* One call of the system per line, so that lines of several threads or
 * processes do not mix. */
static void
write_line(const char *head, const char *text)
{
    struct iovec parts[] = {
        {.iov_base = (void *)head, .iov_len = strlen(head)},
        {.iov_base = (void *)text, .iov_len = strlen(text)},
        {.iov_base = (void *)"\n", .iov_len = 1},
    };
    ssize_t rc;

    do {
        rc = writev(STDERR_FILENO, parts, 3);
    } while (rc < 0 && errno == EINTR);
}

void
ent_log(
    enum ent_log_level level, const char *component, const char *format, ...)
{
    const int saved = errno;
    char message[MESSAGE_MAX + sizeof CUT];
    char head[64];
    char *neutral;
    va_list args;
    int len;

    if ((int)level > atomic_load(&level_max)) {
        return;
    }
    va_start(args, format);
    len = vsnprintf(message, MESSAGE_MAX, format, args);
    va_end(args);
    if (len < 0) {
        message[0] = 0;
    } else if (len >= MESSAGE_MAX) {
        (void)strcpy(message + MESSAGE_MAX - 1, CUT);
    }

    format_head(level, component, head, sizeof head);
    neutral = ent_text_neutral(ent_view_text(message), false);
    if (neutral == NULL) {
        flatten(message);
    }
    write_line(head, neutral != NULL ? neutral : message);
    free(neutral);
    errno = saved;
}
