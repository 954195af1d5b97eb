# SPDX-License-Identifier: Apache-2.0
"""goals - ratios of what was measured in the same minutes, and which lines of
docs/PERFORMANCE.md they miss. A ratio whose halves were not both measured is
not there; no line is held against it, unless it was asked for."""

SIZE = 1024  # at which lines hold

# name: (at least, at most); None: told, and nothing is wanted of it
LINES = {
    "direct_vs_nats": (1, None),
    "relay_vs_nats": (0.7, None),
    "direct_vs_rabbitmq": (2.5, None),
    "direct_vs_limit": (0.6, None),
    "relay_vs_direct": (None, None),
    # Until the signed receipt, of an idle way: 1 is as much as is allowed, of
    # so many bare commits and so many milliseconds.
    "flash_idle_direct": (None, 1),
    "flash_idle_relay": (None, 1),
    "flash_p99_vs_idle_p50": (None, 10),
    "cost_at_large_store": (None, 1.3),
    "backlog_vs_relay": (0.7, None),
    "start_large_store_s": (None, 2),
    "offices_idle_mb": (None, 100),
    "policy_decision_ns": (None, 1000),
}
OFFICES = 1000  # so many for the line about them
AGREEMENTS = 10_000

ALL = [name for name, bounds in LINES.items() if bounds != (None, None)]

# of, to: messages a second on the desk
RATES = {
    "direct_vs_nats": ("direct", "nats"),
    "relay_vs_nats": ("relay", "nats"),
    "direct_vs_rabbitmq": ("direct", "rabbitmq"),
    "direct_vs_limit": ("direct", "limit"),
    "relay_vs_direct": ("relay", "direct"),
}

# kind: (bare commits, microseconds besides)
FLASH_ALLOWED = {"direct": (4, 1000), "relay": (6, 2000)}


def median(figures, kind):
    sizes = figures.get(kind, {})
    return sizes[SIZE]["to_desk"]["median"] if SIZE in sizes else None


def rates(figures):
    for name, (of, to) in RATES.items():
        halves = median(figures, of), median(figures, to)
        if None not in halves:
            yield name, halves[0] / halves[1]


def flash(latency):
    """The worst of both ways, where there are two."""
    if "commit" not in latency:
        return
    worst = []
    for kind, (commits, besides) in FLASH_ALLOWED.items():
        if kind not in latency:
            continue
        idle = latency[kind]["idle"]["receipt"]["p50_us"]
        allowed = commits * latency["commit"]["p50_us"] + besides
        yield f"flash_idle_{kind}", idle / allowed
        worst.append(latency[kind]["loaded"]["receipt"]["p99_us"] / idle)
    if worst:
        yield "flash_p99_vs_idle_p50", max(worst)


def scale(said):
    """Of the large end of each curve."""
    if said.get("store") and "cost" in said["store"][-1]:
        yield "cost_at_large_store", said["store"][-1]["cost"]
        yield "start_large_store_s", said["store"][-1]["start_s"]
    if "backlog" in said:
        backlog = said["backlog"]
        yield "backlog_vs_relay", backlog["rate"] / backlog["relay_rate"]
    for point in said.get("offices", ()):
        if point["offices"] == OFFICES:
            yield "offices_idle_mb", point["cost_mb"]
    for point in said.get("agreements", ()):
        if point["in_use"] == AGREEMENTS:
            yield "policy_decision_ns", point["p50_ns"]


def ratios(measured):
    found = dict(rates(measured.get("figures", {})))
    found.update(flash(measured.get("latency", {})))
    found.update(scale(measured.get("scale", {})))
    return {name: found[name] for name in LINES if name in found}


def missed(found, asked=(), missing=None):
    """Sentences. `asked` are the names that should have been measured, and
    `missing` says of a peer why it was not."""
    said = []
    for name, value in found.items():
        least, most = LINES[name]
        if least is not None and value < least:
            said.append(f"{name} is {value:.2f}, and should be at least {least}")
        if most is not None and value > most:
            said.append(f"{name} is {value:.2f}, and should be at most {most}")
    for name in asked:
        if name not in found:
            said.append(f"{name} was not measured{why(name, missing or {})}")
    return said


def why(name, missing):
    peer = RATES.get(name, ("", ""))[1]
    return f": {missing[peer]}" if peer in missing else ""
