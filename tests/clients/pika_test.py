#!/usr/bin/python3
"""pika, RabbitMQ's Python client of Debian, against a node. The port is in AMQP_PORT.

Debian's own interpreter, since that is what python3-pika is installed for.
"""

import os
import sys
import unittest
import uuid

try:
    import pika
    import pika.exceptions
except ImportError:
    sys.exit("pika is not installed (Debian's python3-pika); installer/test installs it.")

PORT = int(os.environ["AMQP_PORT"])
PERSISTENT = pika.BasicProperties(delivery_mode=2)


def parameters(user="guest", password="guest", **options):
    return pika.ConnectionParameters(
        host="127.0.0.1",
        port=PORT,
        credentials=pika.PlainCredentials(user, password),
        socket_timeout=20,
        blocked_connection_timeout=20,
        **options,
    )


def unique(prefix):
    return f"{prefix}-{uuid.uuid4().hex}"


class ClientCase(unittest.TestCase):
    """A connection and a channel for each test."""

    def setUp(self):
        self.connection = pika.BlockingConnection(parameters())
        self.addCleanup(self.close)
        self.channel = self.connection.channel()

    def close(self):
        if self.connection.is_open:
            self.connection.close()

    def queue(self, **options):
        """A new queue, durable unless said otherwise."""
        options.setdefault("durable", True)
        name = options.pop("queue", None) or unique("queue")
        return self.channel.queue_declare(name, **options).method.queue

    def count(self, queue):
        return self.channel.queue_declare(queue, passive=True).method.message_count

    def bodies(self, queue):
        """Takes all messages out of a queue."""
        found = []
        while True:
            method, _, body = self.channel.basic_get(queue, auto_ack=True)
            if method is None:
                return found
            found.append(body.decode())

    def assert_channel_closed(self, code, text, call):
        """`call` makes the broker close the channel, and with these words."""
        channel = self.connection.channel()
        with self.assertRaises(pika.exceptions.ChannelClosedByBroker) as raised:
            call(channel)
        self.assertEqual((raised.exception.reply_code, raised.exception.reply_text), (code, text))
        self.assertTrue(self.connection.is_open)


class Publishing(ClientCase):
    def test_confirms_a_persistent_message_and_returns_it_unchanged(self):
        queue = self.queue()
        self.channel.confirm_delivery()
        properties = pika.BasicProperties(
            content_type="text/plain",
            content_encoding="utf-8",
            headers={"text": "ä", "number": 1 << 40, "list": [1, "two", None], "map": {"x": True}},
            delivery_mode=2,
            priority=3,
            correlation_id="correlation",
            reply_to="reply",
            expiration="60000",
            message_id="id",
            timestamp=1700000000,
            type="type",
            user_id="guest",
            app_id="app",
        )
        self.channel.basic_publish("", queue, b"\x00body\xce", properties, mandatory=True)

        method, got, body = self.channel.basic_get(queue, auto_ack=True)

        self.assertEqual(body, b"\x00body\xce")
        self.assertEqual(got, properties)
        self.assertFalse(method.redelivered)
        self.assertEqual((method.exchange, method.routing_key), ("", queue))
        self.assertEqual(method.message_count, 0)

    def test_carries_bodies_of_many_frames(self):
        queue = self.queue()
        self.channel.confirm_delivery()
        body = os.urandom(3_000_000)
        self.channel.basic_publish("", queue, body, PERSISTENT)
        self.assertEqual(self.channel.basic_get(queue, auto_ack=True)[2], body)

    def test_returns_what_has_no_way_when_it_is_mandatory(self):
        self.channel.confirm_delivery()
        with self.assertRaises(pika.exceptions.UnroutableError) as raised:
            self.channel.basic_publish("", unique("nowhere"), b"lost", mandatory=True)
        returned = raised.exception.messages[0]
        self.assertEqual(returned.body, b"lost")
        self.assertEqual((returned.method.reply_code, returned.method.reply_text), (312, "NO_ROUTE"))

    def test_confirms_what_has_no_way_when_it_is_not_mandatory(self):
        self.channel.confirm_delivery()
        self.channel.basic_publish("", unique("nowhere"), b"dropped")

    def test_commits_and_rolls_back_transactions(self):
        queue = self.queue()
        self.channel.tx_select()
        self.channel.basic_publish("", queue, b"rolled back")
        self.channel.tx_rollback()
        self.channel.basic_publish("", queue, b"committed", PERSISTENT)
        self.assertEqual(self.count(queue), 0)
        self.channel.tx_commit()
        self.assertEqual(self.bodies(queue), ["committed"])


