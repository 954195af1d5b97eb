# SPDX-License-Identifier: Apache-2.0
"""tap - tests in Python that say one line each (Test Anything Protocol).

A test is a function whose name is a sentence about behaviour. It passes when it
returns, fails when it raises, and is skipped when it raises Skip.
"""

import sys
import traceback


class Skip(Exception):
    """Why this test cannot be run here."""


def expect(got, wanted, what="it"):
    if got != wanted:
        raise AssertionError(f"{what} is {got!r}, not {wanted!r}")


def expect_in(part, whole, what="it"):
    if part not in whole:
        raise AssertionError(f"{what} does not hold {part!r}:\n{whole}")


def remark(text):
    for line in str(text).splitlines():
        print(f"# {line}", flush=True)


def run_one(number, test, arguments):
    name = test.__name__.replace("_", " ")
    try:
        test(*arguments)
    except Skip as why:
        print(f"ok {number} - {name} # SKIP {why}", flush=True)
        return True
    except BaseException as error:  # a test may not end the others
        print(f"not ok {number} - {name}", flush=True)
        remark(traceback.format_exc())
        if isinstance(error, KeyboardInterrupt):
            raise
        return False
    print(f"ok {number} - {name}", flush=True)
    return True


def run(*tests, arguments=()):
    """Run them all in their order, each with the arguments; exits."""
    print(f"1..{len(tests)}", flush=True)
    good = [
        run_one(number, test, arguments)
        for number, test in enumerate(tests, 1)
    ]
    sys.exit(0 if all(good) else 1)
