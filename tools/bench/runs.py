# SPDX-License-Identifier: Apache-2.0
"""runs - what is measured, one round at a time, in turns.

A kind has a name, is made ready once, and runs a round: so many messages of so
many bytes; it says how many seconds until the last was in the hands of the
recipient's program, and until the sender had the receipt for each.
"""

import contextlib
import json
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from program import WorldError
from world import BROKER, BUILD, World, free_port

SENDER = "blo-maesai@th"
RECIPIENT = "blo-tachileik@mm"
TIMEOUT_S = 900
CONNECT_S = 60


def ask(program, *arguments):
    """Run a program of the bench; what it says."""
    try:
        done = subprocess.run(
            [BUILD / "tools" / program, *arguments],
            stdout=subprocess.PIPE,
            timeout=TIMEOUT_S,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise WorldError(f"{program}: {error}") from error
    return json.loads(done.stdout)


class Limit:
    """The primitives in a bare loop."""

    name = "limit"

    def __init__(self, folder):
        self.folder = folder

    def round(self, size, messages):
        with tempfile.TemporaryDirectory(dir=self.folder) as stores:
            said = ask(
                "bench-limit",
                f"--messages={messages}",
                f"--size={size}",
                f"--folder={stores}",
            )
        return {"arrived_s": said["receipts_s"], **said}

    def close(self):
        pass


class Linked(World):
    """The sender's office connects to the recipient's. They learn each other's
    certificates from the broker, which is gone then."""

    def make(self):
        self.listen_port = free_port()
        super().make()

    def write_node_file(self, address, port=None, **more):
        if address == RECIPIENT:
            more["listen"] = f'"tcp://127.0.0.1:{self.listen_port}"'
        super().write_node_file(address, port, **more)
        if address == SENDER:
            with open(self.node_file(address), "a", encoding="utf-8") as file:
                file.write(
                    "peers:\n"
                    f"  - address: {RECIPIENT}\n"
                    f'    endpoint: "tcp://127.0.0.1:{self.listen_port}"\n'
                    f"    certificate: {self.office(RECIPIENT)}/office.cert\n"
                )


class Exchange:
    """Two real offices; their stores go on from round to round."""

    def __init__(self, folder):
        self.world = self.world_of(folder / self.name, (SENDER, RECIPIENT))
        self.world.make()
        self.world.start()
        self.ready()

    def ready(self):
        """Until there is a way."""
        self.until(
            lambda: all(
                broker.get("connected")
                for office in (SENDER, RECIPIENT)
                for broker in self.world.status(office)["brokers"]
            ),
            "the offices are connected to their broker",
        )

    def until(self, true, what):
        deadline = time.monotonic() + CONNECT_S
        while not true():
            if time.monotonic() > deadline:
                raise WorldError(f"{self.name}: not after {CONNECT_S} s: {what}")
            time.sleep(0.05)

    def round(self, size, messages):
        return ask(
            "bench-feed",
            f"--from={self.world.office(SENDER)}/api.sock",
            f"--at={self.world.office(RECIPIENT)}/api.sock",
            f"--to={RECIPIENT}",
            f"--messages={messages}",
            f"--size={size}",
        )

    def close(self):
        self.world.close()


class Direct(Exchange):
    """Office to office."""

    name = "direct"
    world_of = Linked

    def ready(self):
        super().ready()
        self.until(
            lambda: all(
                link.get("connected")
                for link in self.world.status(SENDER)["links"]
            ),
            "the offices are connected",
        )
        self.world.kill(BROKER)


class Relay(Exchange):
    """Through a broker."""

    name = "relay"
    world_of = World


def summary(seconds, messages):
    """Messages a second: the median, the slowest and the fastest round."""
    rates = sorted(messages / each for each in seconds)
    return {
        "median": statistics.median(rates),
        "min": rates[0],
        "max": rates[-1],
    }


class Runs(contextlib.ExitStack):
    """Kinds, made ready together, so that their rounds can alternate."""

    def __init__(self, kinds):
        super().__init__()
        folder = self.enter_context(
            tempfile.TemporaryDirectory(prefix="ent-bench-")
        )
        self.kinds = []
        for kind in kinds:
            made = kind(Path(folder))
            self.callback(made.close)
            self.kinds.append(made)

    def interleaved(self, sizes, rounds, messages, tell):
        """{kind: {size: figures}}; the first round of each is for warming up."""
        said = {(kind.name, size): [] for kind in self.kinds for size in sizes}
        for number in range(rounds + 1):
            for size in sizes:
                for kind in self.kinds:
                    tell(f"{kind.name}, {size} bytes, round {number} of {rounds}")
                    round_ = kind.round(size, messages if number else messages // 4 + 1)
                    if number:
                        said[kind.name, size].append(round_)
        tell(None)
        return {
            kind.name: {
                size: {
                    "messages": messages,
                    "to_desk": summary(
                        [each["arrived_s"] for each in said[kind.name, size]],
                        messages,
                    ),
                    "to_receipt": summary(
                        [each["receipts_s"] for each in said[kind.name, size]],
                        messages,
                    ),
                }
                for size in sizes
            }
            for kind in self.kinds
        }
