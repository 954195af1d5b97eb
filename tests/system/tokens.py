# SPDX-License-Identifier: Apache-2.0
"""tokens - a world in which keys lie in tokens (SoftHSM), reached by a module
that fails when it is told to (faulty_token.c).

The authority of Thailand, the office of Mae Sai and the broker each have a
token, a PIN of their own, and no key on the disk that opens without it.
"""

import contextlib
import os
from pathlib import Path

from stage import BROKER, MAESAI, tap
from program import run
from world import BUILD, World, state_of

SOFTHSM = Path("/usr/lib/softhsm/libsofthsm2.so")
MODULE = BUILD / "tests/libfaulty_token.so"
AUTHORITY = "th"


class Tokens(World):
    """What the token of somebody does is told by files in a folder of theirs."""

    def make_folder(self):
        if not SOFTHSM.exists() or not MODULE.exists():
            raise tap.Skip(f"{SOFTHSM} or {MODULE} is not there")
        super().make_folder()
        self.tokens = self.folder / "tokens"
        self.tokens.mkdir()
        conf = self.folder / "softhsm2.conf"
        conf.write_text(
            f"directories.tokendir = {self.tokens}\n"
            "objectstore.backend = file\n"
            "log.level = ERROR\n"
            "slots.removable = false\n",
            "utf-8",
        )
        # For LeakSanitizer: what SoftHSM's libcrypto keeps is not ours.
        leaks = self.folder / "leaks"
        leaks.write_text("leak:libcrypto\nleak:libsofthsm2\n", "utf-8")
        os.environ |= {
            "LSAN_OPTIONS": f"suppressions={leaks}:print_suppressions=0",
            "SOFTHSM2_CONF": str(conf),
            "FAULTY_TOKEN": str(self.folder),
            "FAULTY_TOKEN_MODULE": str(SOFTHSM),
        }
        for name in (AUTHORITY, MAESAI, BROKER):
            self.make_token(name)

    # ---- tokens ----

    def label(self, name):
        return name.split("@")[0]

    def pin_file(self, name):
        return self.folder / f"{self.label(name)}.pin"

    def make_token(self, name):
        pin = f"{len(name)}-{self.label(name)}"
        self.pin_file(name).write_text(pin + "\n", "utf-8")
        self.pin_file(name).chmod(0o600)
        run(
            [
                "softhsm2-util",
                "--init-token",
                "--free",
                f"--label={self.label(name)}",
                "--so-pin=12345678",
                f"--pin={pin}",
            ]
        ).must()

    def uri(self, name, pin=None):
        return (
            f"pkcs11:token={self.label(name)}?module-path={MODULE}"
            f"&pin-source=file:{pin or self.pin_file(name)}"
        )

    def faults(self, name):
        return self.folder / "faults" / name

    def logins(self, name):
        """How many PINs this daemon presented."""
        file = self.faults(name) / "logins"
        return len(file.read_text("utf-8")) if file.exists() else 0

    @contextlib.contextmanager
    def told(self, name, fault):
        """While this lasts the token of this daemon fails so."""
        file = self.faults(name) / fault
        file.touch()
        try:
            yield
        finally:
            file.unlink()

    # ---- keys in them ----

    def make_authority(self, state):
        if state != AUTHORITY:
            super().make_authority(state)
            return
        made = self.tool(
            "authority",
            "new",
            state,
            f"--token={self.uri(state)}",
            f"--out={self.authority(state)}",
            "--json",
        ).value()
        self.keys[state] = made["public_key"]

    def make_keys(self, kind, address, folder, authority=None):
        if address not in (MAESAI, BROKER):
            super().make_keys(kind, address, folder, authority)
            return
        made = self.tool(
            kind,
            "new",
            address,
            f"--token={self.uri(address)}",
            f"--out={folder}/keys",
            "--json",
        ).value()
        self.passphrase_token = made["passphrase_token"]
        self.tool(
            kind,
            "certify",
            f"{folder}/keys/{kind}.request",
            f"--authority={authority or self.authority(state_of(address))}",
            *(["--kind=blo"] if kind == "office" else []),
            f"--out={folder}/{kind}.cert",
        )

    def write_node_file(self, address, port=None, **more):
        if address == MAESAI:
            more["passphrase_token"] = f'"{self.passphrase_token}"'
        super().write_node_file(address, port, **more)

    def broker_init(self):
        with open(self.broker / "broker.yaml", "a", encoding="utf-8") as file:
            file.write(f'passphrase_token: "{self.passphrase_token}"\n')
        return super().broker_init()

    def make(self):
        super().make()
        for name in (MAESAI, BROKER):
            self.faults(name).mkdir(parents=True)
            self.daemons[name].environment = {
                "FAULTY_TOKEN": str(self.faults(name))
            }
