#!/usr/bin/python3
"""kombu, the messaging library of Celery, against a node. The port is in AMQP_PORT."""

import os
import socket
import sys
import time
import unittest
import uuid

try:
    import kombu
    from kombu import Consumer, Exchange, Producer, Queue
    from kombu.mixins import ConsumerProducerMixin
    from kombu.pools import producers
except ImportError:
    sys.exit("kombu is not installed (Debian's python3-kombu); installer/test installs it.")

from amqp.exceptions import ConsumerCancelled, MessageNacked, PreconditionFailed

URL = f"amqp://guest:guest@127.0.0.1:{os.environ['AMQP_PORT']}//"
WAIT_SECONDS = 15
CONFIRMS = {"confirm_publish": True}


def unique(prefix):
    return f"{prefix}-{uuid.uuid4().hex}"


class KombuCase(unittest.TestCase):
    def setUp(self):
        self.connection = self.connect()
        self.channel = self.connection.default_channel

    def connect(self, **options):
        connection = kombu.Connection(URL, heartbeat=30, **options)
        self.addCleanup(connection.release)
        return connection

    def declare(self, queue):
        """Declares a queue with its exchange, both of which go when the test is over."""
        bound = queue(self.channel)
        bound.declare()
        self.addCleanup(self.delete, bound)
        return bound

    def delete(self, queue):
        channel = self.connection.channel()
        channel.queue_delete(queue.name)
        if queue.exchange.name:
            channel.exchange_delete(queue.exchange.name)
        channel.close()

    def drain(self, is_done, connection=None):
        """Serves a connection until something holds."""
        last = time.monotonic() + WAIT_SECONDS
        while not is_done():
            self.assertLess(time.monotonic(), last, "it took too long")
            try:
                (connection or self.connection).drain_events(timeout=1)
            except socket.timeout:
                pass

    def bodies(self, queue):
        found = []
        while True:
            message = queue.get(no_ack=True)
            if message is None:
                return found
            found.append(message.payload)


class Work(KombuCase):
    def test_workers_retry_later_and_give_up_in_the_end(self):
        names = {role: unique(role) for role in ("work", "retry", "parked")}
        work, retry, parked = (
            self.declare(Queue(name, Exchange(name, "direct"), routing_key=name, **options))
            for name, options in (
                (
                    names["work"],
                    {
                        "queue_arguments": {
                            "x-dead-letter-exchange": names["retry"],
                            "x-dead-letter-routing-key": names["retry"],
                        }
                    },
                ),
                (
                    names["retry"],
                    {
                        "message_ttl": 0.03,
                        "queue_arguments": {
                            "x-dead-letter-exchange": names["work"],
                            "x-dead-letter-routing-key": names["work"],
                        },
                    },
                ),
                (names["parked"], {}),
            )
        )
        producer = Producer(self.channel, serializer="json")
        done = {}

        def on_task(task, message):
            deaths = {
                (death["queue"], death["reason"]): death["count"]
                for death in message.headers.get("x-death", [])
            }
            failures = deaths.get((work.name, "rejected"), 0)
            self.assertEqual(deaths.get((retry.name, "expired"), 0), failures)
            if failures == task["fails"]:
                done[task["name"]] = failures
                message.ack()
            elif failures == 3:
                done[task["name"]] = failures
                producer.publish(task, exchange=parked.exchange, routing_key=parked.routing_key)
                message.ack()
            else:
                message.reject()

        for name, fails in (("good", 0), ("flaky", 2), ("hopeless", 99)):
            producer.publish(
                {"name": name, "fails": fails},
                exchange=work.exchange,
                routing_key=work.routing_key,
            )
        with Consumer(self.channel, [work], callbacks=[on_task], prefetch_count=1):
            self.drain(lambda: len(done) == 3)

        self.assertEqual(done, {"good": 0, "flaky": 2, "hopeless": 3})
        self.assertEqual([task["name"] for task in self.bodies(parked)], ["hopeless"])

    def test_urgent_work_comes_first(self):
        queue = self.declare(Queue(unique("urgent"), max_priority=10))
        producer = Producer(self.channel)
        for number, priority in enumerate((0, 5, 10, 5, 200)):
            producer.publish(number, routing_key=queue.name, priority=priority)
        self.assertEqual(self.bodies(queue), [2, 4, 1, 3, 0])

    def test_a_queue_has_its_limits(self):
        queue = self.declare(Queue(unique("short"), max_length=2, expires=60, message_ttl=60))
        producer = Producer(self.channel)
        for number in range(5):
            producer.publish(number, routing_key=queue.name)
        self.assertEqual(self.bodies(queue), [3, 4])

    def test_messages_are_delayed_by_their_expiration(self):
        due = self.declare(Queue(unique("due")))
        waiting = self.declare(
            Queue(
                unique("waiting"),
                queue_arguments={
                    "x-dead-letter-exchange": "",
                    "x-dead-letter-routing-key": due.name,
                },
            )
        )
        found = []
        start = time.monotonic()
        Producer(self.channel).publish("later", routing_key=waiting.name, expiration=0.15)
        with Consumer(self.channel, [due], on_message=found.append, no_ack=True):
            self.drain(lambda: found)
        self.assertGreaterEqual(time.monotonic() - start, 0.15)
        self.assertEqual(found[0].payload, "later")
        self.assertNotIn("expiration", found[0].properties)
        self.assertEqual(found[0].headers["x-death"][0]["original-expiration"], "150")

    def test_a_single_active_consumer_is_replaced(self):
        queue = self.declare(
            Queue(unique("single"), queue_arguments={"x-single-active-consumer": True})
        )
        first, second = self.connect(), self.connect()
        taken = {first: [], second: []}
        for connection, messages in taken.items():
            Consumer(connection.default_channel, [queue], on_message=messages.append).consume()
        Producer(self.channel).publish("work", routing_key=queue.name)
        self.drain(lambda: taken[first], first)
        self.assertEqual(taken[second], [])
        first.release()
        self.drain(lambda: taken[second], second)
        self.assertEqual(taken[second][0].payload, "work")
        self.assertTrue(taken[second][0].delivery_info["redelivered"])


