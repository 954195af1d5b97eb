# SPDX-License-Identifier: Apache-2.0
"""namespaces - networks of their own for programs of a test, and cables between.

A network namespace made here has no name: a descriptor of the test holds it, and
the programs in it. The test ends, or is killed, and with it end the programs
(their parent's death is a signal to them); then the kernel removes the network.
"""

import ctypes
import os
import shutil

from program import run
from stage import tap

CLONE_NEWNET = 0x40000000  # sched.h
C = ctypes.CDLL(None, use_errno=True)


def call(function, *arguments):
    if function(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def need_tools():
    for tool in ("ip", "nsenter", "setpriv"):
        if shutil.which(tool, path="/usr/sbin:/usr/bin:/sbin:/bin") is None:
            raise tap.Skip(f"the program {tool} is not installed")


class Namespace:
    """One network, with a loopback interface and the cables that lead to it."""

    def __init__(self):
        need_tools()
        with open("/proc/thread-self/ns/net", "rb") as ours:
            try:
                call(C.unshare, CLONE_NEWNET)
            except OSError as why:
                raise tap.Skip(
                    f"no network namespace can be made: {why.strerror}"
                ) from why
            try:
                self.descriptor = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
            finally:
                call(C.setns, ours.fileno(), CLONE_NEWNET)
        self.path = f"/proc/{os.getpid()}/fd/{self.descriptor}"
        self.ip("link", "set", "lo", "up")

    def inside(self, arguments):
        """The same program, in this network and no longer alive than we are."""
        enter = ["nsenter", f"--net={self.path}"]
        return [*enter, "setpriv", "--pdeathsig", "KILL", *arguments]

    def ip(self, *arguments):
        run(["nsenter", f"--net={self.path}", "ip", *arguments]).must()

    def take(self, cable, address):
        """One end of a cable is ours, with that address."""
        self.ip("address", "add", f"{address}/30", "dev", cable)
        self.ip("link", "set", cable, "up")

    def close(self):
        if self.descriptor is not None:
            os.close(self.descriptor)
        self.descriptor = None


def join(one, other, number):
    """A cable between two networks, the number-th of a test; the addresses of
    its ends."""
    name = f"cable{number}"
    ends = (f"10.77.{number}.1", f"10.77.{number}.2")
    one.ip(
        *("link", "add", name, "type", "veth"),
        *("peer", "name", name, "netns", other.path),
    )
    one.take(name, ends[0])
    other.take(name, ends[1])
    return ends
