#!/usr/bin/python3
"""RabbitMQ's extensions, as programs that use pika rely on them. The port is in AMQP_PORT."""

import datetime
import time
import unittest

import pika
import pika.exceptions

from pika_test import ClientCase, parameters, unique

WAIT_SECONDS = 15


class ExtensionCase(ClientCase):
    """Queues go when their test is over, messages are awaited."""

    def setUp(self):
        super().setUp()
        self.channel.confirm_delivery()

    def queue(self, **options):
        name = super().queue(**options)
        self.addCleanup(self.delete, name)
        return name

    def delete(self, queue):
        if self.connection.is_open:
            self.connection.channel().queue_delete(queue)

    def exchange(self, kind="fanout"):
        name = unique(kind)
        self.channel.exchange_declare(name, kind, durable=True)
        self.addCleanup(lambda: self.connection.channel().exchange_delete(name))
        return name

    def publish(self, queue, *bodies, **properties):
        for body in bodies:
            self.channel.basic_publish(
                "", queue, body.encode(), pika.BasicProperties(**properties), mandatory=True
            )

    def take(self, queue, count=1):
        """The next messages of a queue as (method, properties, body); fails if they don't come."""
        found = []
        channel = self.connection.channel()
        for method, properties, body in channel.consume(queue, inactivity_timeout=WAIT_SECONDS):
            self.assertIsNotNone(method, f"{count - len(found)} more messages were expected")
            channel.basic_ack(method.delivery_tag)
            found.append((method, properties, body.decode()))
            if len(found) == count:
                break
        channel.cancel()
        channel.close()
        return found

    def pump(self, condition):
        """Serves the connection until `condition` holds."""
        last = time.monotonic() + WAIT_SECONDS
        while not condition():
            self.assertLess(time.monotonic(), last, "it took too long")
            self.connection.process_data_events(time_limit=1)

    def dead_letters(self, **arguments):
        """A queue with these arguments, and the one that takes its dead letters."""
        dead = self.queue()
        source = self.queue(
            arguments={
                "x-dead-letter-exchange": "",
                "x-dead-letter-routing-key": dead,
                **{name.replace("_", "-"): value for name, value in arguments.items()},
            }
        )
        return source, dead


class TimeToLive(ExtensionCase):
    def test_a_queue_of_messages_that_live_shortly(self):
        source, dead = self.dead_letters(x_message_ttl=20)
        before = int(time.time()) - 2
        self.publish(source, "old", content_type="text/plain", headers={"mine": 1})

        _, properties, body = self.take(dead)[0]

        self.assertEqual((body, properties.content_type), ("old", "text/plain"))
        death = properties.headers["x-death"][0]
        when = death.pop("time").replace(tzinfo=datetime.timezone.utc).timestamp()
        self.assertTrue(before <= when <= time.time() + 2, when)
        self.assertEqual(
            death,
            {
                "count": 1,
                "reason": "expired",
                "queue": source,
                "exchange": "",
                "routing-keys": [source],
            },
        )
        del properties.headers["x-death"]
        self.assertEqual(
            properties.headers,
            {
                "mine": 1,
                "x-first-death-exchange": "",
                "x-first-death-queue": source,
                "x-first-death-reason": "expired",
            },
        )

    def test_a_message_of_its_own_expiration_loses_it_when_it_dies(self):
        source, dead = self.dead_letters()
        self.publish(source, "old", expiration="20")
        _, properties, _ = self.take(dead)[0]
        self.assertIsNone(properties.expiration)
        self.assertEqual(properties.headers["x-death"][0]["original-expiration"], "20")

    def test_the_shorter_life_counts(self):
        source, dead = self.dead_letters(x_message_ttl=3_600_000)
        self.publish(source, "short", expiration="10")
        self.assertEqual(self.take(dead)[0][2], "short")
        source, dead = self.dead_letters(x_message_ttl=10)
        self.publish(source, "short", expiration="3600000")
        self.assertEqual(self.take(dead)[0][2], "short")

    def test_a_message_waits_behind_one_that_lives_longer(self):
        source, dead = self.dead_letters()
        self.publish(source, "long", expiration="200")
        self.publish(source, "short", expiration="1")
        self.assertEqual([body for _, _, body in self.take(dead, 2)], ["long", "short"])

    def test_no_time_at_all_is_enough_for_a_consumer_that_waits(self):
        queue = self.queue(arguments={"x-message-ttl": 0})
        found = []
        self.channel.basic_consume(queue, lambda *message: found.append(message[3]), auto_ack=True)
        self.publish(queue, "now")
        self.pump(lambda: found)
        self.assertEqual(found, [b"now"])
        other = self.queue(arguments={"x-message-ttl": 0})
        self.publish(other, "never")
        self.assertEqual(self.bodies(other), [])

    def test_an_idle_queue_goes(self):
        queue = self.queue(arguments={"x-expires": 100})
        self.publish(queue, "lost")
        last = time.monotonic() + WAIT_SECONDS
        with self.assertRaises(pika.exceptions.UnroutableError):
            while time.monotonic() < last:
                self.publish(queue, "more")

    def test_a_wrong_expiration_is_refused(self):
        queue = self.queue()

        def publish(channel):
            channel.confirm_delivery()
            channel.basic_publish("", queue, b"", pika.BasicProperties(expiration="soon"))

        self.assert_channel_closed(
            406, "PRECONDITION_FAILED - invalid expiration 'soon': no_integer", publish
        )


