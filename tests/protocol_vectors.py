#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The vectors of docs/PROTOCOL.md, computed again from its text alone.

usage: protocol_vectors.py [--write] DOCUMENT PROTOC BUILD_FOLDER SCHEMA_FOLDER

This is written from the document and the .proto files, without a look at our C
code, and shares nothing with it but the primitives of libsodium: where both
agree, the document says enough. With --write, what follows from given values is
written into the document; test_protocol_vectors.c then says whether the C code
agrees.
"""

import base64
import hashlib
import hmac
import os
import re
import subprocess
import sys

try:
    import google.protobuf  # noqa: F401
    import nacl.bindings as sodium
    from nacl.pwhash import argon2id
except ImportError:
    print("python3-nacl and python3-protobuf are not both installed")
    sys.exit(77)

LINE_MAX = 64  # characters of one value in a line of the document

# ---- section 1: notation and primitives ----


def u(number, length):
    return number.to_bytes(length, "big")


def h(data):
    return hashlib.blake2b(data, digest_size=32).digest()


def h16(data):
    return hashlib.blake2b(data, digest_size=16).digest()


def hk(key, data):
    return hashlib.blake2b(data, digest_size=32, key=key).digest()


def kdf(key, index, context):
    return hashlib.blake2b(
        digest_size=32, key=key, salt=index.to_bytes(8, "little") + bytes(8),
        person=context + bytes(8)).digest()


def hmac_sha256(key, data):
    return hmac.new(key, data, hashlib.sha256).digest()


def hkdf_expand(prk, info, length):
    out = block = b""
    counter = 1
    while len(out) < length:
        block = hmac_sha256(prk, block + info + u(counter, 1))
        out += block
        counter += 1
    return out[:length]


aead_seal = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt
aead_open = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt


class Signer:
    """An Ed25519 key in a role."""

    def __init__(self, seed, role):
        self.public, self._secret = sodium.crypto_sign_seed_keypair(seed)
        self.key_id = key_id(role, self.public)

    def sign(self, data):
        return sodium.crypto_sign(data, self._secret)[:64]


def verify(public, signature, data):
    assert sodium.crypto_sign_open(signature + data, public) == data


# ---- sections 2 and 3: names and keys ----

AUTHORITY, OFFICE, BROKER, SEALING, LINK, OFFICER, STORAGE, PAIR = range(1, 9)


def party(address):
    return h16(b"entente party v1" + address.encode())


def key_id(role, public):
    return h16(b"entente key v1" + u(role, 1) + public)


def symmetric_id(role, key):
    return key_id(role, hk(key, b"entente key check v1"))


def key_text(public):
    text = base64.urlsafe_b64encode(public).decode().rstrip("=")
    return "ed25519:" + text


def fingerprint(key):
    text = key.hex()
    return " ".join(text[i:i + 4] for i in range(0, len(text), 4))


def uuid_bytes(text):
    parts = text.split("-")
    assert [len(part) for part in parts] == [8, 4, 4, 4, 12]
    return bytes.fromhex("".join(parts))


def armour(kind, data):
    text = base64.b64encode(data).decode()
    lines = [text[i:i + 64] for i in range(0, len(text), 64)]
    return "\n".join(
        [f"-----BEGIN {kind}-----", *lines, f"-----END {kind}-----"]) + "\n"


def x25519(secret, point):
    return sodium.crypto_scalarmult(secret, point)


def x25519_public(secret):
    return x25519(secret, u(9, 1) + bytes(31))


# ---- section 5: signatures ----

TYPE = "application/vnd.entente.%s.v1"


def pae(kind, body):
    return b"DSSEv1 %d %s %d %s" % (
        len(kind), kind.encode(), len(body), body)


def pack(message):
    return message.SerializeToString(deterministic=True)


def make_signed(signer, kind, payload):
    """The signature alone, and the whole Signed."""
    signature = signer.sign(pae(TYPE % kind, payload))
    return signature, pack(schema.common.Signed(
        payload=payload, signatures=[schema.common.Signature(
            algorithm=schema.common.ED25519, key_id=signer.key_id,
            value=signature)]))


def open_signed(wire, kind, public, expected_id):
    signed = schema.common.Signed.FromString(wire)
    assert pack(signed) == wire
    assert signed.signatures[0].key_id == expected_id
    verify(public, signed.signatures[0].value, pae(TYPE % kind, signed.payload))
    return signed.payload


# ---- section 9: sealing ----

KEM_SUITE = b"KEM" + bytes.fromhex("0020")
HPKE_SUITE = b"HPKE" + bytes.fromhex("00200001ffff")


def labeled_extract(suite, salt, label, ikm):
    return hmac_sha256(salt or bytes(32), b"HPKE-v1" + suite + label + ikm)


def labeled_expand(suite, prk, label, info, length):
    return hkdf_expand(
        prk, u(length, 2) + b"HPKE-v1" + suite + label + info, length)


def derive_key(seed):
    prk = labeled_extract(KEM_SUITE, b"", b"dkp_prk", seed)
    return labeled_expand(KEM_SUITE, prk, b"sk", b"", 32)


def exporter_of(dh, enc, sealing_key, info, psk=b"", psk_id=b""):
    prk = labeled_extract(KEM_SUITE, b"", b"eae_prk", dh)
    shared = labeled_expand(
        KEM_SUITE, prk, b"shared_secret", enc + sealing_key, 32)
    context = (u(1 if psk else 0, 1) +
               labeled_extract(HPKE_SUITE, b"", b"psk_id_hash", psk_id) +
               labeled_extract(HPKE_SUITE, b"", b"info_hash", info))
    secret = labeled_extract(HPKE_SUITE, shared, b"secret", psk)
    return labeled_expand(HPKE_SUITE, secret, b"exp", context, 32)


def export(exporter, context):
    return labeled_expand(HPKE_SUITE, exporter, b"sec", context, 32)


def padded_size(message_len):
    length = 4 + message_len
    if length <= 512:
        return 512
    e = length.bit_length() - 1
    s = e.bit_length()
    mask = 2 ** (e - s) - 1
    return (length + mask) & ~mask


def make_envelope(key, envelope_id, index, message):
    position = envelope_id + u(index, 4)
    plain = u(len(message), 4) + message
    plain += bytes(padded_size(len(message)) - len(plain))
    return (envelope_id + hk(key, b"entente commit v1" + position) +
            aead_seal(plain, position, bytes(24), key))


def open_envelope(key, index, envelope):
    position = envelope[:16] + u(index, 4)
    assert envelope[16:48] == hk(key, b"entente commit v1" + position)
    plain = aead_open(envelope[48:], position, bytes(24), key)
    length = int.from_bytes(plain[:4], "big")
    assert len(plain) == padded_size(length)
    assert not any(plain[4 + length:])
    return plain[4:4 + length]


def tree_root(hash_of, leaves):
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return hash_of(b"\x01" + tree_root(hash_of, leaves[:split]) +
                   tree_root(hash_of, leaves[split:]))


def secretstream(key, header, pieces):
    """Every piece sealed. Who opens begins in the state of who seals, which the
    library otherwise makes with a header of its own."""
    state = sodium.crypto_secretstream_xchacha20poly1305_state()
    sodium.crypto_secretstream_xchacha20poly1305_init_pull(state, header, key)
    tags = [sodium.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE] * len(
        pieces)
    tags[-1] = sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL
    return [sodium.crypto_secretstream_xchacha20poly1305_push(
        state, piece, None, tag) for piece, tag in zip(pieces, tags)]


def attachment(_, b):
    content = bytes(i % 251 for i in range(b["size"]))
    pieces = [content[i:i + 65536] for i in range(0, b["size"], 65536)]
    chunks = secretstream(b["key"], b["header"], pieces)
    leaves = [h(b"\x00" + chunk) for chunk in chunks]
    return {"sha256": hashlib.sha256(content).digest(),
            "leaf-0": leaves[0], "leaf-1": leaves[1], "chunk-1": chunks[1],
            "root": tree_root(h, leaves)}


# ---- section 10: streams and chains ----


def prefixed(address):
    return u(len(address), 1) + address.encode()


def genesis_of(stream):
    return h(b"entente stream v1" + prefixed(stream.sender) +
             prefixed(stream.recipient) + u(stream.precedence, 1) +
             u(stream.sender_incarnation, 8) +
             u(stream.recipient_incarnation, 8))


def chain_next(previous, label):
    return h(b"\x02" + previous + label)


# ---- the blocks of the document, in its order ----
#
# Each function gets all blocks and its own, and returns what follows from the
# values that are given.


def primitives(_, b):
    text = b["text"].encode()
    return {"h": h(text), "h16": h16(text), "hk": hk(b["key"], text),
            "kdf-1": kdf(b["key"], 1, b"entmsg01")}


def party_block(_, b):
    return {"party": party(b["address"])}


def id_block(_, b):
    return {"bytes": uuid_bytes(b["text"])}


def key_block(_, b):
    office = Signer(b["ed25519-seed"], OFFICE)
    link = x25519_public(b["x25519-secret"])
    return {
        "ed25519-public": office.public,
        "ed25519-text": key_text(office.public),
        "id-authority": key_id(AUTHORITY, office.public),
        "id-office": office.key_id,
        "id-broker": key_id(BROKER, office.public),
        "fingerprint-office": fingerprint(office.key_id),
        "x25519-public": link,
        "id-sealing": key_id(SEALING, link),
        "id-link": key_id(LINK, link),
        "id-storage": symmetric_id(STORAGE, b["symmetric"]),
        "id-pair": symmetric_id(PAIR, b["symmetric"]),
    }


def armour_block(_, b):
    return {"text": armour(b["kind"], b["data"])}


def key_file(_, b):
    stretched = argon2id.kdf(
        32, b["passphrase"].encode(), b["salt"], opslimit=b["passes"],
        memlimit=b["memory"] * 1024)
    box = sodium.crypto_secretbox(b["secret"], b["nonce"], stretched)
    check = Signer(b["secret"], b["role"]).key_id
    head = u(1, 1) + u(b["role"], 1)
    return {
        "stretched": stretched,
        "wrapped": head + u(1, 1) + u(b["passes"], 4) + u(b["memory"], 4) +
        b["salt"] + b["nonce"] + box + check,
        "plain": head + bytes(1 + 4 + 4 + 16 + 24) + b["secret"] + bytes(16) +
        check,
    }


def pae_block(_, b):
    return {"pae": pae(b["type"], b["body"].encode())}


def request(_, b):
    office = Signer(b["seed"], OFFICE)
    link = x25519_public(b["link-secret"])
    payload = pack(schema.trust.Certificate(
        version=1, address=b["address"], signing_key=office.public,
        link_key=link))
    _, wire = make_signed(office, "certificate-request", payload)
    return {"link-key": link, "payload": payload,
            "text": armour("ENTENTE REQUEST", wire)}


def certificate(_, b):
    authority = Signer(b["authority-seed"], AUTHORITY)
    payload = pack(schema.trust.Certificate(
        version=1, address=b["address"], kind=b["kind"],
        names=[schema.trust.DisplayName(lang=b["lang"], text=b["name"])],
        signing_key=Signer(b["seed"], OFFICE).public,
        link_key=x25519_public(b["link-secret"]), not_before=b["not-before"],
        not_after=b["not-after"], serial=b["serial"],
        authority_key_id=authority.key_id))
    signature, wire = make_signed(authority, "certificate", payload)
    assert open_signed(
        wire, "certificate", authority.public, authority.key_id) == payload
    return {"authority-key-id": authority.key_id, "payload": payload,
            "signature": signature, "signed": wire}


def manifest(_, b):
    office = Signer(b["seed"], OFFICE)
    payload = pack(schema.trust.Manifest(
        version=1, address=b["address"], sequence=b["sequence"],
        incarnation=b["incarnation"],
        sealing_keys=[
            schema.trust.SealingKey(
                key=x25519_public(b[f"sealing-secret-{i}"]),
                not_before=b[f"not-before-{i}"], not_after=b[f"not-after-{i}"])
            for i in (1, 2)],
        brokers=[b["broker"]], protocol_versions=[1], suites=[1],
        issued_at=b["issued-at"]))
    return {"payload": payload,
            "signed": make_signed(office, "manifest", payload)[1]}


def revocation_list(_, b):
    authority = Signer(b["authority-seed"], AUTHORITY)
    payload = pack(schema.trust.RevocationList(
        version=1, state=b["state"], number=b["number"],
        issued_at=b["issued-at"], next_update=b["next-update"],
        revoked=[schema.trust.Revocation(
            key_id=b["key-id"], address=b["address"], serial=b["serial"],
            revoked_at=b["revoked-at"])]))
    wire = make_signed(authority, "revocation-list", payload)[1]
    return {"payload": payload, "signed": wire, "digest": h(wire)}


def rollover(_, b):
    keys = [Signer(b[f"seed-{i}"], AUTHORITY) for i in (1, 2, 3)]
    result, wire = {}, b""
    for i in (1, 2):
        old, new = keys[i - 1], keys[i]
        payload = pack(schema.trust.AuthorityRollover(
            version=1, state=b["state"], number=i, old_key=old.public,
            new_key=new.public, issued_at=b[f"issued-at-{i}"],
            old_until=b[f"old-until-{i}"], previous=wire))
        statement = pae(TYPE % "authority-rollover", payload)
        wire = pack(schema.common.Signed(payload=payload, signatures=[
            schema.common.Signature(
                algorithm=schema.common.ED25519, key_id=key.key_id,
                value=key.sign(statement)) for key in (old, new)]))
        result[f"payload-{i}"], result[f"signed-{i}"] = payload, wire
    return result


def officer(blocks, b):
    office = Signer(blocks["certificate"]["seed"], OFFICE)
    person = Signer(b["seed"], OFFICER)
    payload = pack(schema.officer.OfficerCertificate(
        version=1, office=blocks["certificate"]["address"], badge=b["badge"],
        role=b["role"], key=person.public, not_before=b["not-before"],
        not_after=b["not-after"], serial=b["serial"],
        office_key_id=office.key_id))
    signature, wire = make_signed(office, "officer-certificate", payload)
    return {"key-id": person.key_id, "payload": payload,
            "signature": signature, "signed": wire}


def statement(blocks, b):
    content = h(b"entente statement v1" + blocks["message"]["message"])
    payload = pack(schema.officer.OfficerStatement(
        version=1, act=b["act"], content=content, signed_at=b["signed-at"]))
    signature, wire = make_signed(
        Signer(blocks["officer"]["seed"], OFFICER), "officer-statement",
        payload)
    return {"content": content, "payload": payload, "signature": signature,
            "signed": wire}


def agreement(_, b):
    text = b["text"].encode()
    lines = ""
    for state in ("th", "mm"):
        authority = Signer(b[f"{state}-seed"], AUTHORITY)
        assert key_text(authority.public) in b["text"]
        signature = authority.sign(pae(TYPE % "agreement", text))
        lines += "- {state: %s, key: %s, ed25519: %s}\n" % (
            state, authority.key_id.hex(),
            base64.b64encode(signature).decode())
    return {"digest": h(text), "signatures": lines}


def message(_, b):
    m = schema.message.Message(
        id=b["id"], to=b["to"], mode=schema.common.TEST,
        precedence=schema.common.ROUTINE, schema_version=1,
        action=schema.message.NEW, purpose=schema.message.ADMINISTRATION,
        classification=schema.handling.OFFICIAL,
        test=schema.service.Test(text=b["text"]))
    setattr(m, "from", b["from"])
    m.created_at.FromMilliseconds(b["created-at"])
    m.valid_until.FromMilliseconds(b["valid-until"])
    return {"message": pack(m)}


def padding(_, b):
    sizes = (padded_size(int(n)) for n in b["messages"].split())
    return {"sizes": " ".join(map(str, sizes))}


def stream_of(blocks):
    b = blocks["bundle"]
    return schema.delivery.Stream(
        sender=b["sender"], recipient=b["recipient"],
        precedence=b["precedence"], sender_incarnation=b["sender-incarnation"],
        recipient_incarnation=b["recipient-incarnation"])


def info_of(blocks, psk_id=bytes(16)):
    b = blocks["bundle"]
    sealing_key = x25519_public(blocks["manifest"]["sealing-secret-1"])
    return (b"entente bundle v1" + u(1, 2) + u(b["precedence"], 1) +
            u(b["mode"], 1) + u(b["sender-incarnation"], 8) +
            u(b["recipient-incarnation"], 8) + u(1, 8) + u(2, 4) +
            Signer(b["seed"], OFFICE).key_id + key_id(SEALING, sealing_key) +
            psk_id + blocks["agreement"]["digest"] + prefixed(b["sender"]) +
            prefixed(b["recipient"]))


def encapsulate(blocks, info, psk=b"", psk_id=b""):
    """Ephemeral secret, enc and exporter, as the sender has them; the recipient
    must come to the same."""
    secret = blocks["manifest"]["sealing-secret-1"]
    sealing_key = x25519_public(secret)
    ephemeral = derive_key(blocks["bundle"]["ephemeral-seed"])
    enc = x25519_public(ephemeral)
    exporter = exporter_of(
        x25519(ephemeral, sealing_key), enc, sealing_key, info, psk, psk_id)
    assert exporter == exporter_of(
        x25519(secret, enc), enc, sealing_key, info, psk, psk_id)
    return ephemeral, enc, exporter


def head_of(label, signer, signature, brokers=()):
    head = schema.link.Bundle(
        label=label, signatures=[schema.common.Signature(
            algorithm=schema.common.ED25519, key_id=signer.key_id,
            value=signature)])
    head.hop.brokers.extend(brokers)
    if not brokers:
        head.ClearField("hop")
    return pack(head)


def bundle(blocks, b):
    signer = Signer(b["seed"], OFFICE)
    sealing_key = x25519_public(blocks["manifest"]["sealing-secret-1"])
    info = info_of(blocks)
    ephemeral, enc, exporter = encapsulate(blocks, info)
    messages = export(exporter, b"entente bundle v1")
    keys = [kdf(messages, i, b"entmsg01") for i in (0, 1)]
    texts = [blocks["message"]["message"], b["message-1"]]
    envelopes = [make_envelope(keys[i], b[f"envelope-id-{i}"], i, texts[i])
                 for i in (0, 1)]
    for i in (0, 1):
        assert open_envelope(keys[i], i, envelopes[i]) == texts[i]
    leaves = [h(b"\x00" + envelope) for envelope in envelopes]
    stream = stream_of(blocks)
    genesis = genesis_of(stream)
    body = b"".join(u(len(e), 4) + e for e in envelopes)
    label = pack(schema.delivery.Label(
        version=1, suite=1, sender=b["sender"], recipient=b["recipient"],
        precedence=b["precedence"], mode=b["mode"],
        sender_incarnation=b["sender-incarnation"],
        recipient_incarnation=b["recipient-incarnation"], first=1, count=2,
        body_len=len(body), previous=genesis, root=tree_root(h, leaves),
        enc=enc, signing_key_id=signer.key_id,
        sealing_key_id=key_id(SEALING, sealing_key),
        agreement=blocks["agreement"]["digest"], sealed_at=b["sealed-at"],
        expires_at=b["expires-at"]))
    signature = signer.sign(pae(TYPE % "label", label))
    verify(signer.public, signature, pae(TYPE % "label", label))
    return {
        "info": info, "ephemeral-secret": ephemeral, "enc": enc,
        "exporter": exporter, "messages": messages,
        "answers": export(exporter, b"entente receipt v1"),
        "key-0": keys[0], "envelope-0": envelopes[0],
        "key-1": keys[1], "envelope-1": envelopes[1],
        "leaf-0": leaves[0], "leaf-1": leaves[1],
        "root": tree_root(h, leaves), "genesis": genesis, "label": label,
        "label-hash": h(label), "signature": signature,
        "next": chain_next(genesis, label),
        "head": head_of(label, signer, signature),
        "head-forwarded": head_of(label, signer, signature, [b["broker"]]),
    }


def bundle_pair(blocks, b):
    psk_id = symmetric_id(PAIR, b["psk"])
    info = info_of(blocks, psk_id)
    _, enc, exporter = encapsulate(blocks, info, b["psk"], psk_id)
    assert enc == blocks["bundle"]["enc"]
    return {"psk-id": psk_id, "info": info, "exporter": exporter,
            "messages": export(exporter, b"entente bundle v1"),
            "answers": export(exporter, b"entente receipt v1")}


def outcomes(blocks, b):
    plain = pack(schema.delivery.Outcomes(outcomes=[
        schema.delivery.Outcome(index=0, code=schema.delivery.DELIVERED),
        schema.delivery.Outcome(
            index=1, code=schema.delivery.REFUSED, reason=b["reason-1"],
            clause=b["clause-1"], line=b["line-1"])]))
    ad = b"entente outcomes v1" + blocks["bundle"]["label-hash"]
    return {"outcomes": plain, "sealed": b["nonce"] + aead_seal(
        plain, ad, b["nonce"], blocks["bundle"]["answers"])}


def receipt(blocks, b):
    signer = Signer(b["seed"], OFFICE)
    payload = pack(schema.delivery.Receipt(
        version=1, stream=stream_of(blocks), settled_up_to=b["settled-up-to"],
        further=[schema.delivery.Range(
            first=b["further-first"], last=b["further-last"])],
        chain=blocks["bundle"]["next"], issued_at=b["issued-at"],
        revocation=blocks["revocation-list"]["digest"],
        agreement=blocks["agreement"]["digest"],
        answers=[
            schema.delivery.Answer(
                first=1, count=2, code=schema.delivery.SETTLED,
                label_hash=blocks["bundle"]["label-hash"],
                sealed=blocks["outcomes"]["sealed"]),
            schema.delivery.Answer(
                first=b["not-yet-first"], count=b["not-yet-count"],
                code=schema.delivery.NOT_YET,
                label_hash=b["not-yet-label-hash"],
                reason=b["not-yet-reason"])]))
    wire = make_signed(signer, "receipt", payload)[1]
    return {"payload": payload, "signed": wire, "hash": h(wire)}


def custody(blocks, b):
    payload = pack(schema.delivery.Custody(
        version=1, broker=b["broker"], stream=stream_of(blocks), first=1,
        count=2, label_hash=blocks["bundle"]["label-hash"],
        taken_at=b["taken-at"]))
    wire = make_signed(Signer(b["seed"], BROKER), "custody", payload)[1]
    return {"payload": payload, "signed": wire}


def skip(blocks, b):
    payload = pack(schema.delivery.Skip(
        version=1, stream=stream_of(blocks), to=2,
        chain_before=blocks["bundle"]["genesis"],
        chain_after=blocks["bundle"]["next"], reason=b["reason"],
        issued_at=b["issued-at"], **{"from": 1}))
    signer = Signer(blocks["bundle"]["seed"], OFFICE)
    wire = make_signed(signer, "skip", payload)[1]
    return {"payload": payload, "signed": wire, "hash": h(wire)}


def frames(blocks, b):
    link = schema.link
    return {
        "hello": pack(link.Hello(
            versions=[1], suites=[1],
            certificate=blocks["certificate"]["signed"], manifest_sequence=3,
            revocation_number=0, lane=link.URGENT, credit=b["credit"])),
        "state": pack(link.State(
            streams=[link.StreamState(
                role=link.AS_SENDER, stream=stream_of(blocks),
                receipts=[blocks["receipt"]["hash"]])],
            last_page=True)),
        "credit-payload": pack(link.Credit(bytes=b["credit"])),
        "fetch": pack(link.Fetch(
            kind=link.OBJECT_MANIFEST, subject="blo-tachileik@mm",
            newer_than=5)),
        "object": pack(link.Object(
            kind=link.OBJECT_MANIFEST, subject="blo-tachileik@mm",
            signed=blocks["manifest"]["signed"])),
        "bye": pack(link.Bye(reason=402, text=b["bye-text"])),
    }


def sha256(data):
    return hashlib.sha256(data).digest()


def journal_entry(number, kind, at, count, subject, result, address):
    return (u(1, 1) + u(kind, 1) + bytes(2) + u(count, 4) + u(number, 8) +
            u(at, 8) + subject + result + party(address) + bytes(24))


def checkpoint(origin, size, root, signer, incarnation=0):
    text = f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"
    if incarnation:
        text += f"incarnation {incarnation}\n"
    name = sha256(origin.encode() + b"\n\x01" + signer.public)[:4]
    signature = base64.b64encode(name + signer.sign(text.encode())).decode()
    return f"{text}\n\u2014 {origin} {signature}\n"


def journal(blocks, b):
    at = b["at"]
    entries = [
        journal_entry(0, 9, at, 0, blocks["agreement"]["digest"], bytes(32),
                      "blo-maesai@th"),
        journal_entry(1, 2, at, 2, blocks["bundle"]["label-hash"],
                      blocks["bundle"]["root"], "blo-tachileik@mm"),
        journal_entry(2, 5, at, 2, blocks["receipt"]["hash"],
                      blocks["bundle"]["next"], "blo-tachileik@mm"),
    ]
    leaves = [sha256(b"\x00" + entry) for entry in entries]
    roots = [tree_root(sha256, leaves[:n]) for n in (1, 2, 3)]
    found = {}
    for i in range(3):
        found[f"entry-{i}"] = entries[i]
        found[f"leaf-{i}"] = leaves[i]
        found[f"root-{i + 1}"] = roots[i]
    found["checkpoint"] = checkpoint(
        b["origin"], 3, roots[2], Signer(b["seed"], OFFICE))
    return found


def growth_path(hash_of, size, leaves, is_root=True):
    """RFC 9162, 2.1.4: that the first `size` of these leaves begin them."""
    count = len(leaves)
    if size == count:
        return [] if is_root else [tree_root(hash_of, leaves)]
    split = 1 << ((count - 1).bit_length() - 1)
    if size <= split:
        return (growth_path(hash_of, size, leaves[:split], is_root) +
                [tree_root(hash_of, leaves[split:])])
    return (growth_path(hash_of, size - split, leaves[split:], False) +
            [tree_root(hash_of, leaves[:split])])


def witness(blocks, b):
    office = Signer(blocks["journal"]["seed"], OFFICE)
    origin = blocks["journal"]["origin"]
    leaves = [blocks["journal"][f"leaf-{i}"] for i in range(3)]
    found = {"checkpoint": checkpoint(
        origin, 3, tree_root(sha256, leaves), office, b["incarnation"])}
    for name in ("held", "other"):
        found[name] = checkpoint(
            b[f"{name}-origin"], b[f"{name}-size"], b[f"{name}-root"],
            Signer(b[f"{name}-seed"], OFFICE), b[f"{name}-incarnation"])
    proofs = []
    for size in (1, 2):
        path = growth_path(sha256, size, leaves)
        found[f"path-{size}"] = b"".join(path)
        proofs.append(schema.trust.ConsistencyProof(size=size, path=path))
    found["payload"] = payload = pack(schema.trust.Witness(
        **{"from": origin}, version=1, to=b["held-origin"],
        made_at=b["made-at"], checkpoint=found["checkpoint"].encode(),
        proofs=proofs, held=found["held"].encode(), wanted=[b["wanted"]],
        others=[found["other"].encode()]))
    found["signed"] = make_signed(office, "witness", payload)[1]
    return found


def carriage(blocks, b):
    mark = bytes.fromhex("9c454e54")

    def record(kind, payload, body=b""):
        head = (mark + bytes([1, kind, 0, 0]) + u(len(payload), 4) +
                u(len(body), 4) + h16(payload + body))
        return head + h16(head)[:8] + payload + body

    sealed = blocks["bundle"]
    body = b"".join(u(len(sealed[name]), 4) + sealed[name]
                    for name in ("envelope-0", "envelope-1"))
    first = record(3, sealed["head"], body)
    second = record(5, blocks["skip"]["signed"])
    end = record(0, u(2, 8))
    return {
        "mark": mark,
        "head-bundle": first[:40],
        "head-skip": second[:40],
        "end": end,
        "file-hash": h(b"entente carry 1\n" + first + second + end),
    }


def certificate_like(blocks, **fields):
    """A certificate made as that of block certificate, but for `fields`."""
    b = blocks["certificate"]
    authority = Signer(fields.pop("authority_seed"), AUTHORITY)
    name = schema.trust.DisplayName(lang=b["lang"], text=fields.pop("name"))
    return make_signed(authority, "certificate", pack(schema.trust.Certificate(
        version=1, names=[name], not_before=b["not-before"],
        not_after=b["not-after"], authority_key_id=authority.key_id,
        **fields)))[1]


def evidence(blocks, b):
    e = schema.evidence
    sender = Signer(blocks["bundle"]["seed"], OFFICE)
    states = {state: blocks["agreement"][f"{state}-seed"]
              for state in ("th", "mm")}
    recipient_certificate = certificate_like(
        blocks, authority_seed=states["mm"], name=b["recipient-name"],
        address=blocks["bundle"]["recipient"], kind=schema.trust.BLO,
        signing_key=Signer(blocks["receipt"]["seed"], OFFICE).public,
        link_key=x25519_public(b["recipient-link-secret"]),
        serial=1767225600001)
    broker_certificate = certificate_like(
        blocks, authority_seed=states["th"], name=b["broker-name"],
        address=blocks["custody"]["broker"], kind=schema.trust.BROKER,
        signing_key=Signer(blocks["custody"]["seed"], BROKER).public,
        link_key=x25519_public(b["broker-link-secret"]), serial=1767225600002)
    payload = pack(e.Evidence(
        version=1, made_by=blocks["bundle"]["sender"], made_at=b["made-at"],
        id=uuid_bytes(blocks["message"]["id"]),
        label=blocks["bundle"]["label"],
        signatures=[schema.common.Signature(
            algorithm=schema.common.ED25519, key_id=sender.key_id,
            value=blocks["bundle"]["signature"])],
        envelope=blocks["bundle"]["envelope-0"],
        path=[blocks["bundle"]["leaf-1"]],
        message_key=blocks["bundle"]["key-0"],
        certificates=[blocks["certificate"]["signed"], recipient_certificate,
                      broker_certificate],
        authorities=[
            e.AuthorityKey(state=state, key=Signer(seed, AUTHORITY).public)
            for state, seed in states.items()],
        agreements=[e.AgreementText(
            text=blocks["agreement"]["text"].encode(),
            signatures=blocks["agreement"]["signatures"].encode())],
        receipt=blocks["receipt"]["signed"],
        receipt_secret=blocks["bundle"]["answers"],
        custodies=[blocks["custody"]["signed"]],
        journal=e.JournalProof(
            entry=blocks["journal"]["entry-1"],
            path=[blocks["journal"]["leaf-0"], blocks["journal"]["leaf-2"]],
            checkpoint=blocks["journal"]["checkpoint"].encode())))
    signature, wire = make_signed(sender, "evidence", payload)
    return {"recipient-certificate": recipient_certificate,
            "broker-certificate": broker_certificate, "signature": signature,
            "signed": wire}


COMPUTE = {
    "primitives": primitives,
    "party": party_block,
    "id": id_block,
    "key": key_block,
    "armour": armour_block,
    "key-file": key_file,
    "pae": pae_block,
    "request": request,
    "certificate": certificate,
    "manifest": manifest,
    "revocation-list": revocation_list,
    "rollover": rollover,
    "agreement": agreement,
    "message": message,
    "officer": officer,
    "statement": statement,
    "padding": padding,
    "attachment": attachment,
    "bundle": bundle,
    "bundle-pair": bundle_pair,
    "outcomes": outcomes,
    "receipt": receipt,
    "custody": custody,
    "skip": skip,
    "frames": frames,
    "carriage": carriage,
    "journal": journal,
    "witness": witness,
    "evidence": evidence,
}

# ---- the document ----

BLOCK = re.compile(r"^```vectors (\S+)\n(.*?)^```\n", re.MULTILINE | re.DOTALL)
LINE = re.compile(r"([a-z0-9-]+)(?: = (.+))?$")


def value_of(text):
    if text.startswith('"'):
        return re.sub(
            r"\\(.)", lambda m: {"n": "\n"}.get(m[1], m[1]), text[1:-1])
    if text.startswith("#"):
        return int(text[1:])
    return bytes.fromhex(text)


def parse(body):
    """Keys and values of a block; a key without a value has None."""
    block = {}
    for line in body.splitlines():
        match = LINE.match(line)
        if match is None:
            raise ValueError(f"not 'key = value': {line}")
        key, text = match.groups()
        if text is None:
            block[key] = None
        elif block.get(key) is None:
            block[key] = value_of(text)
        else:
            block[key] += value_of(text)
    return block


def quoted(text):
    text = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + text.replace("\n", "\\n") + '"'


def lines_of(key, value):
    if isinstance(value, int):
        return [f"{key} = #{value}"]
    if isinstance(value, str):
        parts = value.splitlines(keepends=True)
        return [f"{key} = {quoted(part)}" for part in parts]
    text = value.hex()
    return [f"{key} = {text[i:i + LINE_MAX]}"
            for i in range(0, len(text), LINE_MAX)]


def written(body, found):
    """The block's text with what follows in its place."""
    lines = []
    for line in body.splitlines():
        key = LINE.match(line)[1]
        if key not in found:
            lines.append(line)
        elif not any(other.startswith(f"{key} = ") for other in lines):
            lines += lines_of(key, found[key])
    return "\n".join(lines) + "\n"