class Routing(KombuCase):
    def test_topics_fan_out(self):
        exchange = Exchange(unique("events"), "topic")
        wanted = {
            "order.*": ["order.made", "order.paid"],
            "#.paid": ["order.paid", "order.eu.paid"],
            "#": ["order.made", "order.paid", "order.eu.paid", "user"],
        }
        queues = {
            pattern: self.declare(Queue(unique("subscriber"), exchange, routing_key=pattern))
            for pattern in wanted
        }
        with producers[self.connect(transport_options=CONFIRMS)].acquire(block=True) as producer:
            for key in wanted["#"]:
                producer.publish(key, exchange=exchange, routing_key=key)
        producers.clear()
        for pattern, keys in wanted.items():
            self.assertEqual(self.bodies(queues[pattern]), keys)


class Server(ConsumerProducerMixin):
    """Answers requests as kombu's own documentation shows it."""

    def __init__(self, connection, queue, count):
        self.connection = connection
        self.queue = queue
        self.left = count

    def get_consumers(self, Consumer, channel):  # noqa: N803 (kombu names it so)
        return [Consumer([self.queue], on_message=self.on_request, prefetch_count=1)]

    def on_request(self, message):
        self.producer.publish(
            {"square": message.payload["number"] ** 2},
            exchange="",
            routing_key=message.properties["reply_to"],
            correlation_id=message.properties["correlation_id"],
        )
        message.ack()
        self.left -= 1
        self.should_stop = self.left == 0


class Requests(KombuCase):
    def ask(self, reply_queue, reply_to, no_ack):
        requests = self.declare(Queue(unique("requests")))
        producer = Producer(self.channel)
        answers = {}

        def on_answer(message):
            answers[message.properties["correlation_id"]] = message.payload["square"]

        with Consumer(self.channel, [reply_queue], on_message=on_answer, no_ack=no_ack):
            for number in range(3):
                producer.publish(
                    {"number": number},
                    routing_key=requests.name,
                    reply_to=reply_to,
                    correlation_id=f"id {number}",
                )
            Server(self.connect(), requests, 3).run()
            self.drain(lambda: len(answers) == 3)
        self.assertEqual(answers, {"id 0": 0, "id 1": 1, "id 2": 4})

    def test_are_answered_to_a_queue(self):
        queue = Queue(unique("answers"), exclusive=True, auto_delete=True)
        self.ask(queue, queue.name, no_ack=False)

    def test_are_answered_directly(self):
        reply_to = "amq.rabbitmq.reply-to"
        self.ask(Queue(reply_to, no_declare=True), reply_to, no_ack=True)


class Promises(KombuCase):
    def test_confirms_tell_what_was_stored_and_returns_what_was_not(self):
        connection = self.connect(transport_options=CONFIRMS)
        queue = self.declare(Queue(unique("queue")))
        returned = []
        producer = Producer(
            connection.default_channel,
            on_return=lambda error, _exchange, _key, message: returned.append((error, message)),
        )
        for number in range(50):
            producer.publish(number, routing_key=queue.name, mandatory=True)
        self.assertEqual(queue.queue_declare(passive=True).message_count, 50)
        self.assertEqual(returned, [])
        producer.publish("lost", routing_key=unique("nowhere"), mandatory=True)
        self.assertEqual(len(returned), 1)
        error, message = returned[0]
        self.assertEqual((error.reply_code, error.reply_text), (312, "NO_ROUTE"))
        self.assertEqual(message.body, "lost")

    def test_a_full_queue_refuses(self):
        connection = self.connect(transport_options=CONFIRMS)
        queue = self.declare(
            Queue(unique("full"), max_length=1, queue_arguments={"x-overflow": "reject-publish"})
        )
        producer = Producer(connection.default_channel)
        producer.publish(1, routing_key=queue.name)
        with self.assertRaises(MessageNacked):
            producer.publish(2, routing_key=queue.name)
        self.assertEqual(self.bodies(queue), [1])

    def test_a_consumer_is_told_that_its_queue_is_gone(self):
        queue = self.declare(Queue(unique("gone")))
        other = self.connect()
        Consumer(other.default_channel, [queue], on_message=lambda _message: None).consume()
        self.channel.queue_delete(queue.name)
        with self.assertRaises(ConsumerCancelled):
            other.drain_events(timeout=WAIT_SECONDS)

    def test_the_server_says_what_it_can(self):
        capabilities = self.connection.connection.server_properties["capabilities"]
        for name in (
            "authentication_failure_close",
            "basic.nack",
            "connection.blocked",
            "consumer_cancel_notify",
            "consumer_priorities",
            "direct_reply_to",
            "exchange_exchange_bindings",
            "per_consumer_qos",
            "publisher_confirms",
        ):
            self.assertIs(capabilities[name], True, name)

    def test_a_queue_with_other_arguments_is_refused(self):
        queue = self.declare(Queue(unique("limited"), max_length=5))
        with self.assertRaises(PreconditionFailed) as raised:
            Queue(queue.name, max_length=6)(self.connection.channel()).declare()
        self.assertEqual(
            raised.exception.reply_text,
            f"PRECONDITION_FAILED - inequivalent arg 'x-max-length' for queue '{queue.name}' in "
            "vhost '/': received '6' but current is '5'",
        )


if __name__ == "__main__":
    unittest.main(verbosity=2)
