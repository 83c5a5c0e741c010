#!/usr/bin/php
<?php
// php-amqplib, RabbitMQ's client for PHP, against a node. The port is in AMQP_PORT.
declare(strict_types=1);

if (!@include 'PhpAmqpLib/autoload.php') {
    fwrite(STDERR, "php-amqplib is not installed (Debian's package of that name); installer/test installs it.\n");
    exit(1);
}

use PhpAmqpLib\Channel\AMQPChannel;
use PhpAmqpLib\Connection\AMQPStreamConnection;
use PhpAmqpLib\Exception\AMQPProtocolChannelException;
use PhpAmqpLib\Message\AMQPMessage;
use PhpAmqpLib\Wire\AMQPTable;

const PATIENCE_SECONDS = 15;

/** Notices and warnings end a test as errors do. */
set_error_handler(function (int $level, string $text, string $file, int $line): bool {
    if ((error_reporting() & $level) === 0 || $level === E_DEPRECATED) {
        return false;
    }
    throw new ErrorException($text, 0, $level, $file, $line);
});

function equal($wanted, $got): void
{
    if ($wanted !== $got) {
        throw new RuntimeException(
            'wanted ' . var_export($wanted, true) . ' but got ' . var_export($got, true));
    }
}

function unique(string $prefix): string
{
    return $prefix . '-' . bin2hex(random_bytes(12));
}

/** The connections and queues of one test. */
final class Bench
{
    private array $connections = [];
    private array $queues = [];
    public AMQPChannel $channel;

    public function __construct()
    {
        $this->channel = $this->connect()->channel();
    }

    public function connect(): AMQPStreamConnection
    {
        $connection = new AMQPStreamConnection(
            '127.0.0.1', getenv('AMQP_PORT'), 'guest', 'guest', '/', false, 'AMQPLAIN', null, 'en_US', 5,
            PATIENCE_SECONDS * 2);
        $this->connections[] = $connection;
        return $connection;
    }

    /** A durable queue that goes when the test is over. */
    public function queue(string $name, array $arguments = []): string
    {
        $this->channel->queue_declare($name, false, true, false, false, false, new AMQPTable($arguments));
        $this->queues[] = $name;
        return $name;
    }

    public function send(string $queue, string $body, array $properties = []): void
    {
        $this->channel->basic_publish(new AMQPMessage($body, $properties), '', $queue);
    }

    public function bodies(string $queue): array
    {
        $bodies = [];
        while ($message = $this->channel->basic_get($queue, true)) {
            $bodies[] = $message->getBody();
        }
        return $bodies;
    }

    /** Serves a channel until `$isDone`. */
    public function serve(AMQPChannel $channel, callable $isDone): void
    {
        while (!$isDone()) {
            $channel->wait(null, false, PATIENCE_SECONDS);
        }
    }

    public function tearDown(): void
    {
        $channel = $this->connect()->channel();
        foreach ($this->queues as $queue) {
            $channel->queue_delete($queue);
        }
        foreach ($this->connections as $connection) {
            if ($connection->isConnected()) {
                $connection->close();
            }
        }
    }
}

function headersOf(AMQPMessage $message): array
{
    return $message->has('application_headers')
        ? $message->get('application_headers')->getNativeData() : [];
}

function deathCount(AMQPMessage $message, string $queue, string $reason): int
{
    foreach (headersOf($message)['x-death'] ?? [] as $death) {
        if ($death['queue'] === $queue && $death['reason'] === $reason) {
            return $death['count'];
        }
    }
    return 0;
}

$tests = [];

$tests['workers retry later and give up in the end'] = function (Bench $bench): void {
    [$work, $retry, $parked] = [unique('work'), unique('retry'), unique('parked')];
    $bench->queue($work, ['x-dead-letter-exchange' => '', 'x-dead-letter-routing-key' => $retry]);
    $bench->queue($retry, [
        'x-dead-letter-exchange' => '', 'x-dead-letter-routing-key' => $work, 'x-message-ttl' => 30]);
    $bench->queue($parked);
    foreach (['good', 'flaky', 'hopeless'] as $task) {
        $bench->send($work, $task, ['delivery_mode' => AMQPMessage::DELIVERY_MODE_PERSISTENT]);
    }
    $done = [];
    $bench->channel->basic_qos(0, 1, false);
    $bench->channel->basic_consume($work, '', false, false, false, false,
        function (AMQPMessage $message) use ($bench, &$done, $work, $retry, $parked): void {
            $task = $message->getBody();
            $failures = deathCount($message, $work, 'rejected');
            equal($failures, deathCount($message, $retry, 'expired'));
            if ($task === 'good' || ($task === 'flaky' && $failures === 2)) {
                $done[$task] = $failures;
                $message->ack();
            } elseif ($failures === 3) {
                $done[$task] = $failures;
                $bench->send($parked, $task, ['application_headers' => $message->get('application_headers')]);
                $message->ack();
            } else {
                $message->reject(false);
            }
        });
    $bench->serve($bench->channel, function () use (&$done): bool { return count($done) === 3; });
    ksort($done);
    equal(['flaky' => 2, 'good' => 0, 'hopeless' => 3], $done);
    $message = $bench->channel->basic_get($parked, true);
    equal('hopeless', $message->getBody());
    equal('rejected', headersOf($message)['x-first-death-reason']);
    equal($work, headersOf($message)['x-first-death-queue']);
};

