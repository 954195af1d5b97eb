# SPDX-License-Identifier: Apache-2.0
"""stranger - an office's client, written from docs/PROTOCOL.md alone.

Numbers in brackets are sections of that document. Nothing built here is loaded
but what protoc makes of the schema: read_schema() first.
"""

import os
import secrets
import shutil
import socket
import sys
import time
import uuid
from pathlib import Path

sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests")]

try:
    import protocol_vectors as p  # exits 77 without its packages
    import zmq
    from zmq.utils import z85
except (ImportError, SystemExit):
    print("1..0 # SKIP python3-nacl, python3-protobuf or python3-zmq is missing")
    sys.exit(0)
PROTOC = shutil.which("protoc")
if PROTOC is None:
    print("1..0 # SKIP protoc is not installed")
    sys.exit(0)

HELLO, STATE, BUNDLE, RECEIPT, SKIP, CUSTODY, CREDIT, FETCH, OBJECT, BYE = \
    range(1, 11)
DAY = 86400000
MAESAI = "blo-maesai@th"
TACHILEIK = "blo-tachileik@mm"
BROKER = "broker-bangkok@th"


s = None  # the schema, once it is read


def read_schema(folder):
    global s
    s = p.schema = p.Schema(PROTOC, str(folder), str(ROOT / "proto/schema"))


def now():
    return int(time.time() * 1000)


class Party:
    """Somebody with keys and a certificate."""

    def __init__(self, address, seed, kind, authority):
        role = p.BROKER if kind == s.trust.BROKER else p.OFFICE
        self.address = address
        self.seed = seed
        self.signer = p.Signer(seed, role)
        self.link = secrets.token_bytes(32)
        self.certificate = p.make_signed(authority, "certificate", p.pack(
            s.trust.Certificate(
                version=1, address=address, kind=kind,
                signing_key=self.signer.public,
                link_key=p.x25519_public(self.link), not_before=now() - DAY,
                not_after=now() + DAY, serial=now(),
                authority_key_id=authority.key_id)))[1]

    def armoured(self):
        return p.armour("ENTENTE CERTIFICATE", self.certificate)


def write(path, data, mode=0o644):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(os.open(path, os.O_CREAT | os.O_WRONLY, mode), "w",
              encoding="utf-8") as file:
        file.write(data)


def write_key(path, role, secret):
    """A plain key file (3.5)."""
    if role == p.LINK:
        check = p.key_id(role, p.x25519_public(secret))
    elif role == p.STORAGE:
        check = p.symmetric_id(role, secret)
    else:
        check = p.Signer(secret, role).key_id
    write(path, p.armour("ENTENTE KEY", p.u(1, 1) + p.u(role, 1) + bytes(49) +
                         secret + bytes(16) + check), 0o600)


def write_keys(folder, name, role, party):
    write_key(f"{folder}/{name}", role, party.seed)
    write_key(f"{folder}/link.key", p.LINK, party.link)
    write_key(f"{folder}/storage.key", p.STORAGE, secrets.token_bytes(32))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Lane:
    """One connection to the broker (14, 15.1)."""

    def __init__(self, context, endpoint, me, broker):
        self.socket = context.socket(zmq.DEALER)
        for option, value in ((zmq.LINGER, 0), (zmq.IMMEDIATE, 1),
                              (zmq.HEARTBEAT_IVL, 2000),
                              (zmq.HEARTBEAT_TIMEOUT, 6000)):
            self.socket.setsockopt(option, value)
        self.socket.curve_serverkey = z85.encode(p.x25519_public(broker.link))
        self.socket.curve_publickey = z85.encode(p.x25519_public(me.link))
        self.socket.curve_secretkey = z85.encode(me.link)
        self.socket.connect(endpoint)

    def send(self, kind, message, *body):
        payload = message if isinstance(message, bytes) else p.pack(message)
        self.socket.send_multipart([bytes([1, kind]), payload, *body])

    def expect(self, kind, message_type):
        """The next frame, which must be of that kind: message, payload, body.
        CREDIT may come at any time."""
        while True:
            assert self.socket.poll(20000), f"no frame of type {kind} came"
            head, payload, *body = self.socket.recv_multipart()
            assert head[0] == 1
            if head[1] != CREDIT or kind == CREDIT:
                break
        assert head[1] == kind, f"type {head[1]} came instead of {kind}"
        message = message_type.FromString(payload)
        assert p.pack(message) == payload
        return message, payload, body[0] if body else b""

    def greet(self, lane, certificate):
        self.send(HELLO, s.link.Hello(
            versions=[1], suites=[1], certificate=certificate,
            manifest_sequence=1, lane=lane, credit=4 << 20))
        hello, _, _ = self.expect(HELLO, s.link.Hello)
        assert hello.lane == lane and hello.credit >= 1310720

    def fetch(self, kind, subject):
        """Ask until there is something."""
        while True:
            self.send(FETCH, s.link.Fetch(kind=kind, subject=subject))
            found, _, _ = self.expect(OBJECT, s.link.Object)
            assert found.kind == kind and found.subject == subject
            if found.signed:
                return found.signed
            time.sleep(0.2)


