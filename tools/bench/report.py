# SPDX-License-Identifier: Apache-2.0
"""report - what was measured, for people and for programs."""

import os
import sys

import latency
import scale
from peers import PEERS

COLUMNS = ("", "bytes", "messages/s to desk", "spread", "to receipt")


def progress(text):
    """One line that is written over, on a terminal; None: it is over."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text or ''}", end="", file=sys.stderr, flush=True)


def table(lines):
    """The first line is the heading; the first column is of words."""
    lines = list(lines)
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    for line in lines:
        first, *rest = zip(line, widths)
        print(
            first[0].ljust(first[1]),
            *(text.rjust(width) for text, width in rest),
            sep="  ",
        )


def rate_rows(figures):
    yield COLUMNS
    for kind, sizes in figures.items():
        for size, said in sizes.items():
            desk = said["to_desk"]
            receipt = said.get("to_receipt")  # a peer gives none
            yield (
                kind,
                str(size),
                f"{desk['median']:,.0f}",
                f"{desk['min']:,.0f} to {desk['max']:,.0f}",
                f"{receipt['median']:,.0f}" if receipt else "-",
            )


def swept_lines(name, figures):
    for size, said in figures.items():
        if "swept" in said:
            swept = ", ".join(
                f"{window}: {rate:,.0f}" for window, rate in said["swept"].items()
            )
            yield f"{name}, {size} bytes, by how many ahead: {swept}"


def lines(figures):
    """How each ran, and what it does not do: a rate alone says little."""
    for name, of_sizes in figures.items():
        yield from swept_lines(name, of_sizes)
        if name in PEERS:
            peer = PEERS[name]
            yield f"{name}: {peer.settings}. It has {peer.lacks}."


def show(measured, ratios, missed):
    if measured.get("figures"):
        table(rate_rows(measured["figures"]))
        print(*lines(measured["figures"]), sep="\n")
    if "latency" in measured:
        table(latency.rows(measured["latency"]))
    for rows in scale.rows(measured["scale"]) if "scale" in measured else ():
        table(rows)
    for note in scale.notes(measured["scale"]) if "scale" in measured else ():
        print(note)
    for why in measured.get("missing", {}).values():
        print(f"missing: {why}")
    for name, value in ratios.items():
        print(f"{name} {value:.2f}")
    for sentence in missed:
        print(f"missed: {sentence}")


def as_json(measured, ratios, missed):
    return {
        "machine": {
            "cpus": os.cpu_count(),
            "kernel": os.uname().release,
            "load": os.getloadavg(),
        },
        **measured,
        "ratios": ratios,
        "missed": missed,
    }
