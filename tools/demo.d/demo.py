#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""demo - four states exchange sealed messages under agreements they signed.

Run it as tools/demo, which installs and builds what it needs.
"""

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from datetime import datetime, timedelta, timezone
from pathlib import Path

import count
import seizures
from flow import Flow, read_agreements, read_routes
from screen import Screen
from world import BROKER, HERE, OFFICES, ROOT, World, WorldError, state_of

DATA = Path("drug-seizures/asia-2011-2014.csv")
KILLS = 9
# Whom a kill -9 hits, again and again: who sends and receives most, and what
# carries everything.
VICTIMS = ("ncc@mm", BROKER, "ncc@th", "ncc@kr")
WORDS = "Knocking heard from inside a closed box"


def now_text(offset=timedelta()):
    moment = datetime.now(timezone.utc) + offset
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def hotline_alert():
    """What an officer at Mae Sai writes when there is no time to lose."""
    return {
        "mode": "EXERCISE",
        "precedence": "FLASH",
        "incidentId": "TH:MSA:2026-000123",
        "authorRole": "duty officer",
        "purpose": "THREAT_TO_LIFE",
        "offence": "SMUGGLING_OF_MIGRANTS",
        "classification": "RESTRICTED",
        "urgency": "URGENCY_IMMEDIATE",
        "severity": "SEVERE",
        "certainty": "OBSERVED",
        "acknowledge": True,
        "safeguards": ["MINOR", "NON_PUNISHMENT"],
        "geoScope": ["MM-TH:THL-MSA"],
        "hotlineAlert": {
            "what": "SMUGGLING_OF_MIGRANTS",
            "where": {
                "country": "TH",
                "crossing": "MM-TH:THL-MSA",
                "place": "Mae Sai / แม่สาย",
                "detail": "lane 2",
                "latitude": "20.4433",
                "longitude": "99.8817",
            },
            "when": now_text(-timedelta(minutes=3)),
            "persons": 14,
            "direction": "toward mm",
            "mode": "LAND_ROAD",
            "conveyance": {
                "mode": "LAND_ROAD",
                "plate": "1กก 1234",
                "plateCountry": "TH",
                "makeModelColour": "white six-wheel lorry, closed box",
            },
            "medical": True,
            "children": True,
            "action": "PREPARE_RESCUE",
            "callBackRole": "duty officer",
            "description": f"{WORDS}; at least two children.",
        },
    }


def seconds(begin_ms, end_ms):
    return f"{(int(end_ms) - int(begin_ms)) / 1000:.2f} s"


def digest_of(items):
    """Content of a desk: one hash over everything it shows."""
    whole = hashlib.sha256()
    for item in items:
        plain = {k: v for k, v in item.items() if k != "replayed"}
        whole.update(json.dumps(plain, sort_keys=True).encode() + b"\n")
    return whole.hexdigest()


class Demo:
    def __init__(self, options, screen, world):
        self.options = options
        self.screen = screen
        self.world = world
        self.random = random.Random(options.seed)
        self.codes = seizures.Codes(HERE / "codes.yaml")
        self.accepted = []  # what `entente send` said
        self.replays = {}
        self.under_way = 0
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

    # ---- 1 ----

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

    # ---- 2 ----

    def show_alert(self):
        screen = self.screen
        screen.section("An alert in the night")
        screen.say(
            "At Mae Sai (Thailand) an officer hears knocking from inside a"
            " lorry that drives on to Tachileik (Myanmar). One alert: sealed"
            " for Tachileik under the agreement of the two states, and once"
            " more for Bangkok under the national order."
        )
        sender, other = "blo-maesai@th", "blo-tachileik@mm"
        sent = self.send(sender, hotline_alert(), other, "ncc@th")
        self.alert = sent["id"]
        self.wait_for(sender, self.alert, other, "settledAt")
        self.world.cli(
            other,
            "ack",
            self.alert,
            "--role=duty officer",
            "--note=Patrol is on its way.",
        ).must()
        self.wait_for(sender, self.alert, other, "acknowledgedAt")
        self.world.settle(sender, other)
        (item,) = self.world.trace(sender, self.alert)
        rows = [("TO", "DELIVERED AFTER", "ACKNOWLEDGED AFTER", "BY")]
        for copy in item["copies"]:
            begin = copy["acceptedAt"]
            answered = int(copy.get("acknowledgedAt", 0))
            rows.append(
                (
                    copy["to"],
                    seconds(begin, copy["settledAt"]),
                    seconds(begin, answered) if answered else "",
                    copy.get("acknowledgedBy", ""),
                )
            )
        screen.table(rows, right=(1, 2))
        (got,) = [i for i in self.world.desk(other) if i["id"] == self.alert]
        withheld = got["message"].get("withheld", [])
        fields = ", ".join(each["field"] for each in withheld)
        if withheld:
            screen.say(
                f"Withheld from Tachileik, by {withheld[0]['clause']} of"
                f" th-mm.yaml: {fields}. Bangkok got the whole message."
            )
        self.check(
            "latitude" not in got["message"]["hotlineAlert"]["where"],
            "the other state got what its agreement allows, and no more",
        )
        self.check_secrecy()

    def check_secrecy(self):
        """No word of it is on any disk: not the broker's, not an office's."""
        words = WORDS.encode()
        folders = [self.world.broker / "store"]
        folders += [self.world.office(each) / "store" for each in OFFICES]
        found = [
            path
            for folder in folders
            for path in folder.rglob("*")
            if path.is_file() and words in path.read_bytes()
        ]
        self.check(
            not found,
            "no word of the alert can be found in the broker's files, nor in"
            " any store",
        )

    # ---- 3 ----

    def show_refusals(self):
        screen = self.screen
        screen.section("What was not agreed does not pass")
        alert = hotline_alert()
        for case in (
            (
                "Poipet (Cambodia) warns Mae Sai, which is not its partner",
                "blo-poipet@kh",
                "blo-maesai@th",
                "th-kh.yaml",
            ),
            (
                "Korea sends Myanmar an alert; only seizure reports are agreed",
                "ncc@kr",
                "ncc@mm",
                "kr-mm.yaml",
            ),
            (
                "Korea sends Cambodia an alert; they have no agreement",
                "ncc@kr",
                "ncc@kh",
                None,
            ),
        ):
            self.show_refusal(alert, *case)
        self.check(
            self.world.unsettled("blo-poipet@kh", "ncc@kr") == 0,
            "nothing of it left the offices; each refusal is in their journal",
        )

    def show_refusal(self, alert, title, sender, to, file):
        screen = self.screen
        result = self.send(sender, alert, to)
        (copy,) = result["copies"]
        if copy.get("accepted"):
            self.check(False, f"{sender} -> {to} must be refused")
            return
        screen.say(f"{title}:")
        line = int(copy.get("line", 0))
        if file is None or line == 0:
            where = copy.get("clause", "")
        else:
            where = f"clause {copy['clause']}, {file} line {line}"
        screen.say(
            f"REFUSED: {copy['sentence']} ({where}; {copy['reasonName']})",
            indent="     ",
        )
        if file is not None and line:
            text = (self.world.folder / "agreements" / file).read_text()
            quote = text.splitlines()[line - 1].strip()
            width = screen.width - 12
            short = quote if len(quote) < width else quote[: width - 3] + "..."
            screen.line(screen.paint("2", f"     {line}: {short}"))
        self.check(bool(copy.get("clause")), "the refusal names its clause")

    # ---- 4 ----

    def read_data(self):
        path = self.options.data
        if path is None:
            folder = Path(os.environ.get("ENTENTE_DATA", ROOT / "../shared/data"))
            path = folder / DATA
            if not path.exists():
                self.screen.say(
                    f"{DATA.name} is not here (ENTENTE_DATA would say where);"
                    " a small sample stands in for it."
                )
                path = HERE / "sample.csv"
        self.flow = Flow(
            self.codes,
            self.agreements,
            read_routes(HERE / "routes.yaml"),
            OFFICES,
        )
        self.flow.read(path)
        return path

    def show_data(self):
        screen = self.screen
        screen.section("Real reports: who tells whom what was seized")
        path = self.read_data()
        flow = self.flow
        screen.say(
            f"{flow.rows} seizures as officers reported them ({path.name})."
            " The centre of each state tells every partner whose agreement"
            " lists such reports; what an airport or mail centre found, it"
            " also tells the crossings downstream."
        )
        rows = [("SEIZURES", "OF", "TOLD BY", "TO")]
        for name, state in self.codes.states.items():
            if flow.of_state[state]:
                rows.append(
                    (
                        flow.of_state[state],
                        name,
                        f"ncc@{state}",
                        " ".join(flow.partners[state]),
                    )
                )
        for hub, number in flow.alerts.items():
            rows.append((number, "of those", hub, " ".join(flow.routes[hub])))
        for name, number in flow.without.most_common():
            rows.append((number, name, "-", "nobody: no agreement"))
        if flow.problems:
            rows.append((len(flow.problems), "unclear", "-", "nobody: see below"))
        screen.table(rows, right=(0,))
        for problem in flow.problems[:5]:
            screen.line(f"   not clear: {problem}")
        if len(flow.problems) > 5:
            screen.line(f"   and {len(flow.problems) - 5} more")
        for (state, kind), number in flow.hubless.items():
            screen.say(
                f"{number} of them at a hub of {state} ({kind}) that has no"
                " office here: nobody downstream is warned."
            )
        uncoded = Counter()
        for (_, word), number in flow.uncoded.items():
            uncoded[word] += number
        words = ", ".join(
            f"{word} ({number})" for word, number in uncoded.most_common(6)
        )
        if words:
            screen.say(
                f"Words without a code pass as they were written: {words}"
                f"{' ...' if len(uncoded) > 6 else ''}."
            )
        kept = (
            sum(flow.of_state.values())
            + sum(flow.without.values())
            + len(flow.problems)
        )
        self.check(
            kept == flow.rows,
            f"{flow.rows} rows, {kept} accounted for, none dropped",
        )

    def show_flow(self):
        screen = self.screen
        screen.section("It goes through, whatever is killed")
        copies = self.flow.copies()
        screen.say(
            f"{copies} sealed messages. While they are under way, nodes and"
            " broker are killed with -9, as if the power failed, and started"
            " again."
        )
        self.began = time.monotonic()
        self.settled = {}
        self.look(*OFFICES)
        self.under_way = 0
        victims = []
        for number in range(1, KILLS + 1):
            if not victims:
                victims = list(VICTIMS)
                self.random.shuffle(victims)
            self.send_while_killing(number, victims.pop())
        try:
            self.world.settle(
                timeout_s=self.options.patience,
                seen=lambda waiting: screen.progress(
                    f"{waiting} still under way ..."
                ),
            )
        except WorldError as error:
            self.check(False, str(error))
        took = time.monotonic() - self.began
        screen.say(
            f"{KILLS} kills in {took:.0f} s; what was accepted is accounted"
            " for below."
        )

    def send_while_killing(self, number, victim):
        """An instalment of everything, and kill -9 in the middle of it."""
        sendings = []
        for (sender, to), messages in self.flow.batches.items():
            size = len(messages)
            begin = size * (number - 1) // KILLS
            end = size * number // KILLS
            if begin < end:
                part = messages[begin:end]
                self.under_way += len(part) * len(to)
                sendings.append(
                    (sender, self.world.sending(sender, part, to))
                )
        time.sleep(self.random.uniform(0, 0.15))
        self.kill(victim)
        for sender, sending in sendings:
            results = sending.results()
            self.accepted += count.accepted_copies(sender, results)
            refused = [
                copy["sentence"]
                for result in results
                for copy in result.get("copies", [])
                if not copy.get("accepted")
            ]
            wrong = [r["error"] for r in results if r.get("error")]
            if refused or wrong:
                self.check(False, f"{sender}: {(refused + wrong)[0]}")
            self.screen.progress(f"{len(self.accepted)} accepted ...")

    def look(self, *offices):
        """Count what was answered since the last look."""
        for office in offices:
            known = self.settled.get(office, 0)
            now = int(self.world.status(office).get("outboxSettled", 0))
            self.settled[office] = now
            self.under_way -= now - known

    def kill(self, name):
        daemon = self.world.daemons[name]
        pid = daemon.pid
        self.world.kill(name)
        killed = time.monotonic()
        # It stays away for a while: what is sent meanwhile has to wait.
        time.sleep(self.random.uniform(0.1, 0.8))
        self.look(*(office for office in OFFICES if office != name))
        self.world.start(name)
        self.screen.line(
            f"   {killed - self.began:5.1f} s  kill -9 {pid}  {name},"
            f" away for {time.monotonic() - killed:.1f} s;"
            f" {self.under_way} messages open"
        )

    # ---- 5 ----

    def show_replay(self):
        screen = self.screen
        screen.section("The same again: a replay changes nothing")
        office = "ncc@th"
        before = self.world.desk(office)
        self.world.restart(office)
        again = self.world.cli(office, "replay", "--from=1").must().values()
        after = self.world.desk(office)
        self.replays[office] = again
        screen.say(
            f"{office} is killed once more and shows again all it ever got:"
            f" {len(again)} messages, as after a lost screen or a new case"
            " system. No alarm rings twice."
        )
        same = digest_of(before) == digest_of(after) == digest_of(again)
        self.check(
            same and len(before) == len(again),
            f"the same messages in the same order, sha256"
            f" {digest_of(after)[:16]}...",
        )
        self.check(
            all(item.get("replayed") for item in again),
            "each is marked as replayed",
        )

    def show_journals(self):
        screen = self.screen
        screen.section("Every node keeps a journal that cannot be rewritten")
        rows = [("OFFICE", "ENTRIES", "ROOT")]
        faults = []
        for office in OFFICES:
            result = self.world.verify_journal(office)
            verdict = result.must(0, 1).value()
            if result.code != 0 or not verdict.get("good"):
                faults.append(f"{office}: {verdict.get('fault')}")
            rows.append(
                (
                    office,
                    verdict.get("entries", 0),
                    verdict.get("root", "")[:22] + "...",
                )
            )
        screen.table(rows, right=(1,))
        self.check(
            not faults,
            "; ".join(faults) or "all verified, from first entry to last",
        )

    # ---- the end ----

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
            json.dumps(hotline_alert(), indent=2, ensure_ascii=False) + "\n"
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
        self.show_alert()
        self.show_refusals()
        self.show_data()
        self.show_flow()
        self.show_replay()
        self.show_journals()
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
