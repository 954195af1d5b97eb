# SPDX-License-Identifier: Apache-2.0
"""scale - what a message, an office and an agreement cost when there are many of
them: curves, each with the small end measured in the same minutes as the large.
"""

import contextlib
import json
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from ask import ask
from program import WorldError
from runs import RECIPIENT, SENDER, Direct, Relay
from world import BROKER, BUILD, World

BYTES = 256  # of a message in a large store
BYTES_ON_DISK = 6000  # of one, at both offices together, more than it takes
PROBE = 10_000
ROUNDS = 3
QUICK = {
    "store": (10_000, 100_000, 1_000_000),
    "store_s": 150,
    "backlog": 100_000,
    "offices": (10, 100, 1000),
    "agreements": (1, 10, 100, 1000, 10_000),
    "requests": (1, 4, 16, 64, 256),
    "probe": PROBE,
}
WHOLE = {
    **QUICK,
    "store": (10_000, 100_000, 1_000_000, 10_000_000),
    "store_s": 4 * 3600,
    "backlog": 1_000_000,
    "offices": (10, 30, 100, 300, 1000),
}


def memory_of(pid):
    """MB: all of it, and what is not a file that is mapped."""
    said = dict(
        line.split(":", 1)
        for line in Path(f"/proc/{pid}/status").read_text().splitlines()
    )
    return {
        "resident_mb": int(said["VmRSS"].split()[0]) / 1000,
        "own_mb": int(said["RssAnon"].split()[0]) / 1000,
    }


def size_of(folder):
    return sum(
        path.stat().st_blocks * 512
        for path in folder.rglob("*")
        if path.is_file()
    )


@contextlib.contextmanager
def made(kind, folder):
    """One of its own, gone afterwards with its stores."""
    with tempfile.TemporaryDirectory(dir=folder) as inner:
        exchange = kind(Path(inner))
        try:
            yield exchange
        finally:
            exchange.close()


def rate(exchange, messages, size=BYTES, *more):
    """Messages a second, on the desk."""
    said = exchange.round(size, messages, *more)
    return messages / said["arrived_s"]


# ---- the store ----


def restart(exchange):
    """Seconds that each took, the slower of the two offices."""
    stops, starts = [], []
    for office in (SENDER, RECIPIENT):
        daemon = exchange.world.daemons[office]
        began = time.monotonic()
        daemon.stop()
        stops.append(time.monotonic() - began)
    for office in (RECIPIENT, SENDER):
        began = time.monotonic()
        exchange.world.daemons[office].start()
        starts.append(time.monotonic() - began)
    exchange.linked()
    return {"stop_s": max(stops), "start_s": max(starts)}