$tests['requests are answered directly'] = function (Bench $bench): void {
    $requests = $bench->queue(unique('requests'));
    $answers = [];
    $client = $bench->connect()->channel();
    $client->basic_consume('amq.rabbitmq.reply-to', '', false, true, false, false,
        function (AMQPMessage $message) use (&$answers): void {
            $answers[$message->get('correlation_id')] = $message->getBody();
        });
    for ($i = 0; $i < 3; ++$i) {
        $client->basic_publish(new AMQPMessage("question $i",
            ['reply_to' => 'amq.rabbitmq.reply-to', 'correlation_id' => "id $i"]), '', $requests);
    }
    $served = 0;
    $bench->channel->basic_consume($requests, '', false, true, false, false,
        function (AMQPMessage $message) use ($bench, &$served): void {
            $bench->send($message->get('reply_to'), 're: ' . $message->getBody(),
                ['correlation_id' => $message->get('correlation_id')]);
            ++$served;
        });
    $bench->serve($bench->channel, function () use (&$served): bool { return $served === 3; });
    $bench->serve($client, function () use (&$answers): bool { return count($answers) === 3; });
    equal(['id 0' => 're: question 0', 'id 1' => 're: question 1', 'id 2' => 're: question 2'], $answers);
};

$tests['topics fan out'] = function (Bench $bench): void {
    $exchange = unique('events');
    $bench->channel->exchange_declare($exchange, 'topic', false, false, true);
    $wanted = [
        'order.*' => ['order.made', 'order.paid'],
        '#.paid' => ['order.paid', 'order.eu.paid'],
        '#' => ['order.made', 'order.paid', 'order.eu.paid', 'user'],
    ];
    $subscribers = [];
    foreach (array_keys($wanted) as $pattern) {
        [$queue] = $bench->channel->queue_declare('', false, false, true);
        $bench->channel->queue_bind($queue, $exchange, $pattern);
        $subscribers[$pattern] = $queue;
    }
    foreach ($wanted['#'] as $key) {
        $bench->channel->basic_publish(new AMQPMessage($key), $exchange, $key);
    }
    foreach ($wanted as $pattern => $keys) {
        equal($keys, $bench->bodies($subscribers[$pattern]));
    }
};

$tests['messages are delayed by their expiration'] = function (Bench $bench): void {
    $due = $bench->queue(unique('due'));
    $waiting = $bench->queue(unique('waiting'),
        ['x-dead-letter-exchange' => '', 'x-dead-letter-routing-key' => $due]);
    $got = null;
    $bench->channel->basic_consume($due, '', false, true, false, false,
        function (AMQPMessage $message) use (&$got): void { $got = $message; });
    $start = microtime(true);
    $bench->send($waiting, 'later', ['expiration' => '150']);
    $bench->serve($bench->channel, function () use (&$got): bool { return $got !== null; });
    equal(true, microtime(true) - $start >= 0.149);
    equal(false, $got->has('expiration'));
    $death = headersOf($got)['x-death'][0];
    equal(true, abs($death['time']->getTimestamp() - time()) <= 5);
    unset($death['time']);
    ksort($death);
    equal(['count' => 1, 'exchange' => '', 'original-expiration' => '150', 'queue' => $waiting,
        'reason' => 'expired', 'routing-keys' => [$waiting]], $death);
};

$tests['confirms tell what was stored and returns what was not'] = function (Bench $bench): void {
    $queue = $bench->queue(unique('queue'));
    [$acked, $returned] = [0, []];
    $bench->channel->set_ack_handler(function () use (&$acked): void { ++$acked; });
    $bench->channel->set_return_listener(
        function ($code, $text, $exchange, $key, AMQPMessage $message) use (&$returned): void {
            $returned[] = [$code, $text, $message->getBody()];
        });
    $bench->channel->confirm_select();
    for ($i = 0; $i < 200; ++$i) {
        $bench->channel->basic_publish(new AMQPMessage("$i", ['delivery_mode' => 2]), '', $queue, true);
    }
    $bench->channel->wait_for_pending_acks_returns(PATIENCE_SECONDS);
    equal(200, $acked);
    equal([], $returned);
    $bench->channel->basic_publish(new AMQPMessage('lost'), '', unique('nowhere'), true);
    $bench->channel->wait_for_pending_acks_returns(PATIENCE_SECONDS);
    equal([[312, 'NO_ROUTE', 'lost']], $returned);
    equal(201, $acked);
};

