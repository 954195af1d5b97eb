# SPDX-License-Identifier: Apache-2.0
"""peers - other brokers on this machine, as Debian ships them, each started here
with its own folder, its own port on loopback and the settings that stand below;
no service of the system is touched.

They move the same bytes, published and consumed at once (bench-peer). None of them
does what a border agency needs of a message; `LACKS` says what, and the table
prints it, because a rate without it says little.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time

from ask import ask
from program import WorldError
from sweep import Swept
from world import BUILD, free_port

START_S = 90
STOP_S = 20
PLAIN = "no end-to-end encryption, signature, policy, receipt or journal"


def program_of(name):
    """Where Debian puts it, or None."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/usr/lib/rabbitmq/lib"
    return shutil.which(name, path=path)


def built_in():
    """The peers whose C library was there when bench-peer was built."""
    try:
        return subprocess.run(
            [BUILD / "tools/bench-peer", "--list"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
    except (OSError, subprocess.SubprocessError):
        return []


class Peer(Swept):
    """One broker, its process, and the window that is best for it."""

    name = package = library = program = lacks = None
    choices = (16, 64, 256, 1024, 4096)

    def __init__(self, folder):
        super().__init__()
        self.folder = folder / self.name
        self.folder.mkdir()
        self.port = free_port()
        self.process = None
        try:
            self.launch()
            self.await_port()
        except BaseException:
            self.close()
            raise

    @classmethod
    def missing(cls):
        """Why it cannot be measured here, or None."""
        if program_of(cls.program) is None:
            return f"{cls.name}: {cls.package} is not installed"
        if cls.name not in built_in():
            return f"{cls.name}: built without {cls.library}"
        return None

    def spawn(self, arguments, env=None):
        with open(self.folder / "log", "ab") as log:
            return subprocess.Popen(
                [str(each) for each in arguments],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **(env or {})},
                start_new_session=True,
            )

    def await_port(self):
        deadline = time.monotonic() + START_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                pass
            if self.process.poll() is not None or time.monotonic() > deadline:
                log = (self.folder / "log").read_text(errors="replace")
                raise WorldError(f"{self.name} does not start:\n{log[-2000:]}")
            time.sleep(0.1)

    def run(self, size, messages, window):
        return ask(
            "bench-peer",
            self.name,
            f"--port={self.port}",
            f"--messages={messages}",
            f"--size={size}",
            f"--window={window}",
        )

    def round(self, size, messages):
        return self.run(size, messages, self.windows[size])

    def close(self):
        end(self.process)


def end(process):
    """It, and all that it started: its group is its own."""
    if process is None:
        return
    process.send_signal(signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(STOP_S)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


class Nats(Peer):
    name, package, library = "nats", "nats-server", "libnats-dev"
    program = "nats-server"
    settings = "JetStream, file storage, one replica; sync_interval as shipped (2 min)"
    lacks = f"{PLAIN}; no sync before it confirms"

    def launch(self):
        file = self.folder / "nats.conf"
        file.write_text(
            f"listen: 127.0.0.1:{self.port}\n"
            f'jetstream {{store_dir: "{self.folder}/store"}}\n',
            "utf-8",
        )
        self.process = self.spawn([program_of(self.program), "-c", file])


class RabbitMQ(Peer):
    """With an epmd of its own, so that none is left behind."""

    name, package, library = "rabbitmq", "rabbitmq-server", "librabbitmq-dev"
    program = "rabbitmq-server"
    settings = "quorum queue of one node, publisher confirms, persistent messages"
    lacks = f"{PLAIN}; it does sync before it confirms, in groups"
    epmd = None
    real = "/usr/lib/rabbitmq/bin/rabbitmq-server"

    def launch(self):
        names = free_port()
        plugins = self.folder / "plugins"
        plugins.write_text("[].\n", "utf-8")
        config = self.folder / "rabbitmq.conf"
        config.write_text(
            f"listeners.tcp.1 = 127.0.0.1:{self.port}\n", "utf-8"
        )
        self.epmd = self.spawn(
            ["epmd", "-port", names, "-address", "127.0.0.1"]
        )
        self.process = self.spawn(
            [self.real],
            {
                "HOME": str(self.folder),
                "ERL_EPMD_PORT": str(names),
                "ERL_EPMD_ADDRESS": "127.0.0.1",
                "RABBITMQ_NODENAME": "bench@localhost",
                "RABBITMQ_DIST_PORT": str(free_port()),
                "RABBITMQ_CONFIG_FILE": str(config),
                "RABBITMQ_CONF_ENV_FILE": str(self.folder / "none"),
                "RABBITMQ_MNESIA_BASE": str(self.folder / "store"),
                "RABBITMQ_LOG_BASE": str(self.folder / "logs"),
                "RABBITMQ_ENABLED_PLUGINS_FILE": str(plugins),
                "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                    "-kernel inet_dist_use_interface {127,0,0,1}"
                ),
            },
        )

    def close(self):
        super().close()
        end(self.epmd)


class Mosquitto(Peer):
    name, package, library = "mosquitto", "mosquitto", "libmosquitto-dev"
    program = "mosquitto"
    settings = "QoS 1, persistence, autosave as shipped (30 min), no limits on queues"
    lacks = f"{PLAIN}; nothing is on the disk when it confirms"

    def launch(self):
        file = self.folder / "mosquitto.conf"
        file.write_text(
            f"listener {self.port} 127.0.0.1\n"
            "allow_anonymous true\n"
            "persistence true\n"
            f"persistence_location {self.folder}/\n"
            "max_inflight_messages 0\n"
            "max_queued_messages 0\n"
            "set_tcp_nodelay true\n"
            "user root\n",
            "utf-8",
        )
        self.process = self.spawn([program_of(self.program), "-c", file])


class Redis(Peer):
    name, package, library = "redis", "redis-server", "libhiredis-dev"
    program = "redis-server"
    settings = "streams, appendonly yes, appendfsync always, no snapshots"
    lacks = f"{PLAIN}; it does sync before it confirms, in groups; all lies in memory"

    def launch(self):
        self.process = self.spawn(
            [
                program_of(self.program),
                *("--bind", "127.0.0.1", "--port", self.port),
                *("--dir", self.folder, "--daemonize", "no"),
                *("--appendonly", "yes", "--appendfsync", "always"),
                *("--save", "", "--auto-aof-rewrite-percentage", "0"),
            ]
        )


PEERS = {peer.name: peer for peer in (Nats, RabbitMQ, Mosquitto, Redis)}
