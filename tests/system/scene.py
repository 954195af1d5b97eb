# SPDX-License-Identifier: Apache-2.0
"""scene - a world of real programs for a test, and waiting until it is so.

The programs are those of ENTENTE_BUILD (build/ of this tree without it). A test
is a function that takes the world; see tests/tap.py.
"""

import contextlib
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools/demo.d"), str(ROOT / "tests")]

from world import World  # noqa: E402

NO_AGREEMENT = 200


@contextlib.contextmanager
def world_of(*offices):
    """A world that is made, not started, and gone at the end."""
    with tempfile.TemporaryDirectory(prefix="system-") as folder:
        world = World(Path(folder) / "w", offices=offices)
        try:
            world.make()
            yield world
        finally:
            world.close()


def words(text, **more):
    """A message with nothing in it but these words."""
    return {
        "mode": "TEST",
        "purpose": "ADMINISTRATION",
        "test": {"text": text},
        **more,
    }


def texts(world, office):
    """The words on a desk, in its order."""
    return [
        item["message"]["test"]["text"]
        for item in world.desk(office)
        if "test" in item.get("message", {})
    ]


def send_one(world, office, text, to, **more):
    """Hand in one message for one office; what became of that copy."""
    (result,) = world.send(office, words(text, **more), to=[to])
    (copy,) = result["copies"]
    return {"id": result["id"], **copy}


def until(question, what, timeout_s=30):
    """Ask until the answer is yes; that answer."""
    deadline = time.monotonic() + timeout_s
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"not after {timeout_s} s: {what}")
        time.sleep(0.1)


def deliver(world, office, text, to, timeout_s=30):
    """Honest traffic: these words are sent, and come exactly once."""
    copy = send_one(world, office, text, to)
    if not copy.get("accepted"):
        raise AssertionError(f"'{text}' was not accepted: {copy}")
    until(lambda: text in texts(world, to), f"'{text}' at {to}", timeout_s)
    if texts(world, to).count(text) != 1:
        raise AssertionError(f"'{text}' came more than once to {to}")


def line_of(text, part):
    """The number of the first line that holds this."""
    for number, line in enumerate(text.splitlines(), 1):
        if part in line:
            return number
    raise AssertionError(f"no line holds '{part}'")