class Consuming(ClientCase):
    def publish(self, queue, count):
        for number in range(count):
            self.channel.basic_publish("", queue, str(number).encode(), PERSISTENT)

    def test_consumes_in_order_and_acks(self):
        queue = self.queue()
        self.publish(queue, 100)
        found = []

        def on_message(channel, method, _properties, body):
            found.append(int(body))
            channel.basic_ack(method.delivery_tag)
            if len(found) == 100:
                channel.stop_consuming()

        self.channel.basic_qos(prefetch_count=10)
        self.channel.basic_consume(queue, on_message)
        self.channel.start_consuming()

        self.assertEqual(found, list(range(100)))
        self.assertEqual(self.count(queue), 0)

    def test_gives_back_what_is_not_acked_in_its_old_place(self):
        queue = self.queue()
        self.publish(queue, 5)
        for _ in range(3):
            self.channel.basic_get(queue)
        self.channel.close()

        self.channel = self.connection.channel()
        seen = [self.channel.basic_get(queue, auto_ack=True) for _ in range(5)]
        self.assertEqual([int(body) for _, _, body in seen], [0, 1, 2, 3, 4])
        flags = [method.redelivered for method, _, _ in seen]
        self.assertEqual(flags, [True, True, True, False, False])

    def test_requeues_and_drops_by_nack_and_reject(self):
        queue = self.queue()
        self.publish(queue, 4)
        tags = [self.channel.basic_get(queue)[0].delivery_tag for _ in range(4)]
        self.channel.basic_nack(tags[1], multiple=True, requeue=False)
        self.channel.basic_reject(tags[3], requeue=False)
        self.channel.basic_nack(tags[2], requeue=True)
        self.assertEqual(self.bodies(queue), ["2"])

    def test_recovers_what_is_unacked(self):
        queue = self.queue()
        self.publish(queue, 2)
        self.channel.basic_get(queue)
        self.channel.basic_get(queue)
        self.channel.basic_recover(requeue=True)
        self.assertEqual(self.bodies(queue), ["0", "1"])

    def test_limits_a_consumer_by_its_prefetch(self):
        queue = self.queue()
        self.publish(queue, 20)
        found = []
        self.channel.basic_qos(prefetch_count=7)
        self.channel.basic_consume(queue, lambda *message: found.append(message))
        while len(found) < 7:
            self.connection.process_data_events(time_limit=1)
        self.assertEqual(self.count(queue), 13)
        self.assertEqual(len(found), 7)

    def test_gets_nothing_from_an_empty_queue(self):
        self.assertEqual(self.channel.basic_get(self.queue()), (None, None, None))

    def test_is_told_when_its_queue_is_deleted(self):
        queue = self.queue()
        cancelled = []
        self.channel.add_on_cancel_callback(cancelled.append)
        tag = self.channel.basic_consume(queue, lambda *_: None)
        other = self.connection.channel()
        other.queue_delete(queue)
        while not cancelled:
            self.connection.process_data_events(time_limit=1)
        self.assertEqual(cancelled[0].method.consumer_tag, tag)

    def test_iterates_over_a_queue(self):
        queue = self.queue()
        self.publish(queue, 3)
        found = []
        for method, _, body in self.channel.consume(queue, inactivity_timeout=20):
            found.append(body)
            self.channel.basic_ack(method.delivery_tag)
            if len(found) == 3:
                break
        self.assertEqual(self.channel.cancel(), 0)
        self.assertEqual(found, [b"0", b"1", b"2"])


