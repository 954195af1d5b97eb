# SPDX-License-Identifier: Apache-2.0
"""results - counts what really ran, from what the tests themselves wrote.

    results.py meson FILE          the record of a `meson test`
    results.py tap FILE STATUS     the output of one TAP program and its exit

Prints `passed failed skipped` on standard output; what failed, in full, and
why anything was skipped, on standard error. A program that promised more
tests than it ran, died, or failed without saying so counts as one failure.
"""

import json
import re
import sys

PLAN = re.compile(r"1\.\.(\d+)\s*(#\s*skip\b.*)?$", re.IGNORECASE)
LINE = re.compile(
    r"(?P<bad>not )?ok\b\s*\d*\s*(?:-\s*)?(?P<name>[^#]*)"
    r"(?:#\s*(?P<mark>skip|todo)\b:?\s*(?P<why>.*))?",
    re.IGNORECASE,
)


def say(text):
    print(text, file=sys.stderr)


class Counts:
    def __init__(self):
        self.passed = 0
        self.failed = 0
        self.skipped = 0

    def skip(self, name, why):
        self.skipped += 1
        say(f"skipped: {name.strip()} {why or ''}".rstrip())

    def seen(self):
        return self.passed + self.failed + self.skipped

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped


def is_tap(text):
    """Whether a program speaks TAP: it has a plan or a result."""
    return any(
        PLAN.match(line) or re.match(r"(not )?ok \d", line)
        for line in text.splitlines()
    )


def count_tap(name, text, died):
    """Count one TAP program's results, which `died` if its exit was bad."""
    counts = Counts()
    planned = None
    for line in text.splitlines():
        plan = PLAN.match(line)
        if plan:
            planned = int(plan.group(1))
            if planned == 0:
                counts.skip(name, plan.group(2))
                planned = 1
            continue
        if line.startswith("Bail out!"):
            died = True
            continue
        found = LINE.match(line)
        if not found:
            continue
        if found["mark"]:
            counts.skip(f"{name}: {found['name']}", found["why"])
        elif found["bad"]:
            counts.failed += 1
            say(f"failed: {name}: {found['name']}")
        else:
            counts.passed += 1
    ran = counts.seen()
    if planned is not None and ran != planned:
        counts.failed += 1
        say(f"failed: {name}: ran {ran} of {planned}")
    elif died and counts.failed == 0:
        counts.failed += 1
        say(f"failed: {name}: ended badly after {counts.passed} passed")
    elif ran == 0:
        counts.failed += 1
        say(f"failed: {name}: ran nothing")
    return counts


def count_plain(name, result):
    """Count a program that only has an exit status."""
    counts = Counts()
    if result == "OK":
        counts.passed = 1
    elif result == "SKIP":
        counts.skip(name, "")
    else:
        counts.failed = 1
        say(f"failed: {name}")
    return counts


def count_meson_test(test):
    name = test["name"].removeprefix("entente:")
    out = test.get("stdout") or ""
    result = test["result"]
    if is_tap(out):
        counts = count_tap(name, out, result not in ("OK", "SKIP"))
    else:
        counts = count_plain(name, result)
    if counts.failed:
        exit_code = test.get("returncode")
        say(f"--- {name}: {result}, exit {exit_code}, its output:")
        say(out)
        say(test.get("stderr") or "")
        say(f"--- end of {name}")
    return counts


def count_meson(path):
    total = Counts()
    with open(path, encoding="utf-8") as record:
        for line in record:
            total.add(count_meson_test(json.loads(line)))
    return total


def count_tap_file(path, status):
    with open(path, encoding="utf-8", errors="replace") as output:
        text = output.read()
    counts = count_tap(path.rsplit("/", 1)[-1], text, status != 0)
    if counts.failed:
        say(text)
    return counts


def main(argv):
    if len(argv) == 3 and argv[1] == "meson":
        counts = count_meson(argv[2])
    elif len(argv) == 4 and argv[1] == "tap":
        counts = count_tap_file(argv[2], int(argv[3]))
    else:
        sys.exit(__doc__)
    print(counts.passed, counts.failed, counts.skipped)


if __name__ == "__main__":
    main(sys.argv)
