#!/usr/bin/python3
"""A cluster of three nodes in processes of their own: first what it is for, then a minute of faults.

    cluster_test.py NODE CTL [TEST…]

WARREN_TEST_SEED repeats the faults of a run; WARREN_CLUSTER_SECONDS makes them last longer.
"""

import os
import pathlib
import shutil
import sys
import tempfile
import threading
import time
import unittest

try:
    import pika
    import pika.exceptions
except ImportError:
    sys.exit("pika is not installed (Debian's python3-pika); installer/test installs it.")

import cluster_driver
from history_test import HistoryTest  # noqa: F401, the checker is tested along
from nodes import CallFailed
from warren_cluster import WarrenCluster

PROGRAMS = None  # from the command line
MESSAGES = 500
PATIENCE_SECONDS = 60


def connect(node):
    return pika.BlockingConnection(pika.ConnectionParameters(
        "127.0.0.1", node.port, socket_timeout=20, blocked_connection_timeout=20))


class OneCluster(unittest.TestCase):
    """A new cluster for each test."""

    node_count = 3

    def setUp(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="cluster-"))
        self.addCleanup(shutil.rmtree, folder)
        self.cluster = WarrenCluster(PROGRAMS, folder, self.node_count)
        self.addCleanup(self.cluster.close)
        self.cluster.start()
        self.nodes = self.cluster.nodes

    def mirror_everything(self):
        self.cluster.set_policy("ha", ".*", cluster_driver.POLICY)

    def declare(self, node, queue):
        with connect(node) as connection:
            connection.channel().queue_declare(queue, durable=True)
        self.cluster.await_health(PATIENCE_SECONDS)

    def publish(self, node, queue, count):
        """All of them confirmed."""
        self.eventually(lambda: self.look_for(node, queue), pika.exceptions.ChannelClosedByBroker)
        with connect(node) as connection:
            channel = connection.channel()
            channel.confirm_delivery()
            for number in range(count):
                channel.basic_publish("", queue, str(number).encode(), mandatory=True,
                                      properties=pika.BasicProperties(delivery_mode=2))

    @staticmethod
    def look_for(node, queue):
        """A queue that was declared at another node is here a moment later."""
        with connect(node) as connection:
            connection.channel().queue_declare(queue, passive=True)

    def consume(self, node, queue, count):
        """The numbers in the order of their arrival, acknowledged."""
        numbers = []
        with connect(node) as connection:
            channel = connection.channel()
            channel.basic_qos(prefetch_count=100)
            for method, _, body in channel.consume(queue, inactivity_timeout=PATIENCE_SECONDS):
                if method is None:
                    break
                numbers.append(int(body))
                channel.basic_ack(method.delivery_tag)
                if len(numbers) == count:
                    break
            channel.cancel()
        return numbers

    @staticmethod
    def members(node):
        """As it sees them."""
        return {row["name"] for row in node.call("cluster_status")["nodes"]}

    @staticmethod
    def eventually(action, failure):
        """What the action returns when it does not fail any more."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return action()
            except failure:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def await_replica(self, node, state):
        """How the node's mirror of the only queue is, at last."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            queue, = self.nodes[0].call("cluster_status")["queues"]
            found = {row["node"]: row["state"] for row in queue["replicas"]}.get(node.name)
            if found == state or time.monotonic() > deadline:
                return found
            time.sleep(0.1)


