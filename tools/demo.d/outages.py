# SPDX-License-Identifier: Apache-2.0
"""outages - everything goes through while nodes and broker are killed."""

import time

import count
from program import WorldError
from world import BROKER, OFFICES

KILLS = 9
# Whom a kill -9 hits, again and again: who sends and receives most, and what
# carries everything.
VICTIMS = ("ncc@mm", BROKER, "ncc@th", "ncc@kr")


class Outages:
    """How much is under way, from one kill to the next."""

    def __init__(self, demo):
        self.demo = demo
        self.screen = demo.screen
        self.world = demo.world
        self.flow = demo.flow
        self.random = demo.random
        self.began = time.monotonic()
        self.settled = {}
        self.under_way = 0

    def run(self):
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
                timeout_s=self.demo.options.patience,
                seen=lambda waiting: self.screen.progress(
                    f"{waiting} still under way ..."
                ),
            )
        except WorldError as error:
            self.demo.check(False, str(error))
        return time.monotonic() - self.began

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
            self.demo.accepted += count.accepted_copies(sender, results)
            refused = [
                copy["sentence"]
                for result in results
                for copy in result.get("copies", [])
                if not copy.get("accepted")
            ]
            wrong = [r["error"] for r in results if r.get("error")]
            if refused or wrong:
                self.demo.check(False, f"{sender}: {(refused + wrong)[0]}")
            self.screen.progress(f"{len(self.demo.accepted)} accepted ...")

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


def show(demo):
    screen = demo.screen
    screen.section("It goes through, whatever is killed")
    screen.say(
        f"{demo.flow.copies()} sealed messages. While they are under way, nodes"
        " and broker are killed with -9, as if the power failed, and started"
        " again."
    )
    took_s = Outages(demo).run()
    screen.say(
        f"{KILLS} kills in {took_s:.0f} s; what was accepted is accounted"
        " for below."
    )