class DeadLetters(ExtensionCase):
    def reject(self, queue):
        method, _, _ = self.channel.basic_get(queue)
        self.assertIsNotNone(method)
        self.channel.basic_reject(method.delivery_tag, requeue=False)

    def test_what_is_rejected_keeps_its_routing_key(self):
        exchange, dead = self.exchange("topic"), self.queue()
        self.channel.queue_bind(dead, exchange, "#")
        source = self.queue(arguments={"x-dead-letter-exchange": exchange})
        self.publish(source, "bad")
        self.reject(source)
        method, properties, _ = self.take(dead)[0]
        self.assertEqual((method.exchange, method.routing_key), (exchange, source))
        self.assertEqual(properties.headers["x-first-death-reason"], "rejected")

    def test_deaths_are_counted_per_queue_and_reason_newest_first(self):
        retry = self.queue()
        work = self.queue(
            arguments={"x-dead-letter-exchange": "", "x-dead-letter-routing-key": retry}
        )
        self.publish(work, "stubborn")
        for _ in range(3):
            self.reject(work)
            _, properties, body = self.take(retry)[0]
            self.channel.basic_publish("", work, body.encode(), properties)
        _, properties, _ = self.take(work)[0]
        deaths = properties.headers["x-death"]
        self.assertEqual(
            [(death["queue"], death["reason"], death["count"]) for death in deaths],
            [(work, "rejected", 3)],
        )

    def test_a_circle_of_expiries_ends(self):
        first, second = unique("circle"), unique("circle")
        for queue, other in ((first, second), (second, first)):
            self.queue(
                queue=queue,
                arguments={
                    "x-message-ttl": 10,
                    "x-dead-letter-exchange": "",
                    "x-dead-letter-routing-key": other,
                },
            )
        self.publish(first, "round")
        last = time.monotonic() + WAIT_SECONDS
        while self.count(first) + self.count(second) > 0:
            self.assertLess(time.monotonic(), last, "it still goes round")

    def test_without_an_exchange_there_they_are_dropped(self):
        source = self.queue(arguments={"x-dead-letter-exchange": unique("nothing")})
        self.publish(source, "gone")
        self.reject(source)
        self.assertEqual(self.bodies(source), [])

    def test_copies_go_where_the_message_was_sent(self):
        exchange, dead = self.exchange("direct"), self.queue()
        source, copy = self.queue(arguments={"x-dead-letter-exchange": exchange}), unique("copy")
        self.channel.queue_bind(dead, exchange, copy)
        self.publish(source, "copied", headers={"CC": [copy]})
        self.reject(source)
        _, properties, _ = self.take(dead)[0]
        self.assertEqual(properties.headers["x-death"][0]["routing-keys"], [source, copy])
        self.assertEqual(properties.headers["CC"], [copy])


