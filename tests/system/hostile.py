# SPDX-License-Identifier: Apache-2.0
"""hostile - a certified office that keeps no rules, and a plain CURVE client.

It has the keys and the certificate that the real programs made for an office of
the world, and speaks docs/PROTOCOL.md as a stranger does (stranger.py).
"""

import base64
import os
import secrets
import signal
import sys
import time
import traceback
from pathlib import Path

import stranger
import zmq
from stage import BROKER
from stranger import p


def read_schema(folder):
    """Before anything else: what protoc makes of the schema."""
    stranger.read_schema(folder)


def armoured(path):
    lines = Path(path).read_text("ascii").strip().splitlines()
    return base64.b64decode("".join(lines[1:-1]))


def secret_of(path):
    """The secret in a plain key file (section 3.5)."""
    return armoured(path)[51:83]


class Keys:
    """What the folder of an office or of the broker holds."""

    def __init__(self, folder, kind, address):
        self.address = address
        role = p.BROKER if kind == "broker" else p.OFFICE
        self.signer = p.Signer(secret_of(folder / f"keys/{kind}.key"), role)
        self.link = secret_of(folder / "keys/link.key")
        self.certificate = armoured(folder / f"{kind}.cert")


class Anonymous:
    """A link key that nobody certified."""

    def __init__(self):
        self.link = secrets.token_bytes(32)


def lane(context, world, me, broker=None):
    """One connection to the broker under this party's link key."""
    return stranger.Lane(
        context,
        f"tcp://127.0.0.1:{world.port}",
        me,
        broker or Keys(world.broker, "broker", BROKER),
    )


def abuse(deed, timeout_s=90):
    """Run deed(context) in a process that ends without tidying up.

    Whoever closes a socket with half a message handed over, while the other side
    cuts the connection, is aborted by libzmq 4.3.4 (session_base.cpp, in
    clean_pipes). What is done here provokes just that, so nothing is closed: the
    process ends, and the kernel does the rest. A deed that fails is an error.
    """
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            signal.alarm(timeout_s)
            deed(zmq.Context())
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    if code != 0:
        raise AssertionError(f"the abuse itself ended with {code}")


class Hostile(stranger.Office):
    """An office of the world whose node never ran."""

    def __init__(self, world, address, agreement):
        super().__init__(
            Keys(world.office(address), "office", address),
            Keys(world.broker, "broker", BROKER),
            p.h((world.folder / f"agreements/{agreement}.yaml").read_bytes()),
        )
        self.world = world

    def connect_to_world(self, context):
        self.connect(context, f"tcp://127.0.0.1:{self.world.port}")

    def lanes(self, context):
        """Connections that nothing was done to yet, and greeted."""
        self.urgent, self.bulk = (
            lane(context, self.world, self.me, self.broker) for _ in range(2)
        )
        self.urgent.greet(stranger.s.link.URGENT, self.me.certificate)
        self.bulk.greet(stranger.s.link.BULK, self.me.certificate)

    def hello(self, where, timeout_s=60):
        """Begin the conversation anew on a lane, and wait for the answer, as
        everybody must. Where the broker cut the connection, a new one answers."""
        number = (
            stranger.s.link.URGENT
            if where is self.urgent
            else stranger.s.link.BULK
        )
        hello = stranger.s.link.Hello(
            versions=[1],
            suites=[1],
            certificate=self.me.certificate,
            lane=number,
            credit=4 << 20,
        )
        self.until_answered(
            where,
            lambda: where.send(stranger.HELLO, hello),
            lambda frame: frame[0][1] == stranger.HELLO,
            timeout_s,
        )

    def until_answered(self, where, ask, is_answer, timeout_s):
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            if where.socket.poll(1000, zmq.POLLOUT):
                ask()
            # What was cut took the question along: silence means once more.
            for frame in self.frames(where, 2000):
                if is_answer(frame):
                    return
        raise AssertionError("the broker answers no more")

    def until_heard(self, timeout_s=60):
        """Until the broker has dealt with all that was sent: it answers a
        question that is the last of all frames on the lane."""
        for where in (self.urgent, self.bulk):
            subject = f"nobody-{secrets.token_hex(4)}@th"
            fetch = stranger.s.link.Fetch(
                kind=stranger.s.link.OBJECT_CERTIFICATE, subject=subject
            )

            def ask(where=where, fetch=fetch):
                self.hello(where)
                where.send(stranger.FETCH, fetch)

            def is_answer(frame, subject=subject):
                return (
                    frame[0][1] == stranger.OBJECT
                    and subject.encode() in frame[1]
                )

            self.until_answered(where, ask, is_answer, timeout_s)

    def know(self, peer, state):
        """Fetch what is needed to seal for that office."""
        seed = secret_of(self.world.authority(state) / "authority.key")
        self.learn(peer, p.Signer(seed, p.AUTHORITY))

    def manifest_of(self, peer):
        """What that office says of itself, unchecked."""
        signed = self.urgent.fetch(stranger.s.link.OBJECT_MANIFEST, peer)
        return stranger.s.trust.Manifest.FromString(
            stranger.s.common.Signed.FromString(signed).payload
        )

    def frames(self, where, wait_ms=300):
        """What comes on a lane, until nothing has come for that long."""
        while where.socket.poll(wait_ms):
            yield where.socket.recv_multipart()

    def capture(self, where):
        """A bundle that the broker brings: its frame, as it came."""
        for frame in self.frames(where, 30000):
            if frame[0][1] == stranger.BUNDLE:
                return frame
        raise AssertionError("no bundle came to capture")
