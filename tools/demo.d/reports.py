# SPDX-License-Identifier: Apache-2.0
"""reports - seizures as officers reported them, and who tells whom of them."""

import os
from collections import Counter
from pathlib import Path

from flow import Flow, read_routes
from world import HERE, OFFICES, ROOT

DATA = Path("drug-seizures/asia-2011-2014.csv")


def read_data(demo):
    """Every row of the data, or of the sample; the name of the file."""
    path = demo.options.data
    if path is None:
        folder = Path(os.environ.get("ENTENTE_DATA", ROOT / "../shared/data"))
        path = folder / DATA
        if not path.exists():
            demo.screen.say(
                f"{DATA.name} is not here (ENTENTE_DATA would say where);"
                " a small sample stands in for it."
            )
            path = HERE / "sample.csv"
    demo.flow = Flow(
        demo.codes,
        demo.agreements,
        read_routes(HERE / "routes.yaml"),
        OFFICES,
    )
    demo.flow.read(path)
    return path.name


def rows_of(flow, states):
    """How many seizures of whom go from whom to whom."""
    rows = [("SEIZURES", "OF", "TOLD BY", "TO")]
    for name, state in states.items():
        if flow.of_state[state]:
            partners = " ".join(flow.partners[state])
            rows.append((flow.of_state[state], name, f"ncc@{state}", partners))
    for hub, number in flow.alerts.items():
        rows.append((number, "of those", hub, " ".join(flow.routes[hub])))
    for name, number in flow.without.most_common():
        rows.append((number, name, "-", "nobody: no agreement"))
    if flow.problems:
        rows.append((len(flow.problems), "unclear", "-", "nobody: see below"))
    return rows


def say_what_is_left_out(screen, flow):
    for problem in flow.problems[:5]:
        screen.line(f"   not clear: {problem}")
    if len(flow.problems) > 5:
        screen.line(f"   and {len(flow.problems) - 5} more")
    for (state, kind), number in flow.hubless.items():
        screen.say(
            f"{number} of them at a hub of {state} ({kind}) that has no"
            " office here: nobody downstream is warned."
        )


def say_what_has_no_code(screen, flow):
    uncoded = Counter()
    for (_, word), number in flow.uncoded.items():
        uncoded[word] += number
    words = ", ".join(
        f"{word} ({number})" for word, number in uncoded.most_common(6)
    )
    if words:
        screen.say(
            f"Words without a code pass as they were written: {words}"
            f"{' ...' if len(uncoded) > 6 else ''}."
        )


def show(demo):
    screen = demo.screen
    screen.section("Real reports: who tells whom what was seized")
    name = read_data(demo)
    flow = demo.flow
    screen.say(
        f"{flow.rows} seizures as officers reported them ({name})."
        " The centre of each state tells every partner whose agreement"
        " lists such reports; what an airport or mail centre found, it"
        " also tells the crossings downstream."
    )
    screen.table(rows_of(flow, demo.codes.states), right=(0,))
    say_what_is_left_out(screen, flow)
    say_what_has_no_code(screen, flow)
    kept = (
        sum(flow.of_state.values())
        + sum(flow.without.values())
        + len(flow.problems)
    )
    demo.check(
        kept == flow.rows,
        f"{flow.rows} rows, {kept} accounted for, none dropped",
    )