class Routing(ClientCase):
    def exchange(self, kind, **options):
        name = unique(kind)
        self.channel.exchange_declare(name, kind, durable=True, **options)
        return name

    def test_topic(self):
        exchange = self.exchange("topic")
        stars, all_below = self.queue(), self.queue()
        self.channel.queue_bind(stars, exchange, "log.*.error")
        self.channel.queue_bind(all_below, exchange, "log.#")
        for key in ("log.disk.error", "log", "log.a.b.c", "other"):
            self.channel.basic_publish(exchange, key, key.encode())
        self.assertEqual(self.bodies(stars), ["log.disk.error"])
        self.assertEqual(self.bodies(all_below), ["log.disk.error", "log", "log.a.b.c"])

    def test_fanout(self):
        exchange = self.exchange("fanout")
        queues = [self.queue() for _ in range(3)]
        for queue in queues:
            self.channel.queue_bind(queue, exchange)
        self.channel.basic_publish(exchange, "ignored", b"to all")
        self.assertEqual([self.bodies(queue) for queue in queues], [["to all"]] * 3)

    def test_headers(self):
        exchange = self.exchange("headers")
        every, some = self.queue(), self.queue()
        wanted = {"format": "pdf", "pages": 3, "colour": True}
        self.channel.queue_bind(every, exchange, arguments={**wanted, "x-match": "all"})
        self.channel.queue_bind(some, exchange, arguments={**wanted, "x-match": "any"})
        for number, headers in enumerate(
            (wanted, {**wanted, "more": 1}, {"format": "pdf"}, {"pages": 4}, {})
        ):
            self.channel.basic_publish(
                exchange, "", str(number).encode(), pika.BasicProperties(headers=headers)
            )
        self.assertEqual(self.bodies(every), ["0", "1"])
        self.assertEqual(self.bodies(some), ["0", "1", "2"])

    def test_exchange_to_exchange_and_alternate(self):
        spare, inner = self.exchange("fanout"), self.exchange("fanout", internal=True)
        outer = self.exchange("direct", arguments={"alternate-exchange": spare})
        wanted, rest = self.queue(), self.queue()
        self.channel.exchange_bind(inner, outer, "key")
        self.channel.queue_bind(wanted, inner)
        self.channel.queue_bind(rest, spare)
        self.channel.basic_publish(outer, "key", b"inner")
        self.channel.basic_publish(outer, "other", b"spare")
        self.assertEqual((self.bodies(wanted), self.bodies(rest)), (["inner"], ["spare"]))
        self.channel.exchange_unbind(inner, outer, "key")
        self.channel.basic_publish(outer, "key", b"unbound")
        self.assertEqual((self.bodies(wanted), self.bodies(rest)), ([], ["unbound"]))

    def test_unbinds_and_purges_and_deletes(self):
        exchange, queue = self.exchange("direct"), self.queue()
        self.channel.queue_bind(queue, exchange, "key")
        self.channel.basic_publish(exchange, "key", b"1")
        self.channel.basic_publish(exchange, "key", b"2")
        self.assertEqual(self.channel.queue_purge(queue).method.message_count, 2)
        self.channel.queue_unbind(queue, exchange, "key")
        self.channel.basic_publish(exchange, "key", b"nowhere")
        self.channel.basic_publish("", queue, b"here")
        self.assertEqual(self.channel.queue_delete(queue).method.message_count, 1)
        self.channel.exchange_delete(exchange)


