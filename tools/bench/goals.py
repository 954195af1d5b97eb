# SPDX-License-Identifier: Apache-2.0
"""goals - ratios of what was measured in the same minutes, and which lines of
docs/PERFORMANCE.md they miss. A ratio whose halves were not both measured is
not there, and no line is held against it."""

SIZE = 1024  # at which lines hold

# name: (of, to, at least)
LINES = {
    "direct_vs_limit": ("direct", "limit", 0.6),
    "relay_vs_direct": ("relay", "direct", None),
}


def median(figures, kind):
    sizes = figures.get(kind, {})
    return sizes[SIZE]["to_desk"]["median"] if SIZE in sizes else None


def ratios(figures):
    found = {}
    for name, (of, to, _) in LINES.items():
        halves = median(figures, of), median(figures, to)
        if None not in halves:
            found[name] = halves[0] / halves[1]
    return found


def missed(found):
    """Sentences."""
    return [
        f"{name} is {value:.2f}, and should be at least {LINES[name][2]}"
        for name, value in found.items()
        if LINES[name][2] is not None and value < LINES[name][2]
    ]
