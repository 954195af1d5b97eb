# SPDX-License-Identifier: Apache-2.0
"""stage - a world of real programs for a test: what is said in it, and waiting
until it is so.

The programs are those of ENTENTE_BUILD (build/ of this tree without it). A test
is a function that takes the world, or what `setting` makes of it; see
tests/tap.py. Nothing here sleeps for an amount of time as proof of anything but
that something does not happen (`never`).
"""

import contextlib
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tools/demo.d")]

import tap  # noqa: E402
from program import WorldError  # noqa: E402
from world import BROKER, World  # noqa: E402,F401

MAESAI = "blo-maesai@th"
TACHILEIK = "blo-tachileik@mm"
PAIR = (MAESAI, TACHILEIK)
PATIENCE_S = 60
QUIET_S = 3  # in which what must not happen would have happened


# ---- messages ----


def alert(**fields):
    """A hotline alert that both sides agreed to."""
    message = {
        "mode": "EXERCISE",
        "purpose": "THREAT_TO_LIFE",
        "acknowledge": True,
        "hotlineAlert": {
            "what": "SMUGGLING_OF_MIGRANTS",
            "where": {"country": "TH", "crossing": "MM-TH:THL-MSA"},
            "when": "2026-01-02T03:04:05Z",
            "persons": 14,
            "direction": "toward mm",
            "action": "PREPARE_RESCUE",
            "description": "Knocking heard from inside a closed box.",
        },
    }
    message.update(fields)
    return message


def radio_check(text="How do you read?", **fields):
    """A message with nothing in it but these words."""
    return {
        "mode": "TEST",
        "purpose": "ADMINISTRATION",
        "test": {"text": text},
        **fields,
    }


def uuid_of(number):
    """An id (UUIDv7) that a test chooses."""
    ms = int(time.time() * 1000)
    tail = random.getrandbits(46) << 16 | number
    return (
        f"{ms >> 16:08x}-{ms & 0xFFFF:04x}-7{random.getrandbits(12):03x}-"
        f"{0x8000 | tail >> 48:04x}-{tail & (1 << 48) - 1:012x}"
    )


def line_of(text, part):
    """The number of the only line of a file that holds this."""
    lines = text.splitlines()
    numbers = [n for n, line in enumerate(lines, 1) if part in line]
    if len(numbers) != 1:
        raise AssertionError(f"lines {numbers} hold {part!r}, not one")
    return numbers[0]


# ---- waiting ----


def until(true, what, timeout_s=PATIENCE_S):
    """The first result of `true()` that is true; an error if none comes."""
    deadline = time.monotonic() + timeout_s
    while True:
        result = true()
        if result:
            return result
        if time.monotonic() > deadline:
            raise AssertionError(f"not after {timeout_s} s: {what}")
        time.sleep(0.02)


def never(true, what, timeout_s=QUIET_S):
    """`true()` stays false for so long."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if true():
            raise AssertionError(f"it happened: {what}")
        time.sleep(0.1)


def until_connected(world, *offices):
    """Both sides have met, so that what follows is not about beginning."""
    for office in offices or world.names:
        until(
            lambda office=office: all(
                broker.get("connected")
                for broker in world.status(office).get("brokers", [{}])
            ),
            f"{office} is connected",
        )


def until_said(world, name, words, since=0):
    """Wait for words in somebody's log, after its first `since` characters."""
    daemon = world.daemons[name]
    until(
        lambda: words in daemon.log_text()[since:],
        f"{name} says '{words}'",
    )


# ---- sending, and what became of it ----


def send_one(world, sender, message, *to):
    """Hand one message in, words alone as a radio check; its id, and what became
    of its copies."""
    if isinstance(message, str):
        message = radio_check(message)
    (result,) = world.send(sender, message, to=to)
    assert not result.get("error"), result["error"]
    return result["id"], result["copies"]


def send_accepted(world, sender, message, to):
    """Hand one message in for one office, which must be accepted; its id."""
    id_, (copy,) = send_one(world, sender, message, to)
    assert copy.get("accepted"), f"not accepted: {copy}"
    return id_


def deliver(world, sender, text, to, timeout_s=PATIENCE_S):
    """Honest traffic: these words are sent, and come exactly once."""
    send_accepted(world, sender, text, to)
    until(
        lambda: text in texts_on_desk(world, to), f"'{text}' at {to}", timeout_s
    )
    tap.expect(texts_on_desk(world, to).count(text), 1, f"'{text}' at {to}")


def copy_of(world, sender, id_, to):
    """What the sender's trace says of one copy."""
    items = world.trace(sender, id_)
    (copy,) = [
        copy for item in items for copy in item["copies"] if copy["to"] == to
    ]
    return copy


def until_state(world, sender, id_, to, *states, timeout_s=PATIENCE_S):
    """Wait for a state of a copy; the copy."""

    def reached():
        copy = copy_of(world, sender, id_, to)
        return copy if copy["state"] in states else None

    return until(
        reached, f"{id_} to {to} in {', '.join(states)}", timeout_s
    )


def texts_on_desk(world, office):
    """Radio checks on a desk, in its order."""
    return [
        item["message"]["test"]["text"]
        for item in world.desk(office)
        if "test" in item.get("message", {})
    ]


# ---- playing ----


def tell_logs(world):
    for name, daemon in world.daemons.items():
        if daemon.log_text():
            tap.remark(f"--- end of the log of {name}")
            tap.remark(daemon.log_end())


def start_these(world, names):
    if names:
        world.start(*names)
    for office in names or ():
        if office in world.names:
            until_connected(world, office)


def topology(world_of=World):
    """The kind of world that tests of one broker are played in: with it alone,
    or where $ENTENTE_TOPOLOGY is "chain" with three in a row (relay.py)."""
    if os.environ.get("ENTENTE_TOPOLOGY") != "chain":
        return world_of
    from relay import Chain

    assert world_of is World, "it has brokers of its own"
    return Chain


def interrupted(number, frame):
    raise KeyboardInterrupt  # the only one that ends all tests, and tidies up


def play(
    *tests,
    offices=PAIR,
    start=True,
    before=None,
    setting=contextlib.nullcontext,
    world_of=World,
):
    """Run the tests, one after the other, in one world of these offices, and end.

    start: the names of who runs at the beginning, True for all, False for none.
    before: called with the world once it is made, before anybody runs.
    setting: a context that takes the world, and makes what the tests are given
    in its place.
    world_of: makes another kind of world.
    """
    signal.signal(signal.SIGTERM, interrupted)
    with tempfile.TemporaryDirectory(
        prefix="entente-", ignore_cleanup_errors=True
    ) as folder:
        world = topology(world_of)(Path(folder) / "w", offices)
        try:
            world.make()
            if before is not None:
                before(world)
            with setting(world) as scene:
                start_these(world, world.daemons if start is True else start)
                tap.run(*tests, arguments=(scene,))
        except SystemExit as end:
            if end.code:
                tell_logs(world)
            raise
        except tap.Skip as why:
            print(f"1..0 # SKIP {why}")
        except (WorldError, AssertionError) as error:
            tap.remark(error)
            tell_logs(world)
            print("Bail out! There is no world to test in.")
            sys.exit(1)
        finally:
            world.close()
