# SPDX-License-Identifier: Apache-2.0
"""ways - a world with a second broker, and counting what arrived by it."""

import contextlib
import socket
import threading
from collections import Counter

import stage
from daemon import Daemon
from program import run
from stage import MAESAI, TACHILEIK, BROKER, radio_check, until, uuid_of
from tap import expect
from world import World, free_port

OTHER_BROKER = "broker-chiangmai@th"


class TwoBrokers(World):
    """Every office knows both; the first one is BROKER."""

    @property
    def other_broker(self):
        return self.folder / "other-broker"

    def make_broker(self):
        super().make_broker()
        folder = self.other_broker
        self.other_port = free_port()
        folder.mkdir()
        self.make_keys("broker", OTHER_BROKER, folder)
        text = (self.broker / "broker.yaml").read_text("utf-8")
        (folder / "broker.yaml").write_text(
            text.replace(BROKER, OTHER_BROKER)
            .replace(f":{self.port}", f":{self.other_port}")
            .replace(
                "certificates: offices",
                f"certificates: {self.broker}/offices",
            ),
            "utf-8",
        )
        program = self.broker_program
        run([program, "init", "-c", folder / "broker.yaml"]).must()
        self.daemons[OTHER_BROKER] = Daemon(
            OTHER_BROKER,
            [program, "-c", folder / "broker.yaml"],
            folder / "log",
        )

    def write_node_file(self, address, port=None, **more):
        super().write_node_file(address, port, **more)
        path = self.node_file(address)
        text = path.read_text("utf-8")
        first = f"    certificate: {self.broker}/broker.cert\n"
        path.write_text(
            text.replace(
                first,
                first + f"  - address: {OTHER_BROKER}\n"
                f'    endpoint: "tcp://127.0.0.1:{self.other_port}"\n'
                f"    certificate: {self.other_broker}/broker.cert\n",
            ),
            "utf-8",
        )


def send_batch(world, sent, name, count, precedence):
    """Messages from Mae Sai with ids that the test chooses; {id: text}."""
    messages = []
    for number in range(count):
        id_ = uuid_of(number)
        text = f"{name} {number}"
        messages.append(radio_check(text, id=id_, precedence=precedence))
        sent[id_] = text
    for result in world.send(MAESAI, *messages, to=[TACHILEIK]):
        expect([copy["accepted"] for copy in result["copies"]], [True])


def states(world):
    """How many copies are in which state at Mae Sai."""
    items = world.trace(MAESAI)
    return Counter(c["state"] for item in items for c in item["copies"])


def each_arrived_once(world, sent):
    """Counted by id: nothing lost, nothing doubled, and the sender knows."""
    until(
        lambda: len(world.desk(TACHILEIK)) >= len(sent)
        and states(world) == Counter({"TRACE_DELIVERED": len(sent)}),
        f"{len(sent)} messages are delivered: {states(world)}",
        timeout_s=120,
    )
    arrived = Counter(item["message"]["id"] for item in world.desk(TACHILEIK))
    lost = [id_ for id_ in sent if arrived[id_] == 0]
    doubled = [id_ for id_, times in arrived.items() if times > 1]
    stage.tap.remark(
        f"{len(sent)} sent, {sum(arrived.values())} on the desk, "
        f"{len(lost)} lost, {len(doubled)} doubled"
    )
    expect((lost, doubled, set(arrived) - set(sent)), ([], [], set()))


def ways_of(world, id_):
    """{neighbour: way} of one copy, by its sender's trace."""
    (item,) = world.trace(MAESAI, id_)
    (copy,) = item["copies"]
    return {way["via"]: way for way in copy.get("ways", [])}


class DirectLink(World):
    """Mae Sai connects to Tachileik too, over a cable that can be cut."""

    def make(self):
        self.listen_port = free_port()
        self.cable = Cable(self.listen_port)
        super().make()

    def close(self):
        super().close()
        self.cable.cut()

    def write_node_file(self, address, port=None, **more):
        if address == TACHILEIK:
            more["listen"] = f'"tcp://127.0.0.1:{self.listen_port}"'
        super().write_node_file(address, port, **more)
        if address == MAESAI:
            with open(self.node_file(address), "a", encoding="utf-8") as file:
                file.write(
                    "peers:\n"
                    f"  - address: {TACHILEIK}\n"
                    f'    endpoint: "tcp://127.0.0.1:{self.cable.port}"\n'
                    f"    certificate: {self.office(TACHILEIK)}/office.cert\n"
                )


class Cable:
    """A TCP connection to a port of this machine, until it is cut."""

    def __init__(self, port):
        self.far_port = port
        self.port = free_port()
        self.sockets = []
        self.listener = None
        self.mend()

    def mend(self):
        self.listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(
            target=self.accept, args=(self.listener,), daemon=True
        ).start()

    def accept(self, listener):
        while True:
            try:
                near, _ = listener.accept()
                far = socket.create_connection(("127.0.0.1", self.far_port))
            except OSError:
                if self.listener is not listener:
                    return
                near.close()
                continue
            self.sockets += [near, far]
            for one, other in ((near, far), (far, near)):
                threading.Thread(
                    target=pour, args=(one, other), daemon=True
                ).start()

    def cut(self):
        listener, self.listener = self.listener, None
        if listener is not None:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        for end in self.sockets:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self.sockets = []


def pour(one, other):
    """What comes out of one goes into the other, until either ends."""
    with contextlib.suppress(OSError):
        while data := one.recv(65536):
            other.sendall(data)
    for end in (one, other):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


def until_linked(world, office, linked=True):
    """The direct link of that office is there, or is not."""
    until(
        lambda: any(
            link.get("connected") for link in world.status(office).get("links", [])
        )
        == linked,
        f"{office} has its direct link: {linked}",
    )
