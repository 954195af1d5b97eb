# SPDX-License-Identifier: Apache-2.0
"""memory - the most anonymous memory that programs had while this watched.

What a program maps of its store is the kernel's to keep or to drop; what counts
as its own is anonymous (RssAnon in /proc/PID/status).
"""

import contextlib
import threading


def anonymous_kb(pid):
    """What it has now; 0 when it is no more."""
    with contextlib.suppress(OSError, ValueError):
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            for line in file:
                if line.startswith("RssAnon:"):
                    return int(line.split()[1])
    return 0


class Watch:
    """Samples everybody in a world, and who is named in `others`."""

    def __init__(self, world, every_s=0.02):
        self.world = world
        self.every_s = every_s
        self.others = {}  # name: pid
        self.peaks = {}  # name: kB
        self.samples = 0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while not self.over.wait(self.every_s):
            self.sample()

    def sample(self):
        pids = dict(self.others)
        for name, daemon in self.world.daemons.items():
            if daemon.is_running():
                pids[name] = daemon.pid
        for name, pid in pids.items():
            self.peaks[name] = max(self.peaks.get(name, 0), anonymous_kb(pid))
        self.samples += 1

    def end(self):
        self.over.set()
        self.thread.join()
