/* SPDX-License-Identifier: Apache-2.0 */
#include <langinfo.h>
#include <locale.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sysexits.h>

#include "tools/cli/output.h"
#include "tools/cli/verbs.h"

/* Keys pass through some verbs: no core file, and no debugger of the same user
 * looks in. */
static void
keep_memory_private(void)
{
    static const struct rlimit none = {0};

    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

/* Names are in all the scripts of the region, also where a bare machine has set
 * no locale at all. */
static void
speak_utf8(void)
{
    (void)setlocale(LC_CTYPE, "");
    if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0) {
        (void)setlocale(LC_CTYPE, "C.UTF-8");
    }
}

int
main(int argc, char *argv[])
{
    int code;

    keep_memory_private();
    speak_utf8();
    if (sodium_init() < 0) {
        cli_complain("no source of random numbers");
        return EX_OSERR;
    }
    code = cli_run(argc, argv);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        cli_complain("not everything could be printed");
        return code == EX_OK ? EX_IOERR : code;
    }
    return code;
}
