# SPDX-License-Identifier: Apache-2.0
"""clock - the time of day of a world's programs, ahead of ours.

What lives for days cannot be waited for. A program is started with libfaketime,
by so much ahead from its first moment: a step while it runs is something else,
which a node notices. Pauses are measured on another clock and stay as they are.
"""

import time
from datetime import datetime, timezone
from pathlib import Path

from stage import tap

LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))


class Clock:
    """How far ahead the programs of a world are."""

    def __init__(self, world):
        if not LIBRARIES:
            raise tap.Skip("libfaketime is not installed")
        self.world = world
        self.ahead_s = 0

    def forward(self, minutes):
        """All programs end; who is started from now on is later by this."""
        self.world.stop()
        self.ahead_s += minutes * 60
        for name in self.world.daemons:
            self.set(name, 0)

    def set(self, name, minutes):
        """This program's clock alone, once it is started, is wrong by so much;
        0: right again."""
        self.world.daemons[name].environment = {
            "LD_PRELOAD": str(LIBRARIES[0]),
            "FAKETIME": f"{self.ahead_s + minutes * 60:+d}s",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def in_minutes(self, minutes):
        """That moment on this clock, as messages write it."""
        at = time.time() + self.ahead_s + 60 * minutes
        return datetime.fromtimestamp(at, timezone.utc).strftime(
            "%Y-%m-%dT%H:%M:%SZ"
        )
