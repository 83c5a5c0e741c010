"""Publishers with confirms and consumers with acknowledgements that go on whatever happens to nodes.

All of them share one thread and one event loop of pika's. They write down what they see in a History.
"""

import collections
import functools
import random
import threading
import time
import traceback

import pika
import pika.exceptions
from pika.adapters import select_connection

TICK_SECONDS = 0.02
RECONNECT_SECONDS = 0.2
STALL_SECONDS = 5.0  # a publisher without any confirm looks for another node then
HEARTBEAT_SECONDS = 4
PREFETCH = 50
ACK_EVERY = 10


def body_of(producer, sequence):
    """Nobody else's body, and mostly a short one."""
    size = 100_000 if sequence % 499 == 498 else 30 + sequence * 7919 % 1500
    word = f"{producer}:{sequence}|".encode()
    return (word * (size // len(word) + 1))[:max(size, len(word))]


class Client:
    """A connection with a channel, made anew at any node when it breaks.

    A subclass has `begin`, called when the channel is open, and `tick`.
    """

    def __init__(self, load, name, chance):
        self.load, self.name, self.chance = load, name, chance
        self.connection = self.channel = None
        self.opened_at = time.monotonic()
        self.reconnects = -1
        self.connect()

    def connect(self):
        self.connection = self.channel = None
        self.opened_at = time.monotonic()
        self.reconnects += 1
        parameters = pika.ConnectionParameters(
            host="127.0.0.1", port=self.chance.choice(self.load.ports()), connection_attempts=1,
            socket_timeout=3, stack_timeout=4, heartbeat=HEARTBEAT_SECONDS,
            client_properties={"connection_name": self.name})
        self.connection = pika.SelectConnection(
            parameters, on_open_callback=self._on_open, on_open_error_callback=self._on_broken,
            on_close_callback=self._on_broken, custom_ioloop=self.load.loop)

    def _on_open(self, connection):
        if connection is self.connection:
            connection.channel(on_open_callback=functools.partial(self._on_channel, connection))

    def _on_channel(self, connection, channel):
        if connection is not self.connection:
            return
        self.channel = channel
        channel.add_on_close_callback(self._on_channel_closed)
        self.begin()

    def _on_channel_closed(self, channel, reason):
        if channel is self.channel:
            self.load.note(f"{self.name}: {reason!r}")
            self.channel = None
            if self.connection.is_open:
                self.connection.close()

    def _on_broken(self, connection, reason):
        if connection is self.connection:
            self.connection = self.channel = None
            self.load.later(RECONNECT_SECONDS * (0.5 + self.chance.random()), self._reconnect)

    def _reconnect(self):
        if self.connection is None and not self.load.is_over:
            self.connect()

    def break_off(self, reason):
        """As if the network had gone: closing in order would wait for an answer."""
        connection, self.connection, self.channel = self.connection, None, None
        self.load.note(f"{self.name}: breaks off, {reason}")
        if connection is not None and not connection.is_closed:
            # What pika does itself when heartbeats are missing.
            connection._terminate_stream(  # pylint: disable=protected-access
                pika.exceptions.AMQPHeartbeatTimeout(reason))
        self.load.later(RECONNECT_SECONDS, self._reconnect)

    def watch(self):
        """For what pika itself does not notice in time."""
        if self.connection is None:
            return
        if self.channel is None and time.monotonic() - self.opened_at > 10:
            self.break_off("it does not open")


class Publisher(Client):
    def __init__(self, load, name, chance, queue, rate, window):
        self.queue, self.rate, self.window = queue, rate, window
        self.next_sequence = 0
        self.unconfirmed = collections.OrderedDict()  # sequence -> None, ascending
        self.to_send = collections.deque()  # sequences, before new ones
        self.tags = collections.OrderedDict()  # delivery tag -> sequence
        self.last_tag = 0
        self.is_ready = False
        self.is_finishing = False
        self.progress_at = time.monotonic()
        self.credit = 0.0
        self.credit_at = time.monotonic()
        self.returned = self.refused = 0
        self.returned_now = set()  # sequences; their confirms are still to come
        super().__init__(load, name, chance)

    def connect(self):
        self.is_ready = False
        super().connect()

    def begin(self):
        self.channel.add_on_return_callback(self._on_return)
        self.channel.confirm_delivery(functools.partial(self._on_confirm, self.channel),
                                      callback=functools.partial(self._on_selected, self.channel))

    def _on_selected(self, channel, _frame):
        if channel is not self.channel:
            return
        self.tags.clear()
        self.returned_now.clear()
        self.last_tag = 0
        self.to_send = collections.deque(sorted(self.unconfirmed))
        self.progress_at = time.monotonic()
        self.is_ready = True

    def is_done(self):
        return self.is_finishing and not self.unconfirmed

    def tick(self, now):
        self.credit = min(self.credit + self.rate * (now - self.credit_at), self.rate * 0.2 + 1)
        self.credit_at = now
        if self.channel is None or not self.is_ready or not self.channel.is_open:
            return
        if not self.unconfirmed:
            self.progress_at = now
        elif now - self.progress_at > STALL_SECONDS:
            return self.break_off("no confirms")
        while self.channel is not None and self.to_send:
            sequence = self.to_send.popleft()
            if sequence in self.unconfirmed:
                self._publish(sequence)
        while (self.channel is not None and not self.is_finishing and self.credit >= 1
               and len(self.unconfirmed) < self.window):
            self.credit -= 1
            sequence = self.next_sequence
            self.next_sequence += 1
            self.unconfirmed[sequence] = None
            self._publish(sequence)
        return None

    def _publish(self, sequence):
        # Written down first: whatever comes of it, it may have been sent.
        self.load.history.publish(self.name, sequence, self.queue)
        self.last_tag += 1
        self.tags[self.last_tag] = sequence
        self.channel.basic_publish(
            "", self.queue, body_of(self.name, sequence), mandatory=True,
            properties=pika.BasicProperties(delivery_mode=2,
                                            message_id=f"{self.name}:{sequence}"))

    def _on_confirm(self, channel, frame):
        if channel is not self.channel:
            return
        now = time.monotonic()
        self.progress_at = now
        method = frame.method
        if method.multiple:
            tags = [tag for tag in self.tags if tag <= method.delivery_tag or not method.delivery_tag]
        else:
            tags = [method.delivery_tag]
        is_ack = isinstance(method, pika.spec.Basic.Ack)
        for tag in tags:
            sequence = self.tags.pop(tag, None)
            if sequence is None:
                self.load.problem(f"{self.name}: a confirm for tag {tag}, which waits for none")
            elif not is_ack:
                self.refused += 1
                self._send_again(channel, sequence)
            elif sequence in self.returned_now:
                self.returned_now.discard(sequence)
                self._send_again(channel, sequence)
            else:
                self.unconfirmed.pop(sequence, None)
                self.load.history.confirm(self.name, sequence, self.load.now())

    def _send_again(self, channel, sequence):
        """In a moment, unless the next channel does that anyway."""
        def send():
            if channel is self.channel:
                self.to_send.append(sequence)

        self.load.later(0.1, send)

    def _on_return(self, channel, _method, properties, _body):
        """It reached no queue: the confirm that follows means nothing."""
        if channel is not self.channel:
            return
        self.returned += 1
        self.returned_now.add(int(properties.message_id.rpartition(":")[2]))


class Consumer(Client):
    def __init__(self, load, name, chance, queue):
        self.queue = queue
        self.sessions = 0
        self.session = None
        self.unacked = 0
        self.last_tag = 0
        super().__init__(load, name, chance)

    def begin(self):
        self.channel.add_on_cancel_callback(functools.partial(self._on_cancel, self.channel))
        self.channel.basic_qos(prefetch_count=PREFETCH,
                               callback=functools.partial(self._on_qos, self.channel))

    def _on_qos(self, channel, _frame):
        if channel is not self.channel:
            return
        self.sessions += 1
        self.unacked = 0
        session = f"{self.name}.{self.sessions}"
        channel.basic_consume(self.queue, functools.partial(self._on_message, session))

    def _on_cancel(self, channel, _frame):
        self.load.note(f"{self.name}: the broker cancels it")
        if channel is self.channel:
            channel.close()

    def _on_message(self, session, channel, method, properties, body):
        producer, _, sequence = properties.message_id.rpartition(":")
        sequence = int(sequence)
        if body != body_of(producer, sequence):
            self.load.history.damaged.append(f"{properties.message_id} has another body")
        self.load.history.deliver(session, producer, sequence, method.redelivered)
        self.load.delivered.add((producer, sequence))
        if channel is not self.channel:
            return
        self.last_tag = method.delivery_tag
        self.unacked += 1
        if self.unacked >= ACK_EVERY:
            self._ack()

    def _ack(self):
        if self.channel is not None and self.channel.is_open and self.unacked:
            self.unacked = 0
            self.channel.basic_ack(self.last_tag, multiple=True)

    def tick(self, _now):
        self._ack()


class Load:
    """The clients, on a thread of their own."""

    def __init__(self, history, ports):
        """`ports()` are those that clients may try."""
        self.history, self.ports = history, ports
        self.started_at = time.monotonic()
        self.delivered = set()
        self.publishers, self.consumers = [], []
        self.is_over = False
        self.notes = collections.deque(maxlen=200)
        self.problems = []
        self.loop = select_connection.IOLoop()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def now(self):
        """Seconds since the load began, for all that is written down."""
        return time.monotonic() - self.started_at

    def note(self, text):
        self.notes.append(f"{self.now():.3f} {text}")

    def problem(self, text):
        self.note(text)
        self.problems.append(text)

    def later(self, seconds, function):
        self.loop.call_later(seconds, function)

    def start(self, queues, publishers_per_queue, consumers_per_queue, rate, window, seed):
        def begin():
            for index, queue in enumerate(queues):
                for number in range(publishers_per_queue):
                    name = f"p{index}{number}"
                    self.publishers.append(Publisher(self, name, random.Random(f"{seed}{name}"),
                                                     queue, rate, window))
                for number in range(consumers_per_queue):
                    name = f"c{index}{number}"
                    self.consumers.append(
                        Consumer(self, name, random.Random(f"{seed}{name}"), queue))
            self._tick()

        self.loop.call_later(0, begin)
        self.thread.start()

    def _tick(self):
        if self.is_over:
            return self.loop.stop()
        self.loop.call_later(TICK_SECONDS, self._tick)
        now = time.monotonic()
        for client in self.publishers + self.consumers:
            try:
                client.watch()
                client.tick(now)
            except pika.exceptions.AMQPError as error:
                client.break_off(repr(error))
        return None

    def _run(self):
        while not self.is_over:
            try:
                self.loop.start()
            except Exception:  # pylint: disable=broad-except
                # pika trips over itself now and then when connections break; clients that it leaves
                # behind notice.
                self.note(traceback.format_exc())

    def finish_publishing(self, patience):
        """Waits until all that was published is confirmed. @returns whether it is"""
        for publisher in self.publishers:
            publisher.is_finishing = True
        return self._await(lambda: all(one.is_done() for one in self.publishers), patience)

    def drain(self, patience):
        """Waits until everything confirmed was delivered. @returns whether it was"""
        return self._await(lambda: not self.history.missing(self.delivered), patience)

    def stop(self):
        self.is_over = True
        self.thread.join(10)

    @staticmethod
    def _await(condition, patience):
        deadline = time.monotonic() + patience
        while not condition():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.5)
        return True

    def counts(self):
        return {
            "published": sum(one.next_sequence for one in self.publishers),
            "unconfirmed": sum(len(one.unconfirmed) for one in self.publishers),
            "refused": sum(one.refused for one in self.publishers),
            "returned": sum(one.returned for one in self.publishers),
            "reconnects": sum(one.reconnects for one in self.publishers + self.consumers),
            "deliveries": len(self.history.deliveries),
        }