class ClusterTest(OneCluster):
    def test_every_node_reaches_every_queue(self):
        first, second, third = self.nodes
        self.mirror_everything()
        self.declare(second, "orders")
        self.publish(third, "orders", MESSAGES)
        self.assertEqual(self.consume(first, "orders", MESSAGES), list(range(MESSAGES)))

    def test_confirmed_messages_outlive_the_master(self):
        first, second, third = self.nodes
        self.mirror_everything()
        self.declare(second, "orders")
        self.assertIs(self.cluster.masters()["orders"], second)
        self.publish(third, "orders", MESSAGES)
        second.kill()
        # While nobody leads the queue it can't be consumed; RabbitMQ would let the client wait.
        numbers = self.eventually(lambda: self.consume(first, "orders", MESSAGES),
                                  pika.exceptions.ChannelClosedByBroker)
        self.assertEqual(numbers, list(range(MESSAGES)))

        second.start()
        self.cluster.await_health(PATIENCE_SECONDS)
        self.assertIsNot(self.cluster.masters()["orders"], second)
        self.assertEqual(self.cluster.losses(), 0)

    def test_nobody_waits_for_a_process_that_has_ended(self):
        self.mirror_everything()
        for node in self.nodes:
            self.declare(node, f"of.{node.number}")
        # One of them leads the agreement, and each leads a queue at first.
        for dead in self.nodes:
            others = [node for node in self.nodes if node is not dead]
            dead.kill()
            self.publish_soon(others[0], [f"of.{node.number}" for node in self.nodes])
            said = "".join(node.log_path.read_text() for node in others)
            self.assertIn(f"node {dead.name} is gone", said)
            self.assertNotIn(f"node {dead.name} is lost", said)
            dead.start()
            self.cluster.await_health(PATIENCE_SECONDS)
        self.assertEqual(self.cluster.losses(), 0)

    def publish_soon(self, node, queues):
        """One message to each, as soon as somebody leads it."""
        for queue in queues:
            self.eventually(lambda queue=queue: self.publish(node, queue, 1),
                            pika.exceptions.NackError)

    def test_a_node_that_stops_hands_over_first(self):
        first, second, third = self.nodes
        self.mirror_everything()
        self.declare(second, "orders")
        self.publish(first, "orders", MESSAGES)
        with connect(third) as connection:
            channel = connection.channel()
            deliveries = channel.consume("orders", inactivity_timeout=PATIENCE_SECONDS)

            def take():
                numbers = []
                while len(numbers) < MESSAGES:
                    method, _, body = next(deliveries)
                    self.assertIsNotNone(method, f"only {len(numbers)} came")
                    numbers.append(int(body))
                    channel.basic_ack(method.delivery_tag)
                return numbers

            self.assertEqual(take(), list(range(MESSAGES)))
            self.assertEqual(second.terminate(), 0)
            # Nobody had to find out that it was gone, and the consumer never was.
            self.publish(first, "orders", MESSAGES)
            self.assertEqual(take(), list(range(MESSAGES)))
        for node in self.nodes:
            self.assertNotIn("is promoted", node.log_path.read_text())
        second.start()
        self.cluster.await_health(PATIENCE_SECONDS)

    def test_definitions_are_everywhere(self):
        first, second, third = self.nodes
        with connect(first) as connection:
            channel = connection.channel()
            channel.exchange_declare("shop", "topic", durable=True)
            channel.queue_declare("orders", durable=True)
            channel.queue_bind("orders", "shop", "order.#")
        with connect(third) as connection:
            channel = connection.channel()
            channel.exchange_declare("shop", "topic", durable=True, passive=True)
            channel.confirm_delivery()
            self.eventually(lambda: channel.basic_publish("shop", "order.new", b"one",
                                                          mandatory=True),
                            pika.exceptions.UnroutableError)
        self.assertEqual([row["name"] for row in second.call("list_queues")["queues"]], ["orders"])

    def test_a_node_alone_does_not_confirm(self):
        first, second, third = self.nodes
        self.mirror_everything()
        self.declare(first, "orders")
        self.cluster.isolate(first, "reset")
        with self.assertRaises((pika.exceptions.AMQPError, OSError)):
            self.publish(first, "orders", 1)
        self.publish(third, "orders", MESSAGES)
        self.cluster.heal()
        self.cluster.await_health(PATIENCE_SECONDS)
        self.assertEqual(self.consume(first, "orders", MESSAGES)[-MESSAGES:], list(range(MESSAGES)))

    def test_a_master_can_be_moved(self):
        first, second, third = self.nodes
        self.mirror_everything()
        self.declare(first, "orders")
        self.publish(second, "orders", MESSAGES)
        third.call("move_master", "orders", second.name)
        self.cluster.await_health(PATIENCE_SECONDS)
        self.assertIs(self.cluster.masters()["orders"], second)
        self.assertEqual(self.consume(third, "orders", MESSAGES), list(range(MESSAGES)))

    def test_a_mirror_is_brought_up_by_command_of_any_node(self):
        first, second, third = self.nodes
        self.cluster.set_policy("ha", ".*", {"ha-mode": "all", "ha-sync-mode": "manual"})
        self.declare(first, "orders")
        third.kill()
        # Nothing is confirmed before the lost mirror has left.
        self.publish(first, "orders", MESSAGES)
        third.start()
        self.assertEqual(self.await_replica(third, "behind"), "behind")
        second.call("sync_queue", "orders")
        self.assertEqual(self.await_replica(third, "in_sync"), "in_sync")

    def test_a_node_can_leave_and_come_back(self):
        first, second, third = self.nodes
        third.call("reset")
        self.assertLessEqual(self.members(third), {third.name})
        self.eventually(lambda: self.assertEqual(self.members(first), {first.name, second.name}),
                        AssertionError)
        third.call("join_cluster", f"127.0.0.1:{first.proxy_port}")
        self.cluster.await_health(PATIENCE_SECONDS)

    def test_every_node_knows_the_links_of_the_others(self):
        first, second, third = self.nodes

        def await_links(**expected):
            """As the first node sees them: "n2_n3" is the way from the second to the third."""
            def look():
                links = {f"{link['from'][:2]}_{link['to'][:2]}": link["state"]
                         for link in first.call("cluster_status")["links"]}
                self.assertEqual({way: links.get(way) for way in expected}, expected)
            self.eventually(look, AssertionError)

        await_links(n1_n2="up", n1_n3="up", n2_n1="up", n2_n3="up", n3_n1="up", n3_n2="up")
        self.cluster.cut(second, third, "reset")
        await_links(n1_n2="up", n1_n3="up", n2_n3="down", n3_n2="down")
        self.cluster.heal()
        await_links(n2_n3="up", n3_n2="up")
        third.kill()
        await_links(n1_n3="connecting", n2_n3="down", n3_n1="down", n3_n2="unknown")

    def test_a_member_that_runs_is_not_forgotten(self):
        first, second, third = self.nodes
        with self.assertRaises(CallFailed):
            first.call("forget_cluster_node", third.name)
        third.kill()
        # It takes the others a moment to see that.
        self.eventually(lambda: first.call("forget_cluster_node", third.name), CallFailed)
        self.eventually(lambda: self.assertEqual(self.members(second), {first.name, second.name}),
                        AssertionError)


