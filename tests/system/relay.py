# SPDX-License-Identifier: Apache-2.0
"""relay - worlds with several brokers in a row, each serving offices of its own.

A row of brokers is a list of (address, states whose offices it serves). Each
knows its neighbours alone: what is behind the one on its left, and on its right.
It connects to the one on its right, and waits for the one on its left.
"""

from stage import BROKER
from daemon import Daemon
from program import run
from world import World, free_port, state_of

YANGON = "broker-yangon@mm"
CHIANGMAI = "broker-chiangmai@th"

TWO = [(BROKER, ["th"]), (YANGON, ["mm", "kh", "kr"])]
THREE = [(BROKER, ["th"]), (CHIANGMAI, ["kh", "kr"]), (YANGON, ["mm"])]


class Row(World):
    """Offices at the broker of their state, and brokers in a row."""

    row = TWO

    def __init__(self, folder, offices=None, broker_program=None):
        super().__init__(folder, offices, broker_program)
        self.ports = {}
        if "mm" not in self.states:
            self.states.append("mm")

    # ---- who is where ----

    def broker_folder(self, address):
        return self.folder / address.partition("@")[0]

    @property
    def broker(self):
        return self.broker_folder(BROKER)

    def broker_of(self, office):
        """The broker that serves that office."""
        (address,) = [a for a, s in self.row if state_of(office) in s]
        return address

    def endpoint(self, address):
        """Where that broker listens."""
        return f"tcp://127.0.0.1:{self.ports[address]}"

    # ---- making it ----

    def make_broker(self):
        self.ports = {address: free_port() for address, _ in self.row}
        for address, _ in self.row:
            self.broker_folder(address).mkdir()
            (self.broker_folder(address) / "offices").mkdir()
            self.make_keys("broker", address, self.broker_folder(address))
        for address, _ in self.row:
            folder = self.broker_folder(address)
            (folder / "broker.yaml").write_text(self.broker_text(address))
            program = self.broker_program
            run([program, "init", "-c", folder / "broker.yaml"]).must()
            self.daemons[address] = Daemon(
                address,
                [program, "-c", folder / "broker.yaml"],
                folder / "log",
            )

    def broker_text(self, address):
        """Its broker.yaml."""
        place = [a for a, _ in self.row].index(address)
        keys = ", ".join(f"{s}: {k}" for s, k in self.keys.items())
        text = (
            f"address: {address}\n"
            f'listen: "{self.endpoint(address)}"\n'
            "keys: keys\n"
            "certificate: broker.cert\n"
            "certificates: offices\n"
            "store: store\n"
            f"authorities: {{{keys}}}\n"
            "brokers:\n"
        )
        if place > 0:
            text += self.neighbour_text(place - 1, self.row[:place], False)
        if place + 1 < len(self.row):
            text += self.neighbour_text(place + 1, self.row[place + 1 :], True)
        return text

    def neighbour_text(self, place, behind, dials):
        address = self.row[place][0]
        served = [s for _, states in behind for s in states if s in self.keys]
        return (
            f"  - address: {address}\n"
            + (f'    endpoint: "{self.endpoint(address)}"\n' if dials else "")
            + f"    certificate: {self.broker_folder(address)}/broker.cert\n"
            f"    serves: [{', '.join(served)}]\n"
        )

    def make_office(self, address):
        super().make_office(address)
        served_by = self.broker_of(address)
        if served_by != BROKER:
            name = f"offices/{address}.cert"
            (self.broker / name).rename(self.broker_folder(served_by) / name)

    def write_node_file(self, address, port=None, **more):
        super().write_node_file(address, port, **more)
        broker = self.broker_of(address)
        states = dict.fromkeys([state_of(address), state_of(broker)])
        keys = ", ".join(f"{each}: {self.keys[each]}" for each in states)
        lines = []
        for line in self.node_file(address).read_text("utf-8").splitlines():
            name = line.strip(" -").partition(":")[0]
            if name == "authorities":
                line = f"authorities: {{{keys}}}"
            elif line == f"  - address: {BROKER}":
                line = f"  - address: {broker}"
            elif name == "endpoint" and lines[-1] == f"  - address: {broker}":
                line = f'    endpoint: "{self.endpoint(broker)}"'
            elif name == "certificate" and line.startswith("    "):
                line = (
                    f"    certificate: {self.broker_folder(broker)}/broker.cert"
                )
            lines.append(line)
        self.node_file(address).write_text("\n".join(lines) + "\n", "utf-8")


class Three(Row):
    row = THREE
