# SPDX-License-Identifier: Apache-2.0
"""stage - what the tests of the real programs share: a small world, messages,
and waiting for something to become true."""

import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tools/demo.d")]

import tap  # noqa: E402
from world import BROKER, World, WorldError  # noqa: E402,F401

MAESAI = "blo-maesai@th"
TACHILEIK = "blo-tachileik@mm"
PAIR = (MAESAI, TACHILEIK)
PATIENCE_S = 40


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
    message = {
        "mode": "TEST",
        "purpose": "ADMINISTRATION",
        "test": {"text": text},
    }
    message.update(fields)
    return message


def uuid_of(number):
    """An id (UUIDv7) that a test chooses."""
    ms = int(time.time() * 1000)
    tail = random.getrandbits(46) << 16 | number
    return (
        f"{ms >> 16:08x}-{ms & 0xFFFF:04x}-7{random.getrandbits(12):03x}-"
        f"{0x8000 | tail >> 48:04x}-{tail & (1 << 48) - 1:012x}"
    )


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


def send_one(world, sender, message, *to):
    """Hand one message in; its id, and what became of its copies."""
    (result,) = world.send(sender, message, to=to)
    assert not result.get("error"), result["error"]
    return result["id"], result["copies"]


def texts_on_desk(world, office):
    """Radio checks on a desk, in its order."""
    return [
        item["message"]["test"]["text"]
        for item in world.desk(office)
        if item["family"] == "test"
    ]


def tell_logs(world):
    for name, daemon in world.daemons.items():
        if daemon.log_text():
            tap.remark(f"--- end of the log of {name}")
            tap.remark(daemon.log_end())


def play(*tests, offices=PAIR, start=True, before=None, world_of=World):
    """Run the tests, one after the other, in one world of these offices."""
    folder = tempfile.mkdtemp(prefix="entente-")
    world = world_of(folder, offices)
    try:
        world.make()
        if before is not None:
            before(world)
        if start:
            world.start()
            until_connected(world)
        tap.run(*tests, arguments=(world,))
    except SystemExit as end:
        if end.code:
            tell_logs(world)
        raise
    except (WorldError, AssertionError) as error:
        tap.remark(error)
        tell_logs(world)
        print("Bail out! There is no world to test in.")
        sys.exit(1)
    finally:
        world.close()
        shutil.rmtree(folder, ignore_errors=True)