class RamNodes(OneCluster):
    """Three disk nodes, of which one may be lost, and one that becomes a RAM node."""

    node_count = 4

    def change_type(self, node, type_name):
        # Who leads the agreement hands it over first.
        self.eventually(lambda: node.call("change_cluster_node_type", type_name), CallFailed)
        self.await_type(node, type_name)

    def await_type(self, node, type_name):
        """It runs as one of that type, say the others."""
        observer = self.nodes[0] if node is not self.nodes[0] else self.nodes[1]

        def look():
            rows = {row["name"]: row for row in observer.call("cluster_status")["nodes"]}
            self.assertEqual((rows[node.name]["type"], rows[node.name]["state"]),
                             (type_name, "running"))
        self.eventually(look, (AssertionError, KeyError))
        self.cluster.await_health(PATIENCE_SECONDS)

    def test_a_ram_node_has_what_the_others_have(self):
        first, second, third, fourth = self.nodes
        self.mirror_everything()
        self.declare(first, "orders")
        self.publish(first, "orders", MESSAGES)
        self.change_type(fourth, "ram")
        self.publish(fourth, "orders", 1)
        fourth.kill()
        fourth.start()
        self.await_type(fourth, "ram")
        self.assertEqual(self.await_replica(fourth, "in_sync"), "in_sync")
        first.kill()
        numbers = self.eventually(lambda: self.consume(fourth, "orders", MESSAGES + 1),
                                  pika.exceptions.ChannelClosedByBroker)
        self.assertEqual(numbers, [*range(MESSAGES), 0])
        self.assertIn(self.cluster.masters()["orders"], (second, third))
        first.start()
        self.cluster.await_health(PATIENCE_SECONDS)
        self.change_type(fourth, "disc")

    def test_a_ram_node_leads_when_nobody_else_can_and_hands_back(self):
        first, second, _, fourth = self.nodes
        self.change_type(fourth, "ram")
        self.cluster.set_policy("ha", ".*", {"ha-mode": "nodes", "ha-sync-mode": "automatic",
                                             "ha-params": [second.name, fourth.name]})
        with connect(first) as connection:
            connection.channel().queue_declare("orders", durable=True)
        self.assertEqual(self.await_replica(fourth, "in_sync"), "in_sync")
        self.publish(first, "orders", MESSAGES)
        self.assertIs(self.cluster.masters()["orders"], second)
        second.kill()
        self.eventually(lambda: self.assertIs(self.cluster.masters()["orders"], fourth),
                        (AssertionError, KeyError))
        # Its copy is none on a disk: nothing persistent is confirmed.
        outcomes = []

        def publish_one():
            try:
                self.publish(first, "orders", 1)
                outcomes.append("confirmed")
            except pika.exceptions.NackError:
                outcomes.append("refused")
        publisher = threading.Thread(target=publish_one)
        publisher.start()
        publisher.join(2)
        self.assertTrue(publisher.is_alive())
        second.start()
        publisher.join(PATIENCE_SECONDS)
        self.assertFalse(publisher.is_alive())
        self.eventually(lambda: self.assertIs(self.cluster.masters()["orders"], second),
                        (AssertionError, KeyError))
        # The queue may have been handed back before it had this one; then that was refused.
        expected = [*range(MESSAGES)] + ([0] if outcomes == ["confirmed"] else [])
        numbers = self.eventually(lambda: self.consume(first, "orders", len(expected)),
                                  pika.exceptions.ChannelClosedByBroker)
        self.assertEqual(numbers, expected)
        self.assertEqual(len(outcomes), 1)
        self.assertEqual(self.cluster.losses(), 0)

    def test_the_last_disk_node_stays_one(self):
        first, *others = self.nodes
        for node in others:
            self.change_type(node, "ram")
        with self.assertRaises(CallFailed):
            first.call("change_cluster_node_type", "ram")
        self.cluster.await_health(PATIENCE_SECONDS)
        self.mirror_everything()
        self.declare(others[0], "orders")
        self.assertIs(self.cluster.masters()["orders"], first)
        self.publish(others[0], "orders", MESSAGES)
        self.assertEqual(self.consume(others[1], "orders", MESSAGES), list(range(MESSAGES)))


class Faults(unittest.TestCase):
    def test_nothing_confirmed_is_lost(self):
        options = ["--node", PROGRAMS.node, "--ctl", PROGRAMS.ctl, "--seconds",
                   os.environ.get("WARREN_CLUSTER_SECONDS", "60")]
        self.assertEqual(cluster_driver.main(options), 0)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    PROGRAMS = cluster_driver.Programs(*(os.path.abspath(sys.argv.pop(1)) for _ in range(2)))
    unittest.main(verbosity=2)
