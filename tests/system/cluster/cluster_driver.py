#!/usr/bin/python3
"""Loads a cluster of three nodes, hurts it, and judges what its clients saw.

    cluster_driver.py --node PROGRAM --ctl PROGRAM [--seconds N] [--seed N] [--faults kill,stop,term,cut]
    cluster_driver.py --broker rabbitmq [--seconds N] [--faults kill,stop,term]
    cluster_driver.py --self-test

Queues are mirrored on all nodes and brought up automatically. Publishers send persistent messages with
confirms, consumers acknowledge; both go to any node when theirs breaks. Afterwards everything is healed,
and then: nothing that was confirmed is lost, nothing comes twice without the redelivered flag unless it
was sent twice, consumers get first deliveries in the order of their producers, and all mirrors are whole.
Ends with 1 if anything of that does not hold. Debian's own interpreter, for python3-pika.
"""

import argparse
import collections
import logging
import os
import pathlib
import random
import shutil
import statistics
import sys
import tempfile
import time

try:
    import pika
except ImportError:
    sys.exit("pika is not installed (Debian's python3-pika); installer/test installs it.")

import faults
import history
import history_test
from load import Load
from rabbitmq_cluster import RabbitmqCluster
from warren_cluster import WarrenCluster

POLICY = {"ha-mode": "all", "ha-sync-mode": "automatic"}
CONFIRM_SECONDS = 90  # until everything is confirmed when all is well again
DRAIN_SECONDS = 120

Programs = collections.namedtuple("Programs", "node ctl")


def declare(cluster, queues):
    """Each at another node, so that not one leads all of them."""
    for index, queue in enumerate(queues):
        port = cluster.nodes[index % len(cluster.nodes)].port
        with pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", port)) as connection:
            connection.channel().queue_declare(queue, durable=True)


def outages(seen, done):
    """(fault, queue, seconds or None) of every fault of a node that led queues."""
    result = []
    for index, fault in enumerate(done):
        if fault.kind.startswith("wire"):
            continue
        until = done[index + 1].at if index + 1 < len(done) else float("inf")
        for queue in fault.queues:
            result.append((fault, queue, history.outage(seen.confirm_times(queue), fault.at, until)))
    return result


def print_outages(found):
    by_kind = collections.defaultdict(list)
    for fault, _, seconds in found:
        by_kind[fault.kind].append(seconds)
    for kind, all_seconds in sorted(by_kind.items()):
        known = [seconds for seconds in all_seconds if seconds is not None]
        endless = len(all_seconds) - len(known)
        text = f"silence of a queue after {kind} of its master: {len(all_seconds)} times"
        if known:
            text += f", median {statistics.median(known):.2f} s, longest {max(known):.2f} s"
        if endless:
            text += f", {endless} without an end before the next fault"
        print(text)


class Run:
    def __init__(self, options):
        self.options = options
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="cluster-"))
        self.history = history.History()
        self.problems = []
        self.load = None
        self.outages = []

    def run(self):
        """@returns whether all is well"""
        options = self.options
        print(f"seed {options.seed}, {options.seconds:g} s, faults {','.join(options.faults)}, "
              f"broker {options.broker}", flush=True)
        if options.broker == "warren":
            cluster = WarrenCluster(Programs(options.node, options.ctl), self.folder)
        else:
            cluster = RabbitmqCluster(self.folder)
        try:
            self._work(cluster)
        finally:
            cluster.close()
            is_well = self._judge()
            if is_well and not options.keep:
                shutil.rmtree(self.folder)
            else:
                print(f"data and logs: {self.folder}")
        return is_well

    def _work(self, cluster):
        options = self.options
        queues = [f"load.{index}" for index in range(options.queues)]
        cluster.start()
        cluster.set_policy("ha", "^load", POLICY)
        declare(cluster, queues)
        cluster.await_health(faults.HEALTH_SECONDS)
        self.load = Load(self.history, cluster.ports)
        self.load.start(queues, options.publishers, options.consumers, options.rate, options.window,
                        options.seed)
        time.sleep(2)
        hurting = faults.Faults(cluster, options.faults, options.seed, self.load.now,
                                lambda fault: print(fault.line(), flush=True))
        hurting.run(options.seconds)
        self.problems += hurting.problems
        if not self.load.finish_publishing(CONFIRM_SECONDS):
            self.problems.append(f"{self.load.counts()['unconfirmed']} messages are not confirmed "
                                 f"{CONFIRM_SECONDS} s after the last fault")
        if not self.load.drain(DRAIN_SECONDS):
            self.problems.append(f"not everything was delivered within {DRAIN_SECONDS} s; "
                                 f"in queues: {cluster.contents()}")
        self.load.stop()
        self.problems += self.load.problems
        if losses := cluster.losses():
            self.problems.append(f"the cluster says that it lost something {losses} times")
        self.outages = outages(self.history, hurting.done)

    def _judge(self):
        if self.load is not None:
            self.load.stop()
            counts = self.load.counts()
            counts["confirmed"] = self.history.confirmed_count()
            print(", ".join(f"{name} {count}" for name, count in counts.items()))
        print_outages(self.outages)
        found = history.violations(self.history)
        for line in history.lines_of(found):
            print(line)
        for problem in self.problems:
            print(f"problem: {problem}")
        is_well = not found and not self.problems and self.load is not None
        if not is_well and self.load is not None:
            print("what clients noted last:")
            for note in list(self.load.notes)[-40:]:
                print(f"    {note}")
        print("all is well" if is_well else f"NOT WELL: repeat it with --seed {self.options.seed}")
        return is_well


def read_options(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--broker", choices=("warren", "rabbitmq"), default="warren")
    parser.add_argument("--node", help="the program warren-node")
    parser.add_argument("--ctl", help="the program warrenctl")
    parser.add_argument("--seconds", type=float, default=60, help="how long faults go on")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--faults", default=None, help=f"of {','.join(faults.KINDS)}")
    parser.add_argument("--queues", type=int, default=3)
    parser.add_argument("--publishers", type=int, default=2, help="of each queue")
    parser.add_argument("--consumers", type=int, default=2, help="of each queue")
    parser.add_argument("--rate", type=float, default=150, help="messages per second of each publisher")
    parser.add_argument("--window", type=int, default=200, help="unconfirmed messages of each publisher")
    parser.add_argument("--keep", action="store_true", help="keep data and logs")
    parser.add_argument("--self-test", action="store_true", help="test the checker only")
    options = parser.parse_args(arguments)
    if options.seed is None:
        options.seed = int(os.environ.get("WARREN_TEST_SEED") or random.SystemRandom().randrange(1 << 32))
    can_cut = options.broker == "warren"
    wanted = options.faults or ",".join(kind for kind in faults.KINDS if can_cut or kind != "cut")
    options.faults = wanted.split(",")
    for kind in options.faults:
        if kind not in faults.KINDS or (kind == "cut" and not can_cut):
            parser.error(f"no such fault for {options.broker}: {kind}")
    if not options.self_test and options.broker == "warren" and not (options.node and options.ctl):
        parser.error("--node and --ctl are needed")
    return options


def main(arguments):
    logging.getLogger("pika").setLevel(logging.CRITICAL)  # it says a lot about broken connections
    options = read_options(arguments)
    if options.self_test:
        return 0 if history_test.run() else 1
    return 0 if Run(options).run() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
