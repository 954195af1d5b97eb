# SPDX-License-Identifier: Apache-2.0
"""latency - how long one FLASH message takes, on an idle way and while ROUTINE
saturates it, next to what a bare synced commit costs in the same minutes, and
whether the machine itself goes steadily.

Under load it lasts so many seconds: the count is what it will not reach."""

import statistics
import tempfile

from ask import ask

QUICK = {"idle": 300, "loaded": 2000, "seconds": 15, "steady": 5}
WHOLE = {"idle": 2000, "loaded": 16_000, "seconds": 120, "steady": 30}
COMMITS = 300
POINTS = ("accepted", "desk", "read", "receipt")


def commit(folder):
    with tempfile.TemporaryDirectory(dir=folder) as store:
        return ask("bench-commit", f"--folder={store}", f"--count={COMMITS}")


def median_of(spreads):
    return {
        key: statistics.median(spread[key] for spread in spreads)
        for key in spreads[0]
    }


def flash(kind, count, *more):
    return ask("bench-latency", *kind.ends(), f"--count={count}", *more)


def measure(kinds, folder, extent, tell):
    """{"steady": moments, "commit": spread,
    kind: {"idle": points, "loaded": points}}"""
    tell("how steadily the machine goes")
    steady = ask("bench-steady", f"--seconds={extent['steady']}")
    commits = [commit(folder)]
    said = {kind.name: {} for kind in kinds}
    for kind in kinds:
        flash(kind, extent["idle"] // 10 + 1)  # to warm up
    for kind in kinds:
        tell(f"{kind.name}: FLASH, idle")
        said[kind.name]["idle"] = flash(kind, extent["idle"])
    commits.append(commit(folder))
    for kind in kinds:
        tell(f"{kind.name}: FLASH, under load")
        said[kind.name]["loaded"] = flash(
            kind, extent["loaded"], f"--seconds={extent['seconds']}", "--load"
        )
    commits.append(commit(folder))
    tell(None)
    return {"steady": steady, "commit": median_of(commits), **said}


def rows(latency):
    """For a table."""
    yield ("", "FLASH", "p50 ms", "p99 ms", "p99.9 ms")
    for kind, said in latency.items():
        if kind == "steady":
            share = f"slow {said['slow_share']:.1%} of the time"
            yield ("the machine itself", share, "", "", "")
            continue
        if kind == "commit":
            yield line("one bare commit", "", said)
            continue
        for state, points in said.items():
            for point in POINTS:
                count = f"{points[point]['messages']:,} {point}"
                yield line(f"{kind}, {state}", count, points[point])


def line(name, what, spread):
    """With nothing in it where nothing came so far."""
    return (
        name,
        what,
        *(
            f"{spread[key] / 1000:.2f}" if key in spread else "-"
            for key in ("p50_us", "p99_us", "p999_us")
        ),
    )
