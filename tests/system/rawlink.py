# SPDX-License-Identifier: Apache-2.0
"""rawlink - a connection that keeps what libzmq does not let one break.

ZMTP 3.1 (RFC 37) with CURVE (RFC 26) by hand: handshake, then parts of messages
one by one, so that a message may begin and never end.
"""

import os
import socket
import struct

from nacl.bindings import crypto_box, crypto_box_keypair, crypto_box_open
from nacl.bindings import crypto_scalarmult_base

GREETING_LEN = 64
LONG = 0x02
COMMAND = 0x04
MORE = 0x01


def name(word):
    return bytes([len(word)]) + word


def property_(key, value):
    return name(key) + struct.pack(">I", len(value)) + value


class RawLink:
    """One connection under a link key, to whom `server_key` (public) is of."""

    def __init__(self, port, link_secret, server_key):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.secret = link_secret
        self.public = crypto_scalarmult_base(link_secret)
        self.server = server_key
        self.short_public, self.short_secret = crypto_box_keypair()
        self.sent = 0
        self.greet()
        self.shake_hands()

    def close(self):
        self.socket.close()

    # ---- bytes ----

    def read(self, length):
        data = b""
        while len(data) < length:
            more = self.socket.recv(length - len(data))
            if not more:
                raise ConnectionError("it hung up")
            data += more
        return data

    def nonce(self):
        self.sent += 1
        return struct.pack(">Q", self.sent)

    def put(self, flags, data):
        if len(data) < 256:
            head = bytes([flags, len(data)])
        else:
            head = bytes([flags | LONG]) + struct.pack(">Q", len(data))
        self.socket.sendall(head + data)

    def get(self):
        (flags,) = self.read(1)
        if flags & LONG:
            (length,) = struct.unpack(">Q", self.read(8))
        else:
            (length,) = self.read(1)
        return self.read(length)

    # ---- handshake ----

    def greet(self):
        self.socket.sendall(
            b"\xff" + bytes(8) + b"\x7f\x03\x01" + b"CURVE".ljust(20, b"\0")
            + bytes(32)
        )
        self.read(GREETING_LEN)

    def shake_hands(self):
        nonce = self.nonce()
        box = crypto_box(
            bytes(64),
            b"CurveZMQHELLO---" + nonce,
            self.server,
            self.short_secret,
        )
        self.put(
            COMMAND,
            name(b"HELLO") + b"\1\0" + bytes(72) + self.short_public + nonce + box,
        )
        welcome = self.get()[len(name(b"WELCOME")):]
        opened = crypto_box_open(
            welcome[16:], b"WELCOME-" + welcome[:16], self.server,
            self.short_secret,
        )
        self.their_short, cookie = opened[:32], opened[32:]
        self.put(COMMAND, name(b"INITIATE") + cookie + self.initiate())
        if not self.get().startswith(name(b"READY")):
            raise ConnectionError("not welcome")

    def initiate(self):
        voucher = os.urandom(16)
        vouch = crypto_box(
            self.short_public + self.server,
            b"VOUCH---" + voucher,
            self.their_short,
            self.secret,
        )
        nonce = self.nonce()
        return nonce + crypto_box(
            self.public + voucher + vouch + property_(b"Socket-Type", b"DEALER")
            + property_(b"Identity", b""),
            b"CurveZMQINITIATE" + nonce,
            self.their_short,
            self.short_secret,
        )

    # ---- messages ----

    def send_part(self, data, more):
        nonce = self.nonce()
        box = crypto_box(
            bytes([MORE if more else 0]) + data,
            b"CurveZMQMESSAGEC" + nonce,
            self.their_short,
            self.short_secret,
        )
        self.put(0, name(b"MESSAGE") + nonce + box)
