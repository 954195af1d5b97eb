# SPDX-License-Identifier: Apache-2.0
"""world - four states with their offices and a broker, on this machine.

Everything is made by the real programs, as operators would make it: authorities,
keys, certificates, agreements signed by both sides, stores. The nodes and the
broker are real processes, known by their number; they say themselves when they
are ready (sd_notify), and they can be stopped, killed and started again.

The folder looks like this:

    authorities/th/               root key of a state, and its public half
    agreements/th-mm.yaml, .sig   what the states signed
    offices/ncc@th/               one office: node.yaml, keys, certificate,
                                  its copies of the agreements, store, log
    broker/                       the relay
"""

import fcntl
import os
import shutil
import signal
import socket
import time
from pathlib import Path

from daemon import STOP_S, Daemon
from officer import Following, Sending
from program import WorldError, run

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILD = Path(os.environ.get("ENTENTE_BUILD", ROOT / "build"))
BROKER = "broker-bangkok@th"
OFFICES = {
    "ncc@th": "NCC Bangkok",
    "blo-maesai@th": "BLO Mae Sai",
    "blo-aranyaprathet@th": "BLO Aranyaprathet",
    "airport-suvarnabhumi@th": "Suvarnabhumi Airport",
    "mail-bangkok@th": "Bangkok Mail Centre",
    "ncc@mm": "NCC Nay Pyi Taw",
    "blo-tachileik@mm": "BLO Tachileik",
    "ncc@kh": "NCC Phnom Penh",
    "blo-poipet@kh": "BLO Poipet",
    "ncc@kr": "NCC Seoul",
    "ilo-bangkok@kr": "ILO Bangkok",
}
SOCKET_PATH_MAX = 107  # what a Unix address has room for


def state_of(address):
    return address.rsplit("@", 1)[1]


