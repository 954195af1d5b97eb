# SPDX-License-Identifier: Apache-2.0
"""runs - what is measured, one round at a time, in turns.

A kind has a name, is made ready once, and runs a round: so many messages of so
many bytes; it says how many seconds until the last was in the hands of the
recipient's program, and until the sender had the receipt for each.
"""

import contextlib
import os
import statistics
import tempfile
import time
from pathlib import Path

from ask import ask
from program import WorldError
from sweep import Swept
from world import BROKER, World, free_port

SENDER = "blo-maesai@th"
RECIPIENT = "blo-tachileik@mm"
CONNECT_S = 60
BATCH = 256  # messages in a request, at most,
BATCH_BYTES = 1 << 20  # and bytes of them
NOT_SWEPT = 4  # requests under way
REST_S = 1


def batch_of(size):
    """So many messages of this size go in one request."""
    return max(1, min(BATCH, BATCH_BYTES // size))


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


class Exchange(Swept):
    """Two real offices; their stores go on from round to round. Each program that
    hands in has one request under way."""

    choices = (2, 4, 8, 16)  # programs

    def __init__(self, folder):
        super().__init__()
        self.world = self.world_of(folder / self.name, (SENDER, RECIPIENT))
        try:
            self.world.make()
            self.world.start()
            self.ready()
        except BaseException:
            self.world.close()
            raise

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

    def ends(self):
        """Whom the programs of the bench speak to."""
        return (
            f"--from={self.world.office(SENDER)}/api.sock",
            f"--at={self.world.office(RECIPIENT)}/api.sock",
            f"--to={RECIPIENT}",
        )

    def choices_at(self, size):
        return tuple(programs * batch_of(size) for programs in self.choices)

    def run(self, size, messages, window, *more):
        return ask(
            "bench-feed",
            *self.ends(),
            f"--messages={messages}",
            f"--size={size}",
            f"--batch={batch_of(size)}",
            f"--producers={window // batch_of(size)}",
            *more,
        )

    def round(self, size, messages, *more):
        window = self.windows.get(size, NOT_SWEPT * batch_of(size))
        return self.run(size, messages, window, *more)

    def close(self):
        self.world.close()


class Direct(Exchange):
    """Office to office."""

    name = "direct"
    world_of = Linked

    def ready(self):
        super().ready()
        self.linked()
        self.world.kill(BROKER)

    def linked(self):
        self.until(
            lambda: all(
                link.get("connected")
                for link in self.world.status(SENDER)["links"]
            ),
            "the offices are connected",
        )


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


def rest():
    """What one puts off to quiet moments, or leaves unwritten, costs the next
    nothing."""
    time.sleep(REST_S)
    os.sync()


class Runs(contextlib.ExitStack):
    """Kinds, made ready together, so that their rounds can alternate."""

    def __init__(self, kinds):
        super().__init__()
        self.folder = Path(
            self.enter_context(tempfile.TemporaryDirectory(prefix="ent-bench-"))
        )
        self.kinds = []
        try:
            for kind in kinds:
                self.kinds.append(kind(self.folder))
                self.callback(self.kinds[-1].close)
        except BaseException:
            self.close()
            raise

    def named(self, *names):
        return [kind for kind in self.kinds if kind.name in names]

    def tune(self, sizes, messages, tell):
        """Where a kind has something to find out first."""
        for kind in self.kinds:
            for size in sizes:
                if hasattr(kind, "tune"):
                    kind.tune(size, messages, tell)

    def interleaved(self, sizes, rounds, messages, tell):
        """{kind: {size: figures}}; the first round of each is for warming up."""
        said = {(kind.name, size): [] for kind in self.kinds for size in sizes}
        self.tune(sizes, messages // 2 + 1, tell)
        for number in range(rounds + 1):
            for size in sizes:
                for kind in self.kinds:
                    tell(f"{kind.name}, {size} bytes, round {number} of {rounds}")
                    rest()
                    round_ = kind.round(size, messages if number else messages // 4 + 1)
                    if number:
                        said[kind.name, size].append(round_)
        tell(None)
        return {
            kind.name: {
                size: figures_of(kind, size, said[kind.name, size], messages)
                for size in sizes
            }
            for kind in self.kinds
        }


def figures_of(kind, size, rounds, messages):
    """Of one kind and size."""
    figures = {
        "messages": messages,
        "to_desk": summary([each["arrived_s"] for each in rounds], messages),
    }
    if "receipts_s" in rounds[0]:
        receipts = [each["receipts_s"] for each in rounds]
        figures["to_receipt"] = summary(receipts, messages)
    if hasattr(kind, "swept"):
        figures["swept"] = kind.swept[size]
        figures["window"] = kind.windows[size]
    return figures