$tests['a full queue refuses'] = function (Bench $bench): void {
    $queue = $bench->queue(unique('full'), ['x-max-length' => 2, 'x-overflow' => 'reject-publish']);
    $refused = [];
    $bench->channel->set_nack_handler(
        function (AMQPMessage $message) use (&$refused): void { $refused[] = $message->getBody(); });
    $bench->channel->confirm_select();
    foreach (['1', '2', '3'] as $body) {
        $bench->send($queue, $body);
    }
    $bench->channel->wait_for_pending_acks(PATIENCE_SECONDS);
    equal(['3'], $refused);
    equal(['1', '2'], $bench->bodies($queue));
};

$tests['urgent work comes first'] = function (Bench $bench): void {
    $queue = $bench->queue(unique('urgent'), ['x-max-priority' => 10]);
    foreach ([0, 5, 10, 5, 200] as $i => $priority) {
        $bench->send($queue, "$i", ['priority' => $priority]);
    }
    equal(['2', '4', '1', '3', '0'], $bench->bodies($queue));
};

$tests['a single active consumer is replaced'] = function (Bench $bench): void {
    $queue = $bench->queue(unique('single'), ['x-single-active-consumer' => true]);
    $taken = ['first' => [], 'second' => []];
    [$connections, $channels] = [[], []];
    foreach (array_keys($taken) as $name) {
        $connections[$name] = $bench->connect();
        $channels[$name] = $connections[$name]->channel();
        $channels[$name]->basic_consume($queue, '', false, false, false, false,
            function (AMQPMessage $message) use (&$taken, $name): void {
                $taken[$name][] = [$message->getBody(), $message->isRedelivered()];
            });
    }
    $bench->send($queue, 'work');
    $bench->serve($channels['first'], function () use (&$taken): bool { return $taken['first'] !== []; });
    equal([], $taken['second']);
    $connections['first']->close();
    $bench->serve($channels['second'], function () use (&$taken): bool { return $taken['second'] !== []; });
    equal(['first' => [['work', false]], 'second' => [['work', true]]], $taken);
};

$tests['consumers are told that their queue is gone'] = function (Bench $bench): void {
    $queue = $bench->queue(unique('gone'));
    $channel = $bench->connect()->channel();
    $channel->basic_consume($queue, 'watcher', false, true, false, false, function (): void {});
    $bench->channel->queue_delete($queue);
    try {
        $channel->wait(null, false, PATIENCE_SECONDS);
        throw new RuntimeException('nobody said so');
    } catch (PhpAmqpLib\Exception\AMQPBasicCancelException $cancelled) {
        equal('watcher', $cancelled->consumerTag);
    }
};

$tests['the server says what it can'] = function (Bench $bench): void {
    $properties = $bench->connect()->getServerProperties();
    $capabilities = $properties['capabilities'][1];
    foreach (['authentication_failure_close', 'basic.nack', 'connection.blocked', 'consumer_cancel_notify',
        'consumer_priorities', 'direct_reply_to', 'exchange_exchange_bindings', 'per_consumer_qos',
        'publisher_confirms'] as $name) {
        equal(true, (bool) $capabilities[$name][1]);
    }
};

$tests['channels are closed in the words of RabbitMQ'] = function (Bench $bench): void {
    $queue = $bench->queue(unique('limited'), ['x-max-length' => 5]);
    $connection = $bench->connect();
    try {
        $connection->channel()->queue_declare($queue, false, true, false, false, false,
            new AMQPTable(['x-max-length' => 6]));
        throw new RuntimeException('it was accepted');
    } catch (AMQPProtocolChannelException $refusal) {
        equal(406, $refusal->getCode());
        equal("PRECONDITION_FAILED - inequivalent arg 'x-max-length' for queue '$queue' in vhost '/': "
            . "received '6' but current is '5'", $refusal->getMessage());
    }
    equal(true, $connection->isConnected());
};

$failed = 0;
foreach ($tests as $name => $test) {
    $bench = new Bench();
    try {
        $test($bench);
        echo "ok: $name\n";
    } catch (Throwable $error) {
        ++$failed;
        echo "FAILED: $name: ", get_class($error), ': ', $error->getMessage(), ' at line ',
            $error->getLine(), "\n", $error->getTraceAsString(), "\n";
    } finally {
        $bench->tearDown();
    }
}
echo count($tests) - $failed, ' of ', count($tests), " passed\n";
exit($failed === 0 ? 0 : 1);