class Limits(ExtensionCase):
    def test_the_oldest_goes_first(self):
        source, dead = self.dead_letters(x_max_length=2)
        self.publish(source, "1", "2", "3", "4")
        found = self.take(dead, 2)
        self.assertEqual([body for _, _, body in found], ["1", "2"])
        self.assertEqual(found[0][1].headers["x-death"][0]["reason"], "maxlen")
        self.assertEqual(self.bodies(source), ["3", "4"])

    def test_bytes_count_too(self):
        queue = self.queue(arguments={"x-max-length-bytes": 10})
        self.publish(queue, "aaaaaa", "bbbb", "cc")
        self.assertEqual(self.bodies(queue), ["bbbb", "cc"])

    def test_a_full_queue_refuses(self):
        queue = self.queue(arguments={"x-max-length": 1, "x-overflow": "reject-publish"})
        self.publish(queue, "in")
        with self.assertRaises(pika.exceptions.NackError):
            self.publish(queue, "out")
        self.assertEqual(self.bodies(queue), ["in"])
        self.publish(queue, "in again")
        self.assertEqual(self.bodies(queue), ["in again"])

    def test_a_full_queue_refuses_and_dead_letters(self):
        source, dead = self.dead_letters(x_max_length=1, x_overflow="reject-publish-dlx")
        self.publish(source, "in")
        with self.assertRaises(pika.exceptions.NackError):
            self.publish(source, "out")
        self.assertEqual(self.take(dead)[0][2], "out")
        self.assertEqual(self.bodies(source), ["in"])

    def test_wrong_arguments_are_refused(self):
        for argument, value, reason in (
            ("x-message-ttl", -1, "{value_negative,-1}"),
            ("x-expires", 0, "{value_zero,0}"),
            ("x-max-length", "5", '"expected integer, got longstr"'),
            ("x-max-priority", 256, "{max_value_exceeded,256}"),
        ):
            queue = unique("refused")
            self.assert_channel_closed(
                406,
                f"PRECONDITION_FAILED - invalid arg '{argument}' for queue '{queue}' in vhost '/': "
                + reason,
                lambda channel: channel.queue_declare(queue, arguments={argument: value}),
            )


class Priorities(ExtensionCase):
    def test_the_most_urgent_message_comes_first(self):
        queue = self.queue(arguments={"x-max-priority": 5})
        for body, priority in (("none", None), ("3a", 3), ("9", 9), ("1", 1), ("3b", 3), ("5", 5)):
            self.publish(queue, body, priority=priority)
        self.assertEqual(self.bodies(queue), ["9", "5", "3a", "3b", "1", "none"])

    def test_the_consumer_of_higher_priority_is_served_until_it_is_busy(self):
        queue = self.queue()
        served = []
        self.channel.basic_qos(prefetch_count=2)
        for name, priority in (("low", -1), ("high", 10)):
            self.channel.basic_consume(
                queue,
                lambda *_, name=name: served.append(name),
                arguments={"x-priority": priority},
            )
        self.publish(queue, "1", "2", "3")
        self.pump(lambda: len(served) == 3)
        self.assertEqual(served, ["high", "high", "low"])


class SingleActiveConsumer(ExtensionCase):
    def test_the_next_one_takes_over(self):
        queue = self.queue(arguments={"x-single-active-consumer": True})
        served = []

        def consumer(name):
            def on_message(channel, method, _properties, body):
                served.append((name, body.decode()))
                channel.basic_ack(method.delivery_tag)

            return self.channel.basic_consume(queue, on_message)

        first = consumer("first")
        consumer("second")
        self.publish(queue, "1", "2")
        self.pump(lambda: len(served) == 2)
        self.channel.basic_cancel(first)
        self.publish(queue, "3")
        self.pump(lambda: len(served) == 3)
        self.assertEqual(served, [("first", "1"), ("first", "2"), ("second", "3")])

    def test_no_consumer_can_be_exclusive(self):
        queue = self.queue(arguments={"x-single-active-consumer": True})
        self.assert_channel_closed(
            403,
            f"ACCESS_REFUSED - queue '{queue}' in vhost '/' in exclusive use",
            lambda channel: channel.basic_consume(queue, lambda *_: None, exclusive=True),
        )


