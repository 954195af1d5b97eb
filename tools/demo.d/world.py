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
import itertools
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILD = Path(os.environ.get("ENTENTE_BUILD", ROOT / "build"))
STATES = ("th", "mm", "kh", "kr")
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
READY_S = 30
STOP_S = 20
SAID_MAX = 2000  # of what a program said, in an error


class WorldError(Exception):
    """Something that should work did not; in words for the operator."""


def state_of(address):
    return address.rsplit("@", 1)[1]


def kind_of(address):
    return address.split("@", 1)[0].split("-", 1)[0]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def json_values(text):
    """Every JSON value in a text, one after another."""
    decoder = json.JSONDecoder()
    at = 0
    text = text.strip()
    while at < len(text):
        value, at = decoder.raw_decode(text, at)
        yield value
        while at < len(text) and text[at].isspace():
            at += 1


class Result:
    """What a program said, and its exit status."""

    def __init__(self, arguments, code, out, err):
        self.arguments = [str(argument) for argument in arguments]
        self.code = code
        self.out = out
        self.err = err

    def values(self):
        return list(json_values(self.out))

    def value(self):
        (value,) = json_values(self.out)
        return value

    def must(self, *codes):
        """This result, whose exit status must be one of these (0)."""
        if self.code not in (codes or (0,)):
            raise WorldError(
                f"{' '.join(self.arguments)}: exit {self.code}\n"
                f"{self.err[-SAID_MAX:] or self.out[-SAID_MAX:]}"
            )
        return self


def run(arguments, stdin=None, timeout_s=120, env=None):
    """Run a program to its end."""
    arguments = [str(argument) for argument in arguments]
    try:
        done = subprocess.run(
            arguments,
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout_s,
            env=env,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise WorldError(
            f"{' '.join(arguments)}: no end after {timeout_s} s"
        ) from error
    except OSError as error:
        raise WorldError(f"{arguments[0]}: {error.strerror}") from error
    return Result(arguments, done.returncode, done.stdout, done.stderr)


class Daemon:
    """A long-running program: its process, its log, whether it is ready."""

    numbers = itertools.count(1)

    def __init__(self, name, arguments, log):
        self.name = name
        self.arguments = [str(argument) for argument in arguments]
        self.log = Path(log)
        self.environment = {}  # beside our own
        self.process = None
        self.notify = None

    @property
    def pid(self):
        return self.process.pid

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def launch(self):
        """Start it, without waiting until it is ready."""
        assert not self.is_running()
        self.close_notify()
        address = f"entente-{os.getpid()}-{next(self.numbers)}"
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind("\0" + address)
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.arguments,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={
                    **os.environ,
                    **self.environment,
                    "NOTIFY_SOCKET": "@" + address,
                },
                start_new_session=True,  # Ctrl-C is for us alone
            )

    def wait_ready(self):
        """Until it says READY=1; an error if it ends instead."""
        deadline = time.monotonic() + READY_S
        while True:
            self.notify.settimeout(0.05)
            try:
                said = self.notify.recv(4096)
            except socket.timeout:
                said = b""
            if b"READY=1" in said.split(b"\n"):
                # Nobody reads what it says after that, so nothing may wait.
                self.close_notify()
                return
            if not said and self.process.poll() is not None:
                raise WorldError(
                    f"{self.name} ended with {self.process.returncode}"
                    f" instead of starting:\n{self.log_end()}"
                )
            if time.monotonic() > deadline:
                raise WorldError(
                    f"{self.name} is not ready after {READY_S} s:\n"
                    f"{self.log_end()}"
                )

    def start(self):
        self.launch()
        self.wait_ready()

    def wait(self, timeout_s):
        """Until it ends; its exit status."""
        try:
            code = self.process.wait(timeout_s)
        except subprocess.TimeoutExpired as error:
            raise WorldError(
                f"{self.name} still runs after {timeout_s} s"
            ) from error
        self.close_notify()
        return code

    def kill(self):
        """kill -9: it learns nothing of it."""
        if self.is_running():
            self.process.kill()
            self.wait(STOP_S)

    def stop(self):
        """SIGTERM; its exit status."""
        if not self.is_running():
            return None if self.process is None else self.process.returncode
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.wait(STOP_S)
        except WorldError:
            self.kill()
            raise

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self):
        self.process.send_signal(signal.SIGCONT)

    def close_notify(self):
        if self.notify is not None:
            self.notify.close()
            self.notify = None

    def log_text(self):
        try:
            return self.log.read_text(errors="replace")
        except FileNotFoundError:
            return ""

    def log_end(self, lines=12):
        return "\n".join(self.log_text().splitlines()[-lines:])


class Sending:
    """`entente send --json` of many messages, while other things happen."""

    numbers = itertools.count(1)

    def __init__(self, world, office, messages, to, timeout_s):
        base = world.folder / f"send-{next(self.numbers)}"
        self.world = world
        self.office = office
        self.source = base.with_suffix(".jsonl")
        self.out = base.with_suffix(".out")
        self.err = base.with_suffix(".err")
        with open(self.source, "w", encoding="utf-8") as file:
            for message in messages:
                file.write(json.dumps(message, ensure_ascii=False) + "\n")
        self.arguments = world.cli_arguments(
            ["send", self.source, *(f"--to={address}" for address in to)],
            office,
        ) + [f"--timeout={timeout_s}"]
        with open(self.out, "wb") as out, open(self.err, "wb") as err:
            self.process = subprocess.Popen(
                self.arguments, stdin=subprocess.DEVNULL, stdout=out, stderr=err
            )

    def is_done(self):
        return self.process.poll() is not None

    def progress(self):
        """How many messages were answered so far."""
        with open(self.out, "rb") as file:
            return sum(1 for _ in file)

    def results(self):
        """What became of each message, at the end."""
        code = self.process.wait()
        done = Result(
            self.arguments,
            code,
            self.out.read_text(),
            self.err.read_text(errors="replace"),
        )
        if code not in (0, 1):  # 1: a copy was refused
            done.must()
        for path in (self.source, self.out, self.err):
            path.unlink()
        return done.values()


class Following:
    """`entente inbox --follow`: what it says, as it says it."""

    def __init__(self, arguments):
        self.process = subprocess.Popen(
            arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
        )
        self.rest = b""

    def next_line(self, timeout_s):
        """The next line, if it comes in time."""
        deadline = time.monotonic() + timeout_s
        pipe = self.process.stdout
        while b"\n" not in self.rest:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([pipe], [], [], left)[0]:
                raise WorldError(f"nothing came for {timeout_s} s")
            more = os.read(pipe.fileno(), 65536)
            if not more:
                raise WorldError("it ended")
            self.rest += more
        line, _, self.rest = self.rest.partition(b"\n")
        return line.decode()

    def next_json(self, timeout_s):
        return json.loads(self.next_line(timeout_s))

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class World:
    """The states, their offices and the broker, in one folder."""

    def __init__(self, folder, offices=None, broker_program=None):
        self.folder = Path(folder).resolve()
        self.names = {
            address: OFFICES.get(address, address)
            for address in (OFFICES if offices is None else offices)
        }
        self.states = [
            state
            for state in STATES
            if state in {state_of(address) for address in self.names} | {"th"}
        ]
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
        run(
            [self.broker_program, "init", "-c", self.broker / "broker.yaml"]
        ).must()
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

    def desk(self, office):
        """Everything that came for this office, in its order."""
        return self.cli(office, "inbox", "--from=1").must().values()

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