def compare(large, folder, probe):
    """Both rates, in turns: of this store and of a new one."""
    rates = {"rate": [], "new_rate": []}
    with made(Direct, folder) as new:
        rate(new, probe // 4 + 1)
        for _ in range(ROUNDS):
            rates["rate"].append(rate(large, probe))
            rates["new_rate"].append(rate(new, probe))
    return {name: statistics.median(each) for name, each in rates.items()}


def point(exchange, folder, messages, probe):
    """What a store of so many costs."""
    said = compare(exchange, folder, probe)
    world = exchange.world
    said["cost"] = said["new_rate"] / said["rate"]
    said["messages"] = messages
    for name, office in (("sender", SENDER), ("recipient", RECIPIENT)):
        said[name] = memory_of(world.daemons[office].pid)
        said[name]["store_mb"] = size_of(world.office(office) / "store") / 1e6
    said.update(restart(exchange))
    return said


def fill(exchange, messages, until, tell):
    """Until there are so many more, or the time is over; how many came."""
    done = 0
    while done < messages and time.monotonic() < until:
        tell(f"the store grows: {done:,} of {messages:,} more")
        some = min(messages - done, 100_000)
        rate(exchange, some)
        done += some
    return done


def store(folder, extent, tell):
    """A point for each size that there is time and disk for."""
    points = []
    until = time.monotonic() + extent["store_s"]
    with made(Direct, folder) as exchange:
        have = 0
        for target in extent["store"]:
            free = shutil.disk_usage(folder).free
            if (target - have) * BYTES_ON_DISK > free:
                points.append({"messages": target, "left_out": "no disk"})
                break
            have += fill(exchange, target - have, until, tell)
            tell(f"a store of {have:,}, beside a new one")
            points.append(point(exchange, folder, have, extent["probe"]))
            have += ROUNDS * extent["probe"]
            if have < target:
                points[-1]["wanted"] = target  # what fits was measured
                break
    return points


# ---- who was away ----


def backlog(folder, extent, tell):
    """So many wait for an office that is away; from its start to its desk."""
    messages = extent["backlog"]
    with made(Relay, folder) as relay:
        tell(f"a backlog of {messages:,}")
        relay.round(1024, extent["probe"])
        usual = [rate(relay, 2 * extent["probe"], 1024) for _ in range(ROUNDS)]
        relay.world.stop(RECIPIENT)
        relay.round(1024, messages, "--only=send")
        began = time.monotonic()
        relay.world.start(RECIPIENT)
        relay.round(1024, messages, "--only=receive")
        took = time.monotonic() - began
        usual += [rate(relay, 2 * extent["probe"], 1024)]
    return {
        "messages": messages,
        "seconds": took,
        "rate": messages / took,
        "relay_rate": statistics.median(usual),
    }


# ---- messages in one request, and so in one bundle ----


def requests(folder, extent, tell):
    points = []
    with made(Direct, folder) as direct:
        rate(direct, extent["probe"], 1024)
        for batch in extent["requests"]:
            tell(f"requests of {batch}")
            messages = min(extent["probe"], 200 * batch + 800)
            points.append(
                {
                    "batch": batch,
                    "rate": rate(direct, messages, 1024, f"--batch={batch}"),
                }
            )
    return points


# ---- offices that are there ----


def crowd_of(world, count):
    return subprocess.Popen(
        [
            BUILD / "tools/bench-crowd",
            f"--authority={world.authority('th')}/authority.key",
            "--state=th",
            f"--broker={world.broker}/broker.cert",
            f"--certificates={world.broker}/offices",
            f"--port={world.port}",
            f"--count={count}",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def connected(crowd, count):
    crowd.stdin.write(f"{count}\n")
    crowd.stdin.flush()
    said = crowd.stdout.readline()
    if not said:
        raise WorldError(f"{count} offices cannot be connected")
    return json.loads(said)


def offices(folder, extent, tell):
    """Real connections of offices that say nothing, and the broker's memory."""
    counts = extent["offices"]
    with tempfile.TemporaryDirectory(dir=folder) as inner:
        world = World(Path(inner) / "w", ("ncc@th",))
        world.make()
        crowd = crowd_of(world, max(counts))
        try:
            if crowd.stdout.readline() != "made\n":
                raise WorldError("offices cannot be made")
            world.start(BROKER)
            pid = world.daemons[BROKER].pid
            alone = memory_of(pid)["resident_mb"]
            points = [{"offices": 0, "broker_mb": alone, "cost_mb": 0}]
            for count in counts:
                tell(f"{count} offices")
                points.append(connected(crowd, count))
                broker_mb = memory_of(pid)["resident_mb"]
                points[-1]["broker_mb"] = broker_mb
                points[-1]["cost_mb"] = broker_mb - alone
        finally:
            crowd.kill()
            crowd.wait()
            world.close()
    return points


# ---- agreements ----


def decision(folder, count, tell):
    tell(f"a decision among {count:,} agreements")
    with tempfile.TemporaryDirectory(dir=folder) as inner:
        return ask(
            "bench-decide", f"--folder={inner}/agreements", f"--agreements={count}"
        )


def agreements(folder, extent, tell):
    return [decision(folder, count, tell) for count in extent["agreements"]]


# ---- for a table ----


def rows(said):
    """One table for each curve."""
    store_points = [each for each in said["store"] if "cost" in each]
    yield (
        ("messages in store", "rate", "of a new one", "cost", "MB", "own MB", "start"),
        *(
            (
                f"{each['messages']:,}",
                f"{each['rate']:,.0f}",
                f"{each['new_rate']:,.0f}",
                f"{each['cost']:.2f}",
                f"{each['recipient']['store_mb']:,.0f}",
                f"{each['recipient']['own_mb']:,.0f}",
                f"{each['start_s']:.2f} s",
            )
            for each in store_points
        ),
    )
    waited = said["backlog"]
    yield (
        ("backlog", "seconds", "rate", "of the same relay"),
        (
            f"{waited['messages']:,}",
            f"{waited['seconds']:.1f}",
            f"{waited['rate']:,.0f}",
            f"{waited['relay_rate']:,.0f}",
        ),
    )
    yield (
        ("messages in a request", "rate"),
        *((str(each["batch"]), f"{each['rate']:,.0f}") for each in said["requests"]),
    )
    yield (
        ("offices at a broker", "MB"),
        *((f"{each['offices']:,}", f"{each['cost_mb']:.1f}") for each in said["offices"]),
    )
    yield (
        ("agreements", "in use", "decision", "read in"),
        *(
            (
                f"{each['agreements']:,}",
                f"{each['in_use']:,}",
                f"{each['p50_ns']} ns",
                f"{each['load_s']:.2f} s",
            )
            for each in said["agreements"]
        ),
    )


def notes(said):
    """What was not measured, and why."""
    for each in said["store"]:
        if "wanted" in each:
            yield f"the store has {each['messages']:,}, not {each['wanted']:,}: so many fit the time"
        if "left_out" in each:
            yield f"no store of {each['messages']:,}: there is {each['left_out']} for it"
    for each in said["agreements"]:
        if each["in_use"] < each["agreements"]:
            yield f"of {each['agreements']:,} agreements a node uses {each['in_use']:,}"


# ---- all of it ----


PARTS = {
    "store": store,
    "backlog": backlog,
    "requests": requests,
    "offices": offices,
    "agreements": agreements,
}


def measure(folder, extent, tell):
    said = {name: part(folder, extent, tell) for name, part in PARTS.items()}
    tell(None)
    return said


def smallest(messages):
    """So that everything is done once, in seconds."""
    return {
        **QUICK,
        "store": (messages,),
        "backlog": messages,
        "offices": (3,),
        "agreements": (2, 300),
        "requests": (1, 16),
        "probe": messages,
    }
