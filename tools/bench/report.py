# SPDX-License-Identifier: Apache-2.0
"""report - what was measured, for people and for programs."""

import os
import sys

COLUMNS = ("", "bytes", "messages/s to desk", "spread", "to receipt")


def progress(text):
    """One line that is written over, on a terminal; None: it is over."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text or ''}", end="", file=sys.stderr, flush=True)


def rows(figures):
    for kind, sizes in figures.items():
        for size, said in sizes.items():
            desk = said["to_desk"]
            yield (
                kind,
                str(size),
                f"{desk['median']:,.0f}",
                f"{desk['min']:,.0f} to {desk['max']:,.0f}",
                f"{said['to_receipt']['median']:,.0f}",
            )


def table(figures, ratios, missed):
    lines = [COLUMNS, *rows(figures)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(COLUMNS))]
    for line in lines:
        first, *rest = zip(line, widths)
        print(
            first[0].ljust(first[1]),
            *(text.rjust(width) for text, width in rest),
            sep="  ",
        )
    for name, value in ratios.items():
        print(f"{name} {value:.2f}")
    for sentence in missed:
        print(f"missed: {sentence}")


def as_json(figures, ratios, missed):
    return {
        "machine": {"cpus": os.cpu_count(), "kernel": os.uname().release},
        "figures": figures,
        "ratios": ratios,
        "missed": missed,
    }
