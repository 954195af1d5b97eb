# SPDX-License-Identifier: Apache-2.0
"""rawlink - connections that do what libzmq does not let one do.

ZMTP 3.1 (RFC 37) with CURVE (RFC 26) by hand, on both sides of a handshake: then
parts of messages one by one, so that a message may begin and never end.
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
COOKIE = bytes(96)  # ours; nothing in it, as we keep what it would hold


def name(word):
    return bytes([len(word)]) + word


def property_(key, value):
    return name(key) + struct.pack(">I", len(value)) + value


def greeting(as_server):
    return (
        b"\xff" + bytes(8) + b"\x7f\x03\x01" + b"CURVE".ljust(20, b"\0")
        + bytes([as_server]) + bytes(31)
    )


class Wire:
    """One TCP connection, after whose handshake parts can be sent."""

    def __init__(self, connection, message_prefix):
        self.socket = connection
        self.message_prefix = message_prefix
        self.short_public, self.short_secret = crypto_box_keypair()
        self.their_short = None
        self.sent = 0

    def close(self):
        self.socket.close()

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

    def get_command(self, word):
        command = self.get()
        if not command.startswith(name(word)):
            raise ConnectionError(f"not {word}")
        return command[len(name(word)):]

    def send_part(self, data, more):
        nonce = self.nonce()
        box = crypto_box(
            bytes([MORE if more else 0]) + data,
            self.message_prefix + nonce,
            self.their_short,
            self.short_secret,
        )
        self.put(0, name(b"MESSAGE") + nonce + box)


class Client(Wire):
    """It connects, under a link key, to whom `server_key` (public) is of."""

    def __init__(self, port, link_secret, server_key):
        super().__init__(
            socket.create_connection(("127.0.0.1", port)), b"CurveZMQMESSAGEC"
        )
        self.secret = link_secret
        self.public = crypto_scalarmult_base(link_secret)
        self.server = server_key
        self.socket.sendall(greeting(False))
        self.read(GREETING_LEN)
        self.shake_hands()

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
            name(b"HELLO") + b"\1\0" + bytes(72) + self.short_public + nonce
            + box,
        )
        welcome = self.get_command(b"WELCOME")
        opened = crypto_box_open(
            welcome[16:], b"WELCOME-" + welcome[:16], self.server,
            self.short_secret,
        )
        self.their_short, cookie = opened[:32], opened[32:]
        self.put(COMMAND, name(b"INITIATE") + cookie + self.initiate())
        self.get_command(b"READY")

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
            self.public + voucher + vouch
            + property_(b"Socket-Type", b"DEALER")
            + property_(b"Identity", b""),
            b"CurveZMQINITIATE" + nonce,
            self.their_short,
            self.short_secret,
        )


class Server(Wire):
    """The other side of one connection that was accepted: it believes whoever
    comes."""

    def __init__(self, connection, link_secret):
        super().__init__(connection, b"CurveZMQMESSAGES")
        self.secret = link_secret
        self.socket.sendall(greeting(True))
        self.read(GREETING_LEN)
        self.shake_hands()

    def shake_hands(self):
        hello = self.get_command(b"HELLO")
        self.their_short = hello[74:106]
        nonce = os.urandom(16)
        box = crypto_box(
            self.short_public + COOKIE,
            b"WELCOME-" + nonce,
            self.their_short,
            self.secret,
        )
        self.put(COMMAND, name(b"WELCOME") + nonce + box)
        self.get_command(b"INITIATE")
        nonce = self.nonce()
        box = crypto_box(
            property_(b"Socket-Type", b"ROUTER"),
            b"CurveZMQREADY---" + nonce,
            self.their_short,
            self.short_secret,
        )
        self.put(COMMAND, name(b"READY") + nonce + box)
