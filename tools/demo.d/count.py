# SPDX-License-Identifier: Apache-2.0
"""count - what became of every message, by id, from the stores of all nodes.

A copy is one message on its way to one office. Three witnesses speak of it: the
program that handed it in (accepted), the node that sent it (its trace) and the
node that got it (its desk). A copy that was accepted must be on the recipient's
desk exactly once, or have been refused there by a clause, or have expired.

Nothing here reads a file or asks a node, so that a test can show that one lost
copy and one doubled copy among thousands are noticed.
"""

from collections import Counter
from typing import NamedTuple

REFUSED_HERE = "TRACE_REFUSED_HERE"
REFUSED_THERE = "TRACE_REFUSED"
EXPIRED = ("TRACE_EXPIRED", "TRACE_EXPIRED_UNCONFIRMED")
DELIVERED = "TRACE_DELIVERED"


class Copy(NamedTuple):
    """One message, from one office to one office."""

    sender: str
    id: str
    to: str

    def __str__(self):
        return f"{self.id} {self.sender} -> {self.to}"


class Tally(NamedTuple):
    """Counts, and the copies that are not as they should be."""

    sent: int
    delivered: int
    refused: int
    expired: int
    acknowledged: int
    replayed: int
    lost: list
    doubled: list
    unknown: list  # on a desk, and nobody says that it was sent
    unsettled: list  # on the desk, and its sender does not know

    def is_good(self):
        return not (
            self.lost or self.doubled or self.unknown or self.unsettled
        )

    def line(self):
        """The closing line of the demonstration."""
        return (
            f"{self.sent} sent, {self.delivered} delivered,"
            f" {self.refused} refused by clause,"
            f" {self.acknowledged} acknowledged, {self.replayed} replayed,"
            f" {len(self.lost)} lost, {len(self.doubled)} doubled"
        )


def accepted_copies(sender, results):
    """The copies that `entente send --json` called accepted."""
    return [
        Copy(sender, result["id"], copy["to"])
        for result in results
        for copy in result.get("copies", [])
        if copy.get("accepted")
    ]


def copies_of_traces(traces):
    """{copy: [its rows]}, of {office: [items of its trace]}."""
    rows = {}
    for sender, items in traces.items():
        for item in items:
            for row in item.get("copies", []):
                copy = Copy(sender, item["id"], row["to"])
                rows.setdefault(copy, []).append(row)
    return rows


def copies_of_desks(desks):
    """How often each copy is on its desk, of {office: [items of its desk]}."""
    return Counter(
        Copy(item["from"], item["id"], office)
        for office, items in desks.items()
        for item in items
    )


def count(accepted, traces, desks, replays=None):
    """The tally of all copies."""
    rows = copies_of_traces(traces)
    arrived = copies_of_desks(desks)
    again = copies_of_desks(replays or {})
    state = {copy: row[-1]["state"] for copy, row in rows.items()}
    sent = set(accepted)
    sent.update(copy for copy, is_ in state.items() if is_ != REFUSED_HERE)
    there = {copy for copy, is_ in state.items() if is_ == REFUSED_THERE}
    expired = {copy for copy, is_ in state.items() if is_ in EXPIRED}
    here = {copy for copy, is_ in state.items() if is_ == REFUSED_HERE}
    missing = sent - arrived.keys() - there - expired
    # Delivered to the sender's knowledge, and on no desk: lost all the same. A
    # copy the sender has forgotten is lost even if it arrived.
    forgotten = set(accepted) - rows.keys()
    twice = {copy for copy, times in arrived.items() if times > 1}
    twice.update(copy for copy, row in rows.items() if len(row) > 1)
    return Tally(
        sent=len(sent),
        delivered=len(sent & arrived.keys()),
        refused=len(here | there),
        expired=len(expired),
        acknowledged=sum(
            1 for row in rows.values() if int(row[-1].get("acknowledgedAt", 0))
        ),
        replayed=len(again),
        lost=sorted(missing | forgotten),
        doubled=sorted(twice),
        unknown=sorted(arrived.keys() - sent),
        unsettled=sorted(
            copy
            for copy in sent & arrived.keys()
            if copy in state and state[copy] != DELIVERED
        ),
    )
