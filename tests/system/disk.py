# SPDX-License-Identifier: Apache-2.0
"""disk - a disk under a daemon of a world, which fails when it is told to.

The daemon is started with faulty_disk.c before it. What it is told are files in
a folder: to cut the power before the next sync, to hold or to fail every sync,
to be read-only.
"""

import contextlib
import signal
import subprocess

from stage import tap
from world import BUILD

LIBRARY = BUILD / "tests/libfaulty_disk.so"


class Disk:
    """The disk of one daemon, from its next start on."""

    def __init__(self, world, name):
        if not LIBRARY.exists():
            raise tap.Skip(f"{LIBRARY} is not built")
        self.daemon = world.daemons[name]
        self.folder = world.folder / "disks" / name
        self.folder.mkdir(parents=True)
        self.daemon.environment |= {
            "LD_PRELOAD": str(LIBRARY),
            "FAULTY_DISK": str(self.folder),
        }

    def cut_power(self, after=0):
        """After so many more syncs the process dies between a write and its
        sync, and what was not synced is lost in part."""
        order = self.folder / "new"
        order.write_text(str(after))
        order.rename(self.folder / "cut")

    def has_cut(self, patience_s):
        """Whether that happened; who has nothing to write lives."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.daemon.process.wait(patience_s)
        try:
            (self.folder / "cut").unlink()
        except FileNotFoundError:
            return self.daemon.process.wait() == -signal.SIGKILL
        return False

    @contextlib.contextmanager
    def failing(self, how):
        """While this lasts: "held" (no sync is over), "eio" (every sync of a store)
        or "readonly" (every write)."""
        order = self.folder / how
        order.touch()
        try:
            yield
        finally:
            order.unlink()