class Refusals(ClientCase):
    """The words of RabbitMQ 3.10."""

    def test_unknown_queue(self):
        self.assert_channel_closed(
            404,
            "NOT_FOUND - no queue 'nothing' in vhost '/'",
            lambda channel: channel.queue_declare("nothing", passive=True),
        )

    def test_unknown_exchange(self):
        def publish(channel):
            channel.confirm_delivery()
            channel.basic_publish("nothing", "", b"")

        self.assert_channel_closed(404, "NOT_FOUND - no exchange 'nothing' in vhost '/'", publish)

    def test_other_durability(self):
        queue = self.queue()
        self.assert_channel_closed(
            406,
            f"PRECONDITION_FAILED - inequivalent arg 'durable' for queue '{queue}' in vhost '/': "
            "received 'false' but current is 'true'",
            lambda channel: channel.queue_declare(queue, durable=False),
        )

    def test_other_argument(self):
        queue = self.queue(arguments={"x-max-length": 5})
        self.assert_channel_closed(
            406,
            f"PRECONDITION_FAILED - inequivalent arg 'x-max-length' for queue '{queue}' in vhost "
            "'/': received '6' but current is '5'",
            lambda channel: channel.queue_declare(
                queue, durable=True, arguments={"x-max-length": 6}
            ),
        )

    def test_other_exchange_type(self):
        self.assert_channel_closed(
            406,
            "PRECONDITION_FAILED - inequivalent arg 'type' for exchange 'amq.fanout' in vhost '/': "
            "received 'topic' but current is 'fanout'",
            lambda channel: channel.exchange_declare("amq.fanout", "topic", durable=True),
        )

    def test_reserved_name(self):
        self.assert_channel_closed(
            403,
            "ACCESS_REFUSED - queue name 'amq.mine' contains reserved prefix 'amq.*'",
            lambda channel: channel.queue_declare("amq.mine"),
        )

    def test_exclusive_queue_of_another_connection(self):
        queue = self.queue(exclusive=True, durable=False)
        other = pika.BlockingConnection(parameters())
        self.addCleanup(other.close)
        channel = other.channel()
        with self.assertRaises(pika.exceptions.ChannelClosedByBroker) as raised:
            channel.queue_declare(queue, passive=True)
        self.assertEqual(raised.exception.reply_code, 405)
        self.assertEqual(
            raised.exception.reply_text,
            f"RESOURCE_LOCKED - cannot obtain exclusive access to locked queue '{queue}' in vhost "
            "'/'. It could be originally declared on another connection or the exclusive property "
            "value does not match that of the original declaration.",
        )

    def test_exclusive_consumer(self):
        queue = self.queue()
        self.channel.basic_consume(queue, lambda *_: None, exclusive=True)
        self.assert_channel_closed(
            403,
            f"ACCESS_REFUSED - queue '{queue}' in vhost '/' in exclusive use",
            lambda channel: channel.basic_consume(queue, lambda *_: None),
        )

    def test_queue_that_is_not_empty_or_in_use(self):
        queue = self.queue()
        self.channel.basic_publish("", queue, b"")
        self.assert_channel_closed(
            406,
            f"PRECONDITION_FAILED - queue '{queue}' in vhost '/' not empty",
            lambda channel: channel.queue_delete(queue, if_empty=True),
        )
        self.channel.basic_consume(queue, lambda *_: None)
        self.assert_channel_closed(
            406,
            f"PRECONDITION_FAILED - queue '{queue}' in vhost '/' in use",
            lambda channel: channel.queue_delete(queue, if_unused=True),
        )

    def test_unknown_delivery_tag(self):
        def ack(channel):
            queue = self.queue()
            channel.basic_ack(99)
            channel.queue_declare(queue, passive=True)

        self.assert_channel_closed(406, "PRECONDITION_FAILED - unknown delivery tag 99", ack)

    def test_unknown_exchange_type_closes_the_connection(self):
        with self.assertRaises(pika.exceptions.ConnectionClosedByBroker) as raised:
            self.channel.exchange_declare(unique("x"), "no-such-type")
        self.assertEqual(raised.exception.reply_code, 503)
        self.assertEqual(
            raised.exception.reply_text,
            "COMMAND_INVALID - unknown exchange type 'no-such-type'",
        )

    def test_wrong_password(self):
        with self.assertRaises(pika.exceptions.ProbableAuthenticationError) as raised:
            pika.BlockingConnection(parameters(password="wrong"))
        self.assertIn(
            "ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN. For details "
            "see the broker logfile.",
            str(raised.exception),
        )

    def test_unknown_vhost(self):
        with self.assertRaises(pika.exceptions.ProbableAccessDeniedError) as raised:
            pika.BlockingConnection(parameters(virtual_host="nothing"))
        self.assertIn("NOT_ALLOWED - vhost nothing not found", str(raised.exception))