def info_of(label):
    return (b"entente bundle v1" + p.u(label.suite, 2) +
            p.u(label.precedence, 1) + p.u(label.mode, 1) +
            p.u(label.sender_incarnation, 8) +
            p.u(label.recipient_incarnation, 8) + p.u(label.first, 8) +
            p.u(label.count, 4) + label.signing_key_id + label.sealing_key_id +
            bytes(16) + label.agreement + p.prefixed(label.sender) +
            p.prefixed(label.recipient))


def stream_of(label):
    return s.delivery.Stream(
        sender=label.sender, recipient=label.recipient,
        precedence=label.precedence,
        sender_incarnation=label.sender_incarnation,
        recipient_incarnation=label.recipient_incarnation)


class Office:
    """Mae Sai, as a stranger would write it."""

    def __init__(self, me, broker, digest):
        self.me = me
        self.broker = broker
        self.digest = digest
        self.sealing = secrets.token_bytes(32)
        self.incarnation = now() * 1000

    def connect(self, context, endpoint):
        self.urgent, self.bulk = (
            Lane(context, endpoint, self.me, self.broker) for _ in range(2))
        self.urgent.send(STATE, s.link.State(last_page=True))
        bye, _, _ = self.urgent.expect(BYE, s.link.Bye)
        assert bye.reason == 403  # who has not said HELLO
        self.urgent.greet(s.link.URGENT, self.me.certificate)
        asked, _, _ = self.urgent.expect(FETCH, s.link.Fetch)
        assert asked.kind == s.link.OBJECT_MANIFEST
        self.urgent.send(OBJECT, s.link.Object(
            kind=asked.kind, subject=asked.subject, signed=self.manifest()))
        self.urgent.fetch(asked.kind, asked.subject)  # now the broker has it
        self.bulk.greet(s.link.BULK, self.me.certificate)

    def manifest(self):
        return p.make_signed(self.me.signer, "manifest", p.pack(
            s.trust.Manifest(
                version=1, address=self.me.address, sequence=1,
                incarnation=self.incarnation,
                sealing_keys=[s.trust.SealingKey(
                    key=p.x25519_public(self.sealing), not_before=now() - 1000,
                    not_after=now() + DAY)],
                brokers=[self.broker.address], protocol_versions=[1],
                suites=[1], issued_at=now())))[1]

    def learn(self, peer, authority):
        certificate = s.trust.Certificate.FromString(p.open_signed(
            self.urgent.fetch(s.link.OBJECT_CERTIFICATE, peer), "certificate",
            authority.public, authority.key_id))
        self.peer_key = certificate.signing_key
        self.peer_id = p.key_id(p.OFFICE, self.peer_key)
        self.peer = s.trust.Manifest.FromString(p.open_signed(
            self.urgent.fetch(s.link.OBJECT_MANIFEST, peer), "manifest",
            self.peer_key, self.peer_id))

    def sealing_key(self, manifest=None):
        """Which key to seal for (6.3)."""
        current = [key for key in (manifest or self.peer).sealing_keys
                   if key.not_before <= now() < key.not_after]
        return max(current, key=lambda key: key.not_after).key

    def send(self, message):
        """Seal it, and have it taken, delivered and receipted (9, 10, 11)."""
        key = self.sealing_key()
        ephemeral = secrets.token_bytes(32)
        label = s.delivery.Label(
            version=1, suite=1, sender=self.me.address,
            recipient=self.peer.address, precedence=message.precedence,
            mode=message.mode, sender_incarnation=self.incarnation,
            recipient_incarnation=self.peer.incarnation, first=1, count=1,
            enc=p.x25519_public(ephemeral),
            signing_key_id=self.me.signer.key_id,
            sealing_key_id=p.key_id(p.SEALING, key), agreement=self.digest,
            sealed_at=now(), expires_at=now() + 3600000)
        exporter = p.exporter_of(
            p.x25519(ephemeral, key), label.enc, key, info_of(label))
        envelope = p.make_envelope(
            p.kdf(p.export(exporter, b"entente bundle v1"), 0, b"entmsg01"),
            uuid.uuid4().bytes, 0, p.pack(message))
        body = p.u(len(envelope), 4) + envelope
        label.body_len = len(body)
        label.previous = p.genesis_of(stream_of(label))
        label.root = p.h(b"\x00" + envelope)
        wire = p.pack(label)
        signature = self.me.signer.sign(p.pae(p.TYPE % "label", wire))
        head = p.head_of(wire, self.me.signer, signature)

        self.bulk.send(BUNDLE, head, body)
        _, payload, _ = self.bulk.expect(CUSTODY, s.common.Signed)
        self.check_custody(payload, wire)
        outcomes = None
        while outcomes is None:  # the node may not know us yet: NOT_YET
            _, payload, _ = self.bulk.expect(RECEIPT, s.common.Signed)
            outcomes = self.open_receipt(
                payload, label, wire, p.export(exporter, b"entente receipt v1"))

        self.bulk.send(BUNDLE, head, body)  # again: it is settled already
        _, again, _ = self.bulk.expect(RECEIPT, s.common.Signed)
        assert again == payload
        self.urgent.send(STATE, s.link.State(
            streams=[s.link.StreamState(
                role=s.link.AS_SENDER, stream=stream_of(label),
                receipts=[p.h(payload)])], last_page=True))
        return outcomes

    def check_custody(self, payload, wire):
        signer = self.broker.signer
        custody = s.delivery.Custody.FromString(p.open_signed(
            payload, "custody", signer.public, signer.key_id))
        assert custody.broker == self.broker.address
        assert custody.label_hash == p.h(wire)

    def open_receipt(self, payload, label, wire, key):
        """The outcomes; None when it says NOT_YET."""
        receipt = s.delivery.Receipt.FromString(p.open_signed(
            payload, "receipt", self.peer_key, self.peer_id))
        answer = receipt.answers[0]
        assert receipt.stream == stream_of(label)
        assert answer.label_hash == p.h(wire)
        if answer.code == s.delivery.NOT_YET:
            assert answer.reason == 301 and receipt.settled_up_to == 0
            assert receipt.chain == label.previous
            return None
        assert answer.code == s.delivery.SETTLED
        assert receipt.settled_up_to == 1
        assert receipt.chain == p.chain_next(label.previous, wire)
        assert receipt.agreement == self.digest
        return s.delivery.Outcomes.FromString(p.aead_open(
            answer.sealed[24:], b"entente outcomes v1" + p.h(wire),
            answer.sealed[:24], key)).outcomes

    def receive(self):
        """Take one bundle of one message, and say that it was delivered."""
        head, payload, body = self.bulk.expect(BUNDLE, s.link.Bundle)
        label = s.delivery.Label.FromString(head.label)
        stream = stream_of(label)
        envelope = body[4:]
        assert list(head.hop.brokers) == [self.broker.address]
        assert p.pack(label) == head.label and label.body_len == len(body)
        assert head.signatures[0].key_id == self.peer_id
        p.verify(self.peer_key, head.signatures[0].value,
                 p.pae(p.TYPE % "label", head.label))
        assert label.root == p.h(b"\x00" + envelope)
        assert label.previous == p.genesis_of(stream) and label.first == 1

        exporter = p.exporter_of(
            p.x25519(self.sealing, label.enc), label.enc,
            p.x25519_public(self.sealing), info_of(label))
        message = s.message.Message.FromString(p.open_envelope(
            p.kdf(p.export(exporter, b"entente bundle v1"), 0, b"entmsg01"),
            0, envelope))
        self.settle(label, head.label, stream,
                    p.export(exporter, b"entente receipt v1"))
        self.bulk.send(CREDIT, s.link.Credit(bytes=len(payload) + len(body)))
        return message

    def settle(self, label, wire, stream, key):
        nonce = secrets.token_bytes(24)
        outcomes = p.pack(s.delivery.Outcomes(outcomes=[
            s.delivery.Outcome(index=0, code=s.delivery.DELIVERED)]))
        _, receipt = p.make_signed(self.me.signer, "receipt", p.pack(
            s.delivery.Receipt(
                version=1, stream=stream, settled_up_to=1,
                chain=p.chain_next(label.previous, wire), issued_at=now(),
                agreement=self.digest, answers=[s.delivery.Answer(
                    first=1, count=1, code=s.delivery.SETTLED,
                    label_hash=p.h(wire), sealed=nonce + p.aead_seal(
                        outcomes, b"entente outcomes v1" + p.h(wire), nonce,
                        key))])))
        self.bulk.send(RECEIPT, receipt)
        state, _, _ = self.bulk.expect(STATE, s.link.State)
        assert list(state.streams[0].receipts) == [p.h(receipt)]


def radio_check():
    message = s.message.Message(
        id=str(uuid.uuid4()), to=TACHILEIK, mode=s.common.TEST,
        precedence=s.common.ROUTINE, schema_version=1, action=s.message.NEW,
        purpose=s.message.ADMINISTRATION, classification=s.handling.OFFICIAL,
        test=s.service.Test(text="Radio check."))
    setattr(message, "from", MAESAI)
    message.created_at.FromMilliseconds(now())
    message.valid_until.FromMilliseconds(now() + 3600000)
    return message