class Schema:
    """The modules that protoc makes of the schema."""

    def __init__(self, protoc, build_folder, schema_folder):
        names = sorted(
            file[:-len(".proto")] for file in os.listdir(schema_folder)
            if file.endswith(".proto"))
        os.makedirs(build_folder, exist_ok=True)
        subprocess.run(
            [protoc, f"--python_out={build_folder}", f"-I{schema_folder}"] +
            [f"{schema_folder}/{name}.proto" for name in names],
            check=True)
        sys.path.insert(0, build_folder)
        for name in names:
            setattr(self, name, __import__(f"{name}_pb2"))


def compare(name, block, found):
    wrong = 0
    for key, value in found.items():
        if block.get(key) != value:
            wrong += 1
            print(f"{name}: {key} should be")
            print("  " + "\n  ".join(lines_of(key, value)))
    for key, value in block.items():
        if value is None and key not in found:
            wrong += 1
            print(f"{name}: {key} has no value")
    return wrong


def main(arguments):
    global schema
    write = arguments[:1] == ["--write"]
    document, protoc, build_folder, schema_folder = arguments[write:]
    if not protoc:
        print("protoc is not installed")
        return 77
    schema = Schema(protoc, build_folder, schema_folder)
    with open(document, encoding="utf-8") as file:
        text = file.read()
    bodies = dict(BLOCK.findall(text))
    blocks = {name: parse(body) for name, body in bodies.items()}
    if blocks.keys() != COMPUTE.keys():
        print("blocks and this program differ:",
              ", ".join(sorted(blocks.keys() ^ COMPUTE.keys())))
        return 1
    wrong = 0
    for name, compute in COMPUTE.items():
        found = compute(blocks, blocks[name])
        if write:
            blocks[name].update(found)
            text = text.replace(
                f"```vectors {name}\n{bodies[name]}```",
                f"```vectors {name}\n{written(bodies[name], found)}```")
        else:
            wrong += compare(name, blocks[name], found)
    if write:
        with open(document, "w", encoding="utf-8") as file:
            file.write(text)
    print(f"{len(blocks)} blocks, {wrong} values wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
