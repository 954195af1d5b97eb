# SPDX-License-Identifier: Apache-2.0
"""flow - who reports which seizure to whom, read out of the agreements.

A row is reported by the national centre of its country to every partner state
whose agreement lists the family. What an airport, a seaport or a mail centre
found also goes to the crossings that routes.yaml puts downstream of it.
"""

from collections import Counter

import seizures
import yaml
from world import kind_of, state_of

FAMILY = "drug_seizure"


class Agreement:
    """What this needs of an agreement file."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            text = yaml.safe_load(file)
        self.path = path
        self.name = text["agreement"]
        self.title = text["title"]
        self.parties = list(text["parties"])
        self.offices = [office["address"] for office in text["offices"]]
        self.exchange = text["exchange"]

    def lets_pass(self, family, sender, recipient):
        """A clause names this family, direction and kind of offices."""
        way = f"{state_of(sender)} to {state_of(recipient)}"
        return {sender, recipient} <= set(self.offices) and any(
            family in clause["families"]
            and clause["direction"] in ("both", way)
            and {kind_of(sender), kind_of(recipient)} <= set(clause["between"])
            for clause in self.exchange
        )


def read_agreements(folder):
    return [Agreement(path) for path in sorted(folder.glob("*.yaml"))]


def partners_of(office, agreements):
    """The centres of other states that are told of this one's seizures."""
    return [
        f"ncc@{state}"
        for agreement in agreements
        if state_of(office) in agreement.parties
        for state in agreement.parties
        if state != state_of(office)
        and agreement.lets_pass(FAMILY, office, f"ncc@{state}")
    ]


class Flow:
    """Every row of the data: what becomes of it."""

    def __init__(self, codes, agreements, routes, offices):
        self.codes = codes
        self.routes = routes
        self.offices = offices
        self.partners = {
            state: partners_of(f"ncc@{state}", agreements)
            for state in codes.states.values()
        }
        self.batches = {}  # (sender, recipients): messages
        self.rows = 0
        self.of_state = Counter()  # rows that became messages
        self.alerts = Counter()  # hub alerts, by hub
        self.without = Counter()  # rows of states without an agreement
        self.hubless = Counter()  # (state, kind of hub): rows, no such office
        self.problems = []
        self.uncoded = Counter()  # (column, word): passed on as written

    def read(self, path):
        for row in seizures.read(path):
            self.rows += 1
            try:
                if isinstance(row, seizures.Problem):
                    raise row
                self.take(row)
            except seizures.Problem as problem:
                self.problems.append(problem)

    def take(self, row):
        state = seizures.state_of(row, self.codes)
        if not self.partners.get(state):
            self.without[row["COUNTRY"]] += 1
            return
        message = seizures.seizure_of(row, self.codes, self.uncoded)
        self.of_state[state] += 1
        self.add(f"ncc@{state}", self.partners[state], message)
        self.warn(state, message)

    def add(self, sender, recipients, message):
        key = (sender, tuple(recipients))
        self.batches.setdefault(key, []).append(message)

    def warn(self, state, message):
        """The crossings downstream of the hub where it was found."""
        kind = seizures.hub_kind_of(message)
        if kind is None:
            return
        for hub, crossings in self.routes.items():
            if (state_of(hub), kind_of(hub)) == (state, kind):
                self.alerts[hub] += 1
                places = [self.codes.crossings[each] for each in crossings]
                self.add(
                    hub, crossings, seizures.hub_alert_of(message, places)
                )
                return
        self.hubless[state, kind] += 1

    def copies(self):
        """How many sealed messages that makes."""
        return sum(
            len(messages) * len(recipients)
            for (_, recipients), messages in self.batches.items()
        )


def read_routes(path):
    with open(path, encoding="utf-8") as file:
        return yaml.safe_load(file)
