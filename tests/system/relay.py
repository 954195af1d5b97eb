# SPDX-License-Identifier: Apache-2.0
"""relay - worlds with several brokers in a row, each serving offices of its own.

A row of brokers is a list of (address, states whose offices it serves). Each
knows its neighbours alone: what is behind the one on its left, and on its right.
It connects to the one on its right, and waits for the one on its left.

A chain is such a row in which every program has a network of its own, joined by
a cable to those alone that it speaks to.
"""

from stage import BROKER
from daemon import Daemon
from namespaces import Namespace, join
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
        (address,) = [a for a, s in self.row if state_of(office) in s]
        return address

    @property
    def brokers(self):
        return [address for address, _ in self.row]

    def listen(self, address):
        """Where that broker listens."""
        return f"tcp://127.0.0.1:{self.ports[address]}"

    def endpoint(self, address, asker):
        """Where somebody finds it."""
        return self.listen(address)

    # ---- making it ----

    def make_broker(self):
        self.ports = {address: free_port() for address in self.brokers}
        for address in self.brokers:
            self.broker_folder(address).mkdir()
            (self.broker_folder(address) / "offices").mkdir()
            self.make_keys("broker", address, self.broker_folder(address))
        for address in self.brokers:
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
        place = self.brokers.index(address)
        keys = ", ".join(f"{s}: {k}" for s, k in self.keys.items())
        text = (
            f"address: {address}\n"
            f'listen: "{self.listen(address)}"\n'
            "keys: keys\n"
            "certificate: broker.cert\n"
            "certificates: offices\n"
            "store: store\n"
            f"authorities: {{{keys}}}\n"
            "brokers:\n"
        )
        if place > 0:
            text += self.neighbour_text(place, -1, self.row[:place])
        if place + 1 < len(self.row):
            text += self.neighbour_text(place, 1, self.row[place + 1 :])
        return text

    def neighbour_text(self, place, step, behind):
        asker, address = self.brokers[place], self.brokers[place + step]
        served = [s for _, states in behind for s in states if s in self.keys]
        endpoint = self.endpoint(address, asker)
        return (
            f"  - address: {address}\n"
            + (f'    endpoint: "{endpoint}"\n' if step > 0 else "")
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
                line = f'    endpoint: "{self.endpoint(broker, address)}"'
            elif name == "certificate" and line.startswith("    "):
                line = (
                    f"    certificate: {self.broker_folder(broker)}/broker.cert"
                )
            lines.append(line)
        self.node_file(address).write_text("\n".join(lines) + "\n", "utf-8")


class Three(Row):
    row = THREE


class Chain(Three):
    """Three brokers and their offices, each in a network of its own."""

    port_everywhere = 7100

    def __init__(self, folder, offices=None, broker_program=None):
        super().__init__(folder, offices, broker_program)
        self.networks = {}
        self.ends = {}  # (whose, for whom): its address on their cable

    def make_folder(self):
        super().make_folder()
        for name in (*self.brokers, *self.names):
            self.networks[name] = Namespace()
        for one, other in zip(self.brokers, self.brokers[1:]):
            self.join(one, other)
        for office in self.names:
            self.join(office, self.broker_of(office))

    def join(self, one, other):
        ends = join(
            self.networks[one], self.networks[other], len(self.ends) // 2
        )
        self.ends[one, other], self.ends[other, one] = ends

    def listen(self, address):
        return f"tcp://0.0.0.0:{self.port_everywhere}"

    def endpoint(self, address, asker):
        return f"tcp://{self.ends[address, asker]}:{self.port_everywhere}"

    def make(self):
        super().make()
        for name, daemon in self.daemons.items():
            daemon.arguments = self.networks[name].inside(daemon.arguments)

    def close(self):
        super().close()
        for network in self.networks.values():
            network.close()