def kind_of(address):
    return address.split("@", 1)[0].split("-", 1)[0]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class World:
    """The states, their offices and the broker, in one folder."""

    def __init__(self, folder, offices=None, broker_program=None):
        self.folder = Path(folder).resolve()
        self.names = {
            address: OFFICES.get(address, address)
            for address in (OFFICES if offices is None else offices)
        }
        self.states = sorted({state_of(name) for name in self.names} | {"th"})
        self.entente = BUILD / "tools/entente"
        self.node_program = BUILD / "node/entente-node"
        self.broker_program = (
            Path(broker_program).resolve()
            if broker_program
            else BUILD / "broker/entente-broker"
        )
        self.port = None
        self.keys = {}  # of authorities, as agreements write them
        self.daemons = {}
        self.lock = None

    # ---- paths ----

    def office(self, address):
        return self.folder / "offices" / address

    def node_file(self, address):
        return self.office(address) / "node.yaml"

    def authority(self, state):
        return self.folder / "authorities" / state

    @property
    def broker(self):
        return self.folder / "broker"

    @property
    def brokers(self):
        """Their addresses, in the order in which bundles pass them."""
        return [BROKER]

    def broker_folder(self, address):
        assert address == BROKER
        return self.broker

    def broker_of(self, office):
        """The broker that serves that office."""
        return BROKER

    # ---- making it ----

    def make(self):
        """Everything but the processes."""
        self.make_folder()
        self.port = free_port()
        for state in self.states:
            self.make_authority(state)
        self.make_agreements()
        self.make_broker()
        for address in self.names:
            self.make_office(address)

    def make_folder(self):
        longest = max(
            len(str(self.office(address) / "api.sock"))
            for address in self.names
        )
        if longest > SOCKET_PATH_MAX:
            raise WorldError(
                f"'{self.folder}' is {longest - SOCKET_PATH_MAX} characters"
                " too long for the sockets inside it"
            )
        self.folder.mkdir(parents=True, exist_ok=True)
        self.lock = open(self.folder / ".lock", "w", encoding="utf-8")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WorldError(f"'{self.folder}' is in use") from None
        if any(self.folder.glob("[!.]*")):
            raise WorldError(f"'{self.folder}' is not empty")
        for name in ("authorities", "agreements", "offices"):
            (self.folder / name).mkdir()

    def tool(self, *arguments):
        return run([self.entente, *arguments]).must()

    def make_authority(self, state):
        made = self.tool(
            "authority",
            "new",
            state,
            "--plain",
            f"--out={self.authority(state)}",
            "--json",
        ).value()
        self.keys[state] = made["public_key"]

    def make_agreements(self):
        """Those whose parties are all here, signed by each of them."""
        for template in sorted((HERE / "agreements").glob("*.yaml")):
            states = template.stem.split("-")
            if set(states) <= set(self.states):
                self.sign(template.stem, template.read_text("utf-8"))

    def sign(self, name, text, states=None, folder=None):
        """Write an agreement with the authorities' keys, and sign it."""
        path = (folder or self.folder / "agreements") / f"{name}.yaml"
        for state, key in self.keys.items():
            text = text.replace(f"@{state}@", key)
        path.write_text(text, "utf-8")
        path.with_name(path.name + ".sig").unlink(missing_ok=True)
        for state in name.split("-") if states is None else states:
            self.tool(
                "agreement",
                "sign",
                path,
                f"--state={state}",
                f"--authority={self.authority(state)}",
            )
        return path

    def make_keys(self, kind, address, folder, authority=None):
        """Keys and certificate of an office or broker."""
        authority = authority or self.authority(state_of(address))
        self.tool(kind, "new", address, "--plain", f"--out={folder}/keys")
        self.tool(
            kind,
            "certify",
            f"{folder}/keys/{kind}.request",
            f"--authority={authority}",
            *([f"--kind={kind_of(address)}"] if kind == "office" else []),
            f"--name=en={self.names.get(address, address)}",
            f"--out={folder}/{kind}.cert",
        )

    def make_broker(self):
        self.broker.mkdir()
        self.make_keys("broker", BROKER, self.broker)
        (self.broker / "offices").mkdir()
        keys = ", ".join(f"{s}: {k}" for s, k in self.keys.items())
        (self.broker / "broker.yaml").write_text(
            f"address: {BROKER}\n"
            f'listen: "tcp://127.0.0.1:{self.port}"\n'
            "keys: keys\n"
            "certificate: broker.cert\n"
            "certificates: offices\n"
            "store: store\n"
            f"authorities: {{{keys}}}\n",
            "utf-8",
        )
        self.broker_init().must()
        self.daemons[BROKER] = Daemon(
            BROKER,
            [self.broker_program, "-c", self.broker / "broker.yaml"],
            self.broker / "log",
        )

    def make_office(self, address):
        folder = self.office(address)
        folder.mkdir()
        self.make_keys("office", address, folder)
        shutil.copy(
            folder / "office.cert", self.broker / f"offices/{address}.cert"
        )
        self.take_agreements(address)
        self.write_node_file(address)
        self.node_init(address).must()
        self.daemons[address] = Daemon(
            address,
            [self.node_program, "-c", self.node_file(address)],
            folder / "log",
        )

    def take_agreements(self, address):
        """The office's own copies of those its state is a party to."""
        folder = self.office(address) / "agreements"
        folder.mkdir(exist_ok=True)
        for path in (self.folder / "agreements").glob("*.yaml"):
            if state_of(address) in path.stem.split("-"):
                shutil.copy(path, folder)
                shutil.copy(f"{path}.sig", folder)

    def write_node_file(self, address, port=None, **more):
        """Its node.yaml; `more` are further keys."""
        state = state_of(address)
        states = dict.fromkeys([state, state_of(BROKER)])
        keys = ", ".join(f"{each}: {self.keys[each]}" for each in states)
        lines = [
            f"address: {address}",
            "keys: keys",
            "certificate: office.cert",
            "store: store",
            "agreements: agreements",
            "api: api.sock",
            f"authorities: {{{keys}}}",
            "brokers:",
            f"  - address: {BROKER}",
            f'    endpoint: "tcp://127.0.0.1:{port or self.port}"',
            f"    certificate: {self.broker}/broker.cert",
        ]
        lines += [f"{key}: {value}" for key, value in more.items()]
        self.node_file(address).write_text("\n".join(lines) + "\n", "utf-8")

    def node_init(self, address):
        return run([self.node_program, "init", "-c", self.node_file(address)])

    def broker_init(self):
        return run(
            [self.broker_program, "init", "-c", self.broker / "broker.yaml"]
        )

    # ---- processes ----

    def start(self, *names):
        """Start these, or all, and wait until they are ready."""
        for name in names or self.daemons:
            self.daemons[name].launch()
        for name in names or self.daemons:
            self.daemons[name].wait_ready()

    def stop(self, *names):
        """SIGTERM to these, or all; {name: exit status}."""
        chosen = [self.daemons[name] for name in names or self.daemons]
        running = [daemon for daemon in chosen if daemon.is_running()]
        for daemon in running:
            daemon.process.send_signal(signal.SIGTERM)
        return {daemon.name: daemon.stop() for daemon in running}

    def kill(self, *names):
        """kill -9."""
        for name in names:
            self.daemons[name].process.kill()
        for name in names:
            self.daemons[name].wait(STOP_S)

    def restart(self, *names):
        self.kill(*names)
        self.start(*names)

    def close(self):
        """Leave no process behind, whatever happened before."""
        for daemon in self.daemons.values():
            if daemon.process is not None:
                if daemon.is_running():
                    daemon.go_on()
                daemon.kill()
        if self.lock is not None:
            self.lock.close()

    # ---- what officers do ----

    def cli_arguments(self, arguments, office, as_json=True):
        return [
            str(self.entente),
            *(str(argument) for argument in arguments),
            f"--node={self.node_file(office)}",
            *(["--json"] if as_json else []),
        ]

    def cli(self, office, *arguments, as_json=True, stdin=None, timeout_s=120):
        """The command line of one office."""
        return run(
            self.cli_arguments(arguments, office, as_json),
            stdin=stdin,
            timeout_s=timeout_s,
        )

    def send(self, office, *messages, to, timeout_s=60):
        """Hand messages in; what became of each."""
        sending = self.sending(office, messages, to, timeout_s)
        return sending.results()

    def sending(self, office, messages, to, timeout_s=60):
        return Sending(self, office, messages, to, timeout_s)

    def following(self, office, *arguments, as_json=True):
        return Following(
            self.cli_arguments(
                ["inbox", "--follow", *arguments], office, as_json
            )
        )

    def trace(self, office, id_=None):
        """What the node knows about what it sent."""
        arguments = [id_] if id_ else ["--all"]
        return self.cli(office, "trace", *arguments).must().values()

    def desk(self, office, first=1):
        """What came for this office, in its order, from that number on."""
        return self.cli(office, "inbox", f"--from={first}").must().values()

    def status(self, office):
        return self.cli(office, "status").must().value()

    def unsettled(self, *offices):
        """How many copies no recipient has answered yet."""
        return sum(
            int(self.status(office).get("outboxWaiting", 0))
            for office in offices or self.names
        )

    def settle(self, *offices, timeout_s=90, seen=None):
        """Wait until every copy was answered by its recipient."""
        deadline = time.monotonic() + timeout_s
        while True:
            waiting = self.unsettled(*offices)
            if seen is not None:
                seen(waiting)
            if waiting == 0:
                return
            if time.monotonic() > deadline:
                raise WorldError(
                    f"{waiting} copies are not settled after {timeout_s} s"
                )
            time.sleep(0.2)

    def verify_journal(self, office):
        return self.cli(office, "journal", "verify")
