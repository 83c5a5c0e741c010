"""What is done to nodes and wires while clients work: one thing at a time, healed before the next."""

import dataclasses
import random
import time

from links import HOLD, RESET

KINDS = ("kill", "stop", "term", "cut")
HOLD_SECONDS = (1.0, 8.0)
DOWN_SECONDS = (0.0, 3.0)
PAUSE_SECONDS = (0.5, 3.0)
HEALTH_SECONDS = 90


@dataclasses.dataclass
class Fault:
    kind: str
    node: str
    at: float
    queues: list  # that the node led
    until: float = 0.0

    def line(self):
        return (f"{self.at:7.2f} s  {self.kind:10} {self.node:14} "
                f"{self.until - self.at:5.2f} s  leads {', '.join(self.queues) or 'nothing'}")


class Faults:
    def __init__(self, cluster, kinds, seed, now, report):
        self.cluster, self.kinds, self.now, self.report = cluster, list(kinds), now, report
        self.chance = random.Random(seed)
        self.done = []
        self.problems = []

    def run(self, seconds):
        """Until the time is over; everything is healed then, and well again, or a problem."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not self.problems:
            time.sleep(self.chance.uniform(*PAUSE_SECONDS))
            # The next fault comes when mirrors are whole again, or while they catch up.
            if self.chance.random() < 0.5:
                self._await_health()
            self._one()
            self._look_for_the_dead()
        self.cluster.heal()
        self._await_health()

    def _one(self):
        masters = self.cluster.masters()
        kind = self.chance.choice(self.kinds)
        node = self.chance.choice(self.cluster.nodes)
        led = [masters[queue] for queue in sorted(masters)]
        if led and self.chance.random() < 0.6:
            node = self.chance.choice(led)
        queues = [queue for queue, master in sorted(masters.items()) if master is node]
        fault = Fault(kind, node.name, self.now(), queues)
        try:
            getattr(self, f"_{kind}")(node, fault)
        except RuntimeError as error:
            self.problems.append(str(error))
        fault.until = self.now()
        self.done.append(fault)
        self.report(fault)

    def _kill(self, node, _fault):
        self.cluster.kill(node)
        time.sleep(self.chance.uniform(*DOWN_SECONDS))
        self.cluster.restart(node)

    def _term(self, node, _fault):
        code = node.terminate()
        if code != 0:
            self.problems.append(f"{node.name} ended with {code} when it was asked to")
        time.sleep(self.chance.uniform(*DOWN_SECONDS))
        self.cluster.restart(node)

    def _stop(self, node, _fault):
        node.hold()
        time.sleep(self.chance.uniform(*HOLD_SECONDS))
        node.release()

    def _cut(self, node, fault):
        mode = self.chance.choice((HOLD, RESET))
        if self.chance.random() < 0.5:
            fault.kind = f"alone/{mode}"
            self.cluster.isolate(node, mode)
        else:
            other = self.chance.choice([one for one in self.cluster.nodes if one is not node])
            fault.kind = f"wire/{mode}"
            self.cluster.cut(node, other, mode)
        time.sleep(self.chance.uniform(*HOLD_SECONDS))
        self.cluster.heal()

    def _look_for_the_dead(self):
        for node in self.cluster.ended_by_themselves():
            self.problems.append(f"{node.name} ended by itself:\n{node.log_tail()}")

    def _await_health(self):
        if self.problems:
            return
        try:
            self.cluster.await_health(HEALTH_SECONDS)
        except RuntimeError as error:
            self.problems.append(str(error))
