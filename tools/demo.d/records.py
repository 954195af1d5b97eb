# SPDX-License-Identifier: Apache-2.0
"""records - what nodes keep: their desks, shown again, and their journals."""

import hashlib
import json

from world import OFFICES


# What the desk says of a message beside others, which changes as they come.
SAID = ("replayed", "alike", "alikeCut")


def digest_of(items):
    """Content of a desk: one hash over everything that came."""
    whole = hashlib.sha256()
    for item in items:
        plain = {k: v for k, v in item.items() if k not in SAID}
        whole.update(json.dumps(plain, sort_keys=True).encode() + b"\n")
    return whole.hexdigest()


def show_replay(demo):
    screen = demo.screen
    screen.section("The same again: a replay changes nothing")
    office = "ncc@th"
    before = demo.world.desk(office)
    demo.world.restart(office)
    again = demo.world.cli(office, "replay", "--from=1").must().values()
    after = demo.world.desk(office)
    demo.replays[office] = again
    screen.say(
        f"{office} is killed once more and shows again all it ever got:"
        f" {len(again)} messages, as after a lost screen or a new case"
        " system. No alarm rings twice."
    )
    same = digest_of(before) == digest_of(after) == digest_of(again)
    demo.check(
        same and len(before) == len(again),
        f"the same messages in the same order, sha256"
        f" {digest_of(after)[:16]}...",
    )
    demo.check(
        all(item.get("replayed") for item in again),
        "each is marked as replayed",
    )


def show_journals(demo):
    screen = demo.screen
    screen.section("Every node keeps a journal that cannot be rewritten")
    rows = [("OFFICE", "ENTRIES", "ROOT")]
    faults = []
    for office in OFFICES:
        result = demo.world.verify_journal(office)
        verdict = result.must(0, 1).value()
        if result.code != 0 or not verdict.get("good"):
            faults.append(f"{office}: {verdict.get('fault')}")
        rows.append(
            (
                office,
                verdict.get("entries", 0),
                verdict.get("root", "")[:22] + "...",
            )
        )
    screen.table(rows, right=(1,))
    demo.check(
        not faults,
        "; ".join(faults) or "all verified, from first entry to last",
    )
