#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""How an agency's own program sends, follows and acknowledges, in Python: an
example to begin from (docs/API.md). It needs Debian's python3-zmq and
python3-protobuf, protoc, and of Entente nothing but the .proto files.

usage: office.py SOCKET PROTO_FOLDER send ADDRESS TEXT
       office.py SOCKET PROTO_FOLDER follow [COUNT]

`follow` acknowledges what comes and ends after COUNT messages.
"""

import os
import subprocess
import sys
import tempfile
import time
import uuid

import zmq

CONSUMER = "example-py"
TIMEOUT_MS = 30_000
WAIT_MS = 10_000


def load_schema(folder):
    """The modules that protoc makes of the .proto files."""
    with tempfile.TemporaryDirectory() as made:
        files = [
            os.path.join(folder, name)
            for name in os.listdir(folder)
            if name.endswith(".proto")
        ]
        subprocess.run(
            ["protoc", f"--python_out={made}", f"-I{folder}", *files],
            check=True,
        )
        sys.path.insert(0, made)
        import api_pb2
        import message_pb2
        import service_pb2

        return api_pb2, message_pb2, service_pb2


def new_id():
    """A UUIDv7 of our own: submitted again, it stays one message."""
    ms = int(time.time() * 1000)
    random = uuid.uuid4().int
    return str(
        uuid.UUID(
            int=ms << 80 | 0x7 << 76 | (random >> 64 & 0xFFF) << 64
            | 0x2 << 62 | random & (1 << 62) - 1
        )
    )


class Node:
    """One request, one reply, one part each; asked again, the same bytes, when
    no reply comes: no request does harm twice."""

    def __init__(self, path):
        self.context = zmq.Context()
        self.path = path
        self.number = 0
        self.connect()

    def connect(self):
        self.socket = self.context.socket(zmq.DEALER)
        self.socket.linger = 0
        self.socket.connect(f"ipc://{self.path}")

    def ask(self, patience_ms=0, **request):
        self.number += 1
        wire = api.ApiRequest(
            number=self.number, **request
        ).SerializeToString(deterministic=True)
        deadline = time.monotonic() + (TIMEOUT_MS + patience_ms) / 1000
        while time.monotonic() < deadline:
            self.socket.send(wire)
            while self.socket.poll(2_000 + patience_ms):
                reply = api.ApiReply.FromString(self.socket.recv())
                if reply.number != self.number:
                    continue  # to an earlier question
                if reply.error:
                    raise SystemExit(f"the node says: {reply.error}")
                return getattr(reply, reply.WhichOneof("reply"))
            self.socket.close()
            self.connect()
        raise SystemExit(f"no node answers at {self.path}")

    # ---- what such a program does all day ----

    def submit(self, to, **body):
        """Hand one message in; whether every copy is on the node's disk."""
        written = message.Message(
            id=new_id(),
            mode="TEST",
            purpose="ADMINISTRATION",
            **body,
        )
        (result,) = self.ask(
            submit=api.SubmitRequest(
                submissions=[api.Submission(message=written, to=[to])]
            )
        ).results
        if result.error:
            raise SystemExit(f"the message is wrong: {result.error}")
        for copy in result.copies:
            said = "accepted" if copy.accepted else "refused"
            print(f"{result.id} to {copy.to}: {said} {copy.sentence}")
        return all(copy.accepted for copy in result.copies)

    def next(self):
        """The first message that this consumer has not dealt with, or None."""
        items = self.ask(
            patience_ms=WAIT_MS,
            inbox=api.InboxRequest(
                consumer=CONSUMER, limit=1, wait_ms=WAIT_MS
            ),
        ).items
        return items[0] if items else None

    def done(self, sequence):
        self.ask(
            cursor=api.CursorRequest(consumer=CONSUMER, through=sequence)
        )


def follow(node, count):
    seen = 0
    while not count or seen < count:
        item = node.next()
        if item is None:
            continue
        sender = getattr(item, "from")
        print(f"{item.id} from {sender}: {item.family}", flush=True)
        if item.family != "acknowledgement":
            answer = service.Acknowledgement(
                message_id=item.id,
                level="ACKNOWLEDGED",
                role="example in Python",
            )
            answer.at.FromSeconds(int(time.time()))
            node.submit(sender, acknowledgement=answer)
        node.done(item.sequence)
        seen += 1


def main(arguments):
    global api, message, service
    if len(arguments) < 3 or arguments[2] not in ("send", "follow"):
        sys.exit(__doc__)
    path, folder, verb, *rest = arguments
    api, message, service = load_schema(folder)
    node = Node(path)
    if verb == "send":
        to, text = rest
        return 0 if node.submit(to, test=service.Test(text=text)) else 1
    follow(node, int(rest[0]) if rest else 0)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
