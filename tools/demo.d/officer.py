# SPDX-License-Identifier: Apache-2.0
"""officer - commands of an officer that last: a batch being handed in, a desk being
watched."""

import itertools
import json
import os
import select
import subprocess
import time

from program import Result, WorldError


class Sending:
    """`entente send --json` of many messages, while other things happen."""

    numbers = itertools.count(1)

    def __init__(self, world, office, messages, to, timeout_s):
        base = world.folder / f"send-{next(self.numbers)}"
        self.world = world
        self.office = office
        self.source = base.with_suffix(".jsonl")
        self.out = base.with_suffix(".out")
        self.err = base.with_suffix(".err")
        with open(self.source, "w", encoding="utf-8") as file:
            for message in messages:
                file.write(json.dumps(message, ensure_ascii=False) + "\n")
        self.arguments = world.cli_arguments(
            ["send", self.source, *(f"--to={address}" for address in to)],
            office,
        ) + [f"--timeout={timeout_s}"]
        with open(self.out, "wb") as out, open(self.err, "wb") as err:
            self.process = subprocess.Popen(
                self.arguments, stdin=subprocess.DEVNULL, stdout=out, stderr=err
            )

    def is_done(self):
        return self.process.poll() is not None

    def progress(self):
        """How many messages were answered so far."""
        with open(self.out, "rb") as file:
            return sum(1 for _ in file)

    def results(self):
        """What became of each message, at the end."""
        code = self.process.wait()
        done = Result(
            self.arguments,
            code,
            self.out.read_text(),
            self.err.read_text(errors="replace"),
        )
        if code not in (0, 1):  # 1: a copy was refused
            done.must()
        for path in (self.source, self.out, self.err):
            path.unlink()
        return done.values()


class Following:
    """`entente inbox --follow`: what it says, as it says it."""

    def __init__(self, arguments):
        self.process = subprocess.Popen(
            arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
        )
        self.rest = b""

    def next_line(self, timeout_s):
        """The next line, if it comes in time."""
        deadline = time.monotonic() + timeout_s
        pipe = self.process.stdout
        while b"\n" not in self.rest:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([pipe], [], [], left)[0]:
                raise WorldError(f"nothing came for {timeout_s} s")
            more = os.read(pipe.fileno(), 65536)
            if not more:
                raise WorldError("it ended")
            self.rest += more
        line, _, self.rest = self.rest.partition(b"\n")
        return line.decode()

    def next_json(self, timeout_s):
        return json.loads(self.next_line(timeout_s))

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
