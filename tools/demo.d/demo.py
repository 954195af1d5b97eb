#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""demo - four states exchange sealed messages under agreements they signed.

Run it as tools/demo, which installs and builds what it needs.
"""

import argparse
import json
import random
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

import alert
import count
import outages
import records
import refusals
import reports
import seizures
from flow import read_agreements
from program import WorldError
from screen import Screen
from world import BROKER, HERE, OFFICES, World


class Demo:
    """What its scenes share; each is a file, in the order of run()."""

    def __init__(self, options, screen, world):
        self.options = options
        self.screen = screen
        self.world = world
        self.random = random.Random(options.seed)
        self.codes = seizures.Codes(HERE / "codes.yaml")
        self.accepted = []  # what `entente send` said
        self.replays = {}
        self.failures = 0

    def check(self, good, text):
        """A check whose failure ends the demonstration with 1."""
        if good:
            self.screen.good(text)
        else:
            self.screen.bad(text)
            self.failures += 1

    def send(self, office, message, *to):
        (result,) = self.world.send(office, message, to=to)
        self.accepted += count.accepted_copies(office, [result])
        if result.get("error"):
            raise WorldError(f"{office}: {result['error']}")
        return result

    def wait_for(self, office, id_, to, field):
        """Until the trace of a copy tells this time."""
        deadline = time.monotonic() + 60
        while True:
            (item,) = self.world.trace(office, id_)
            (copy,) = [each for each in item["copies"] if each["to"] == to]
            if int(copy.get(field, 0)):
                return
            if time.monotonic() > deadline:
                raise WorldError(f"{id_} has no {field} after 60 s: {copy}")
            time.sleep(0.02)

    def show_states(self):
        screen = self.screen
        screen.section("Four states and what they signed")
        self.world.make()
        self.world.start()
        self.agreements = read_agreements(self.world.folder / "agreements")
        rows = [("AGREEMENT", "BETWEEN", "SIGNED BY", "CLAUSES", "ABOUT")]
        for agreement in self.agreements:
            parties = " ".join(agreement.parties)
            rows.append(
                (
                    agreement.path.name,
                    parties,
                    "both"
                    if len(agreement.parties) == 2
                    else "itself, for its own offices",
                    len(agreement.exchange),
                    agreement.title,
                )
            )
        screen.table(rows, right=(3,))
        screen.say(
            f"{len(OFFICES)} offices run their own node; one broker in"
            " Bangkok relays between them. Every office has its own keys,"
            " certified by its own state. All agreements are fictional, and"
            " every message is marked EXERCISE."
        )

    def tally(self):
        return count.count(
            self.accepted,
            {office: self.world.trace(office) for office in OFFICES},
            {office: self.world.desk(office) for office in OFFICES},
            self.replays,
        )

    def show_count(self):
        """The closing line, out of the stores of all nodes."""
        tally = self.tally()
        self.screen.line()
        for name in ("lost", "doubled", "unknown", "unsettled"):
            copies = getattr(tally, name)
            for copy in copies[:5]:
                self.screen.bad(f"{name}: {copy}")
            if len(copies) > 5:
                self.screen.line(f"   and {len(copies) - 5} more {name}")
        self.screen.line(f"demo: {tally.line()}")
        if not tally.is_good():
            self.failures += 1

    def show_what_to_try(self):
        world = self.world
        example = world.folder / "alert.json"
        example.write_text(
            json.dumps(alert.hotline_alert(), indent=2, ensure_ascii=False) + "\n"
        )

        def node(office):
            return f"--node {world.node_file(office)}"

        entente = world.entente
        self.screen.line()
        self.screen.line("Everything stays up. Try, in another terminal:")
        for words, command in (
            (
                "watch what Tachileik gets",
                f"{entente} inbox --follow {node('blo-tachileik@mm')}",
            ),
            (
                "send it an alert, and see what became of it",
                f"{entente} send {example} --to blo-tachileik@mm"
                f" {node('blo-maesai@th')}",
            ),
            (
                "ask first whether Korea may send it to Myanmar",
                f"{entente} explain {example} --to ncc@mm {node('ncc@kr')}",
            ),
            (
                "who still owes an answer",
                f"{entente} inbox --unacknowledged {node('blo-tachileik@mm')}",
            ),
            ("how a node is", f"{entente} status {node('ncc@th')}"),
            (
                "kill the broker; send; start it again",
                f"kill -9 {world.daemons[BROKER].pid}; "
                f"{world.broker_program} -c {world.broker}/broker.yaml",
            ),
        ):
            self.screen.line(f"   # {words}")
            self.screen.line(f"   {command}")
        self.screen.line()
        self.screen.line("Ctrl-C ends it.")

    def stop(self):
        """All processes end as they were asked to; 1 when one did not."""
        bad = {
            name: code for name, code in self.world.stop().items() if code != 0
        }
        for name, code in bad.items():
            self.screen.bad(f"{name} stopped with {code}")
        return 1 if bad else 0

    def run(self):
        self.show_states()
        alert.show(self)
        refusals.show(self)
        reports.show(self)
        outages.show(self)
        records.show_replay(self)
        records.show_journals(self)
        self.show_count()
        return 1 if self.failures else 0


def arguments():
    parser = argparse.ArgumentParser(
        prog="tools/demo",
        description="Four states exchange sealed messages under agreements"
        " they signed, on this machine. Afterwards everything stays up to be"
        " tried, until Ctrl-C.",
        epilog="Exit: 0 all went well; 1 a check failed, or a message was lost"
        " or doubled.",
    )
    parser.add_argument(
        "--once", action="store_true", help="end after the closing line"
    )
    parser.add_argument(
        "--keep", metavar="DIR", help="work in DIR and leave it there"
    )
    parser.add_argument(
        "--data", metavar="FILE", type=Path, help="seizures in UNODC's columns"
    )
    parser.add_argument(
        "--broker", metavar="PROGRAM", help="another broker, to test this demo"
    )
    parser.add_argument(
        "--patience",
        metavar="SECONDS",
        type=int,
        default=300,
        help="how long the last message may take before it counts as lost"
        " (300)",
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=random.SystemRandom().randrange(2**32),
        help="what the moments of the kills come from",
    )
    return parser.parse_args()


def interrupted(number, frame):
    raise KeyboardInterrupt


def play(options, screen, folder):
    world = World(folder, broker_program=options.broker)
    demo = Demo(options, screen, world)
    try:
        code = demo.run()
        if not options.once:
            demo.show_what_to_try()
            signal.pause()
        code = demo.stop() or code
    except WorldError as error:
        screen.line()
        screen.bad(str(error))
        return 1
    except KeyboardInterrupt:
        screen.line()
        code = 130 if options.once else demo.stop()
    finally:
        world.close()
    return code


def main():
    options = arguments()
    screen = Screen()
    signal.signal(signal.SIGTERM, interrupted)
    folder = options.keep or tempfile.mkdtemp(prefix="entente-demo-")
    code = play(options, screen, folder)
    if options.keep:
        screen.line(f"Kept: {Path(folder).resolve()}")
    elif code == 1:
        screen.line(f"Its folder is kept, with all logs: {folder}")
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