class Connections(ClientCase):
    def test_exclusive_queues_go_with_their_connection(self):
        other = pika.BlockingConnection(parameters())
        queue = other.channel().queue_declare("", exclusive=True).method.queue
        self.assertTrue(queue.startswith("amq.gen-"))
        other.close()
        self.assert_channel_closed(
            404,
            f"NOT_FOUND - no queue '{queue}' in vhost '/'",
            lambda channel: channel.queue_declare(queue, passive=True),
        )

    def test_negotiates_what_the_client_asks_for(self):
        small = pika.BlockingConnection(parameters(frame_max=4096, channel_max=3, heartbeat=30))
        self.addCleanup(small.close)
        queue = self.queue()
        body = os.urandom(50_000)
        small.channel().basic_publish("", queue, body)
        channel = small.channel()
        while self.count(queue) == 0:
            pass
        self.assertEqual(channel.basic_get(queue, auto_ack=True)[2], body)

    def test_closes_with_a_reason(self):
        self.connection.close(200, "going home")
        self.assertTrue(self.connection.is_closed)

    def test_opens_many_channels(self):
        channels = [self.connection.channel() for _ in range(200)]
        queue = channels[0].queue_declare(unique("queue"), durable=True).method.queue
        for channel in channels:
            channel.basic_publish("", queue, b"x")
            channel.close()
        self.assertEqual(self.count(queue), 200)


class SelectClient:
    """Publishes with confirms and consumes on one SelectConnection, driven by callbacks."""

    COUNT = 500

    def __init__(self):
        self.queue = unique("select")
        self.confirmed = set()
        self.consumed = []
        self.error = None
        self.closed_with = None
        self.connection = pika.SelectConnection(
            parameters(),
            on_open_callback=lambda connection: connection.channel(
                on_open_callback=self.on_channel
            ),
            on_open_error_callback=self.on_open_error,
            on_close_callback=self.on_closed,
        )

    def run(self):
        self.connection.ioloop.call_later(60, self.on_too_late)
        self.connection.ioloop.start()

    def on_too_late(self):
        self.error = "it took too long"
        self.connection.ioloop.stop()

    def on_open_error(self, _connection, error):
        self.error = error
        self.connection.ioloop.stop()

    def on_closed(self, _connection, reason):
        self.closed_with = (reason.reply_code, reason.reply_text)
        self.connection.ioloop.stop()

    def on_channel(self, channel):
        self.channel = channel
        channel.queue_declare(self.queue, durable=True, callback=self.on_queue)

    def on_queue(self, _frame):
        self.channel.confirm_delivery(self.on_confirm, callback=self.on_confirming)

    def on_confirming(self, _frame):
        self.channel.basic_qos(prefetch_count=50)
        self.channel.basic_consume(self.queue, self.on_message)
        for number in range(self.COUNT):
            self.channel.basic_publish("", self.queue, str(number).encode(), PERSISTENT)

    def on_confirm(self, frame):
        ack = frame.method
        first = len(self.confirmed) + 1 if ack.multiple else ack.delivery_tag
        self.confirmed.update(range(first, ack.delivery_tag + 1))
        self.finish_if_done()

    def on_message(self, channel, method, _properties, body):
        self.consumed.append(int(body))
        channel.basic_ack(method.delivery_tag)
        self.finish_if_done()

    def finish_if_done(self):
        if len(self.consumed) == self.COUNT and len(self.confirmed) == self.COUNT:
            self.connection.close(200, "done")


class Select(unittest.TestCase):
    def test_publishes_and_consumes_by_callbacks(self):
        client = SelectClient()
        client.run()
        self.assertIsNone(client.error)
        self.assertEqual(client.consumed, list(range(client.COUNT)))
        self.assertEqual(client.confirmed, set(range(1, client.COUNT + 1)))
        self.assertEqual(client.closed_with, (200, "done"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
