# SPDX-License-Identifier: Apache-2.0
"""hostile - a certified office that keeps no rules, and a plain CURVE client.

It has the keys and the certificate that the real programs made for an office of
the world, and speaks docs/PROTOCOL.md as tests/system/stranger does.
"""

import base64
import importlib.machinery
import importlib.util
import secrets
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.dont_write_bytecode = True
sys.path[:0] = [str(ROOT / "tests")]

from world import BROKER  # noqa: E402


def load(name):
    """A program of this folder as a module; it exits 77 like the other."""
    loader = importlib.machinery.SourceFileLoader(name, str(HERE / name))
    module = importlib.util.module_from_spec(
        importlib.util.spec_from_loader(name, loader)
    )
    loader.exec_module(module)
    return module


try:
    import protocol_vectors as p
    stranger = load("stranger")
except SystemExit:  # they have said which package is missing
    print("1..0 # SKIP a package is missing")
    sys.exit(0)


def read_schema(protoc, folder):
    """Before anything else: what protoc makes of the schema."""
    stranger.s = p.schema = p.Schema(
        protoc, str(folder), str(ROOT / "proto/schema")
    )
    return p.schema


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

    def know(self, peer, state):
        """Fetch what is needed to seal for that office."""
        seed = secret_of(self.world.authority(state) / "authority.key")
        self.learn(peer, p.Signer(seed, p.AUTHORITY))

    def frames(self, where, wait_ms=300):
        """Everything that has come on a lane."""
        found = []
        while where.socket.poll(wait_ms):
            found.append(where.socket.recv_multipart())
        return found