class Senders(ExtensionCase):
    def test_copies_are_sent_openly_and_blindly(self):
        to, open_copy, blind_copy = self.queue(), self.queue(), self.queue()
        self.publish(to, "letter", headers={"CC": [open_copy], "BCC": [blind_copy], "x": "y"})
        for queue in (to, open_copy, blind_copy):
            _, properties, body = self.take(queue)[0]
            self.assertEqual(body, "letter")
            self.assertEqual(properties.headers, {"CC": [open_copy], "x": "y"})

    def test_copies_must_be_a_list(self):
        queue = self.queue()

        def publish(channel):
            channel.confirm_delivery()
            channel.basic_publish("", queue, b"", pika.BasicProperties(headers={"CC": "one"}))

        self.assert_channel_closed(
            406,
            "PRECONDITION_FAILED - invalid message: {unacceptable_type_in_header,\"CC\",longstr}",
            publish,
        )

    def test_nobody_signs_as_another(self):
        queue = self.queue()

        def publish(channel):
            channel.confirm_delivery()
            channel.basic_publish("", queue, b"", pika.BasicProperties(user_id="somebody"))

        self.assert_channel_closed(
            406,
            "PRECONDITION_FAILED - user_id property set to 'somebody' but authenticated user was "
            "'guest'",
            publish,
        )


class DirectReplies(ExtensionCase):
    REPLY_TO = "amq.rabbitmq.reply-to"

    def test_a_request_is_answered_without_a_queue(self):
        requests = self.queue()
        client = self.connection.channel()
        answers = []
        client.basic_consume(
            self.REPLY_TO,
            lambda _channel, _method, properties, body: answers.append(
                (properties.correlation_id, body)
            ),
            auto_ack=True,
        )
        for number in range(3):
            client.basic_publish(
                "",
                requests,
                str(number).encode(),
                pika.BasicProperties(reply_to=self.REPLY_TO, correlation_id=f"id {number}"),
            )
        for _, properties, body in self.take(requests, 3):
            self.assertTrue(properties.reply_to.startswith(self.REPLY_TO + "."))
            self.channel.basic_publish(
                "",
                properties.reply_to,
                f"answer {body}".encode(),
                pika.BasicProperties(correlation_id=properties.correlation_id),
            )
        self.pump(lambda: len(answers) == 3)
        self.assertEqual(answers, [(f"id {n}", f"answer {n}".encode()) for n in range(3)])

    def test_a_server_can_ask_whether_the_client_still_waits(self):
        requests = self.queue()
        client = self.connection.channel()
        client.basic_consume(self.REPLY_TO, lambda *_: None, auto_ack=True)
        client.basic_publish("", requests, b"", pika.BasicProperties(reply_to=self.REPLY_TO))
        reply_to = self.take(requests)[0][1].reply_to
        self.assertEqual(self.channel.queue_declare(reply_to, passive=True).method.queue, reply_to)
        client.close()
        self.assert_channel_closed(
            404,
            f"NOT_FOUND - no queue '{reply_to}' in vhost '/'",
            lambda channel: channel.queue_declare(reply_to, passive=True),
        )

    def test_answers_are_not_acked(self):
        self.assert_channel_closed(
            406,
            "PRECONDITION_FAILED - reply consumer cannot acknowledge",
            lambda channel: channel.basic_consume(self.REPLY_TO, lambda *_: None),
        )


class TwoConnections(ExtensionCase):
    def test_a_consumer_that_dies_leaves_its_work_to_the_other(self):
        queue = self.queue(arguments={"x-single-active-consumer": True})
        worker = pika.BlockingConnection(parameters())
        held = []
        worker.channel().basic_consume(queue, lambda *message: held.append(message))
        taken = []
        self.channel.basic_consume(
            queue, lambda _channel, method, _properties, body: taken.append((method, body))
        )
        self.publish(queue, "work")
        while not held:
            worker.process_data_events(time_limit=1)
        self.assertEqual(taken, [])
        worker.close()
        self.pump(lambda: taken)
        self.assertEqual(taken[0][1], b"work")
        self.assertTrue(taken[0][0].redelivered)


if __name__ == "__main__":
    unittest.main(verbosity=2)
