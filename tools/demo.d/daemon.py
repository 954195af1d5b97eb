# SPDX-License-Identifier: Apache-2.0
"""daemon - a program that goes on running, known by its process alone.

It says itself when it is ready (sd_notify), and can be stopped, killed, paused
and started again. What it logs is kept over all its lives.
"""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

from program import WorldError

READY_S = 30
STOP_S = 20


class Daemon:
    """A long-running program: its process, its log, whether it is ready."""

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
        # A file, which it sees from another network namespace too.
        address = self.log.with_name("notify")
        address.unlink(missing_ok=True)
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind(str(address))
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.arguments,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={
                    **os.environ,
                    **self.environment,
                    "NOTIFY_SOCKET": str(address),
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
            self.log.with_name("notify").unlink(missing_ok=True)

    def log_text(self):
        try:
            return self.log.read_text(errors="replace")
        except FileNotFoundError:
            return ""

    def log_end(self, lines=12):
        return "\n".join(self.log_text().splitlines()[-lines:])
