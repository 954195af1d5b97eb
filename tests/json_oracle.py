#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Our JSON held against another's: google.protobuf.json_format.

usage: json_oracle.py JSON_TOOL PROTOC BUILD_FOLDER INCLUDE...

Random messages are written by us and read by it, and written by it and read by
us; both must give the same values and the same bytes. Then both get texts that
people might write, and must agree on whether they mean anything, and what.
"""

import json
import math
import os
import struct
import subprocess
import sys

try:
    from google.protobuf import json_format
except ImportError:
    print("python3-protobuf is not installed")
    sys.exit(77)

COUNT = 300
SEED = 20261122
REFUSED = 0xFFFFFFFF

# Both must take these, and mean the same by them.
GOOD = {
    "Scalars": [
        '{}',
        '{"int32": null, "texts": null, "part": null}',
        '{"int32": "-5", "int64": 7, "uint64": 9223372036854775807}',
        '{"int32": 1.0, "uint32": 1e3, "int64": "-9223372036854775808"}',
        '{"singleReal": "NaN", "doubleReal": "-Infinity"}',
        '{"singleReal": "1.5", "doubleReal": 3}',
        '{"single_real": 1.5, "chosen_text": ""}',
        '{"colour": 2, "colours": ["RED", -1, 0]}',
        '{"data": "-_8=", "datas": ["+/8=", "-_8", "+/8", ""]}',
        '{"time": "2026-11-22T16:30:00+06:30"}',
        '{"time": "2026-11-22T10:00:00.120Z", "times": []}',
        '{"text": "\\u0e41\\u0e21\\u0e48\\ud83d\\ude00\\n\\/"}',
        '{"part": {}, "parts": [{}, {"name": "a"}]}',
        '{"chosenText": null, "chosenNumber": 0}',
    ],
    "Message": [
        '{"test": {}}',
        '{"schemaVersion": 1, "drugSeizure": {"items": [{"drug": 33}]}}',
        '{"hotline_alert": {"call_back_role": "duty officer"}}',
    ],
}

# Neither may take these.
BAD = {
    "Scalars": [
        '', '{', '{} {}', '"text"',
        '{"unknown": 1}',
        '{"text": 1}', '{"text": ["a"]}', '{"texts": "a"}', '{"truth": 1}',
        '{"texts": ["a", null]}',
        '{"int32": 2147483648}', '{"uint32": -1}', '{"int32": 1.5}',
        '{"uint64": "18446744073709551616"}', '{"int32": "a"}',
        '{"int32": true}', '{"int64": {}}',
        '{"singleReal": 1e39}', '{"doubleReal": "one"}',
        '{"colour": "PURPLE"}', '{"colour": "red"}',
        '{"part": "a"}', '{"part": {"unknown": 1}}',
        '{"time": 1763805600}', '{"time": "2026-11-22"}',
        '{"time": "2026-13-22T10:00:00Z"}',
        '{"chosenNumber": 1, "chosenText": "a"}',
        '{"text": "a", "text": "b"}',
        '{"data": "a"}',
    ],
    "Message": [
        '{"test": {}, "hotlineAlert": {}}',
        '{"mode": "REAL"}',
    ],
}


def frames(contents):
    return b"".join(struct.pack(">I", len(c)) + c for c in contents)


def unframe(data):
    at = 0
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        at += 4
        if length == REFUSED:
            yield None
        else:
            yield data[at:at + length]
            at += length


def ours(tool, kind, *what, contents=()):
    done = subprocess.run(
        [tool, kind, *what], input=frames(contents), check=True,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return list(unframe(done.stdout))


def same(a, b):
    """Equal, and a NaN equals a NaN."""
    if isinstance(a, float) and isinstance(b, float):
        return a == b or (math.isnan(a) and math.isnan(b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b and type(a) is type(b)


def as_numbers(text):
    """1 and 1.0 are one JSON number."""
    return json.loads(text, parse_int=float)


def check(good, kind, number, what, *shown):
    if not good:
        print(f"{kind} {number} of seed {SEED}: {what}", *shown, sep="\n  ")
        sys.exit(1)


def compare_random(tool, kind, message_type):
    packed = ours(tool, kind, "random", str(COUNT), str(SEED))
    texts = ours(tool, kind, "write", contents=packed)
    theirs = []
    for number, (wire, text) in enumerate(zip(packed, texts, strict=True)):
        message = message_type.FromString(wire)
        check(message.SerializeToString(deterministic=True) == wire, kind,
              number, "they pack it otherwise", wire.hex())
        expected = json_format.MessageToJson(message)
        check(same(as_numbers(text), as_numbers(expected)), kind, number,
              "we write it otherwise", text.decode(), expected)
        read = json_format.Parse(text, message_type())
        check(read.SerializeToString(deterministic=True) == wire, kind, number,
              "they read ours otherwise", text.decode())
        theirs.append(json_format.MessageToJson(
            message, preserving_proto_field_name=number % 2 == 0,
            use_integers_for_enums=number % 3 == 0,
            including_default_value_fields=number % 5 == 0).encode())
    again = ours(tool, kind, "read", contents=theirs)
    for number, (wire, back) in enumerate(zip(packed, again, strict=True)):
        check(back == wire, kind, number, "we read theirs otherwise",
              theirs[number].decode())
    return len(packed)


def compare_written(tool, kind, message_type):
    good = [text.encode() for text in GOOD[kind]]
    for text, wire in zip(good, ours(tool, kind, "read", contents=good)):
        expected = json_format.Parse(text, message_type())
        check(wire == expected.SerializeToString(deterministic=True), kind, 0,
              "we read it otherwise", text.decode(), wire)
    bad = [text.encode() for text in BAD[kind]]
    for text, wire in zip(bad, ours(tool, kind, "read", contents=bad)):
        check(wire is None, kind, 0, "we take it", text.decode())
        try:
            json_format.Parse(text, message_type())
        except json_format.ParseError:
            continue
        check(False, kind, 0, "they take it", text.decode())
    return len(good) + len(bad)


def main():
    tool, protoc, build, *includes = sys.argv[1:]
    if not protoc:
        print("protoc is not installed")
        sys.exit(77)
    os.makedirs(build, exist_ok=True)
    sources = [os.path.join(folder, name) for folder in includes
               for name in sorted(os.listdir(folder))
               if name.endswith(".proto")]
    subprocess.run([protoc, f"--python_out={build}",
                    *(f"-I{folder}" for folder in includes), *sources],
                   check=True)
    sys.path.insert(0, build)
    import message_pb2
    import scalars_pb2
    count = 0
    for kind, message_type in (("Message", message_pb2.Message),
                               ("Scalars", scalars_pb2.Scalars)):
        count += compare_random(tool, kind, message_type)
        count += compare_written(tool, kind, message_type)
    print(f"{count} messages and texts mean the same to both")


main()
