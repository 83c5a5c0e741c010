// RabbitMQ's extensions, as programs that use amqplib rely on them. The port is in AMQP_PORT.
'use strict';

const assert = require('node:assert/strict');

const {bodiesIn, refusalOf, unique, withConnection} = require('./support');

/** Queues of one test, on a channel of their own; they go with the connection's test. */
function withQueues(name, body) {
  withConnection(name, async (connection) => {
    const names = [];
    const channel = await connection.createConfirmChannel();
    const declare = async (options = {}, queue = unique('queue')) => {
      await channel.assertQueue(queue, {durable: true, ...options});
      names.push(queue);
      return queue;
    };
    try {
      await body({connection, channel, declare});
    } finally {
      await channel.close(); // its consumers need not be told
      const last = await connection.createChannel();
      for (const queue of names) await last.deleteQueue(queue);
    }
  });
}

/** Consumes without acks; `next` gives one message after the other. */
async function consumer(channel, queue, options = {noAck: true}) {
  const waiting = [];
  const messages = [];
  const {consumerTag} = await channel.consume(queue, (message) => {
    if (waiting.length > 0) waiting.shift()(message);
    else messages.push(message);
  }, options);
  return {
    consumerTag,
    messages,
    next: () => messages.length > 0 ? Promise.resolve(messages.shift())
      : new Promise((resolve) => waiting.push(resolve)),
  };
}

const deadLetters = (queue) => ({deadLetterExchange: '', deadLetterRoutingKey: queue});

withQueues('dead-letters what expires, and says so', async ({channel, declare}) => {
  const dead = await declare();
  const source = await declare({messageTtl: 10, ...deadLetters(dead)});
  channel.sendToQueue(source, Buffer.from('old'), {headers: {mine: true}, contentType: 'text/plain'});
  const message = await (await consumer(channel, dead)).next();
  assert.equal(message.content.toString(), 'old');
  assert.equal(message.properties.contentType, 'text/plain');
  const {'x-death': deaths, ...headers} = message.properties.headers;
  assert.deepEqual(headers, {
    'mine': true,
    'x-first-death-exchange': '',
    'x-first-death-queue': source,
    'x-first-death-reason': 'expired',
  });
  const [{time, ...death}, ...others] = deaths;
  assert.deepEqual(others, []);
  assert.equal(time['!'], 'timestamp');
  assert.ok(Math.abs(time.value - Date.now() / 1000) < 5);
  assert.deepEqual(death,
    {'count': 1, 'reason': 'expired', 'queue': source, 'exchange': '', 'routing-keys': [source]});
});

withQueues('retries later and gives up in the end', async ({channel, declare}) => {
  const [work, retry] = [unique('work'), unique('retry')];
  await declare(deadLetters(retry), work);
  await declare({messageTtl: 20, ...deadLetters(work)}, retry);
  channel.sendToQueue(work, Buffer.from('hopeless'), {persistent: true});
  const tasks = await consumer(channel, work, {});
  const seen = [];
  for (;;) {
    const task = await tasks.next();
    const deaths = task.properties.headers['x-death'] ?? [];
    seen.push(deaths.map(({queue, reason, count}) => [queue, reason, count]));
    if (seen.length === 3) {
      channel.ack(task);
      break;
    }
    channel.reject(task, false);
  }
  assert.deepEqual(seen, [
    [],
    [[retry, 'expired', 1], [work, 'rejected', 1]],
    [[retry, 'expired', 2], [work, 'rejected', 2]],
  ]);
});

withQueues('delays by the expiration of a message', async ({channel, declare}) => {
  const due = await declare();
  const waiting = await declare(deadLetters(due));
  const start = process.hrtime.bigint();
  channel.sendToQueue(waiting, Buffer.from('later'), {expiration: 150});
  const message = await (await consumer(channel, due)).next();
  assert.ok(process.hrtime.bigint() - start >= 150_000_000n);
  assert.equal(message.properties.expiration, undefined);
  assert.equal(message.properties.headers['x-death'][0]['original-expiration'], '150');
});

withQueues('drops the oldest, or refuses the newest', async ({channel, declare}) => {
  const dead = await declare();
  const dropping = await declare({maxLength: 2, ...deadLetters(dead)});
  for (const body of ['1', '2', '3']) channel.sendToQueue(dropping, Buffer.from(body));
  await channel.waitForConfirms();
  assert.deepEqual(await bodiesIn(channel, dropping), ['2', '3']);
  const dropped = await (await consumer(channel, dead)).next();
  assert.equal(dropped.content.toString(), '1');
  assert.equal(dropped.properties.headers['x-first-death-reason'], 'maxlen');

  const refusing = await declare({maxLength: 1, arguments: {'x-overflow': 'reject-publish'}});
  const outcomes = await Promise.all(['in', 'out'].map((body) => new Promise((resolve) => {
    channel.sendToQueue(refusing, Buffer.from(body), {}, (error) => resolve(error === null));
  })));
  assert.deepEqual(outcomes, [true, false]);
  assert.deepEqual(await bodiesIn(channel, refusing), ['in']);
});

withQueues('delivers what is urgent first', async ({channel, declare}) => {
  const queue = await declare({maxPriority: 10});
  [0, 5, 10, 5, 200].forEach((priority, i) => {
    channel.sendToQueue(queue, Buffer.from(String(i)), {priority});
  });
  await channel.waitForConfirms();
  assert.deepEqual(await bodiesIn(channel, queue), ['2', '4', '1', '3', '0']);
});

withQueues('serves one consumer until it goes, then the next', async ({channel, declare}) => {
  const queue = await declare({arguments: {'x-single-active-consumer': true}});
  const first = await consumer(channel, queue);
  const second = await consumer(channel, queue);
  channel.sendToQueue(queue, Buffer.from('1'));
  assert.equal((await first.next()).content.toString(), '1');
  await channel.cancel(first.consumerTag);
  channel.sendToQueue(queue, Buffer.from('2'));
  assert.equal((await second.next()).content.toString(), '2');
  assert.deepEqual([first.messages, second.messages], [[], []]);
});

withQueues('serves the consumer of the higher priority', async ({channel, declare}) => {
  const queue = await declare();
  const low = await consumer(channel, queue, {noAck: true, priority: -5});
  const high = await consumer(channel, queue, {noAck: true, priority: 5});
  for (const body of ['1', '2']) channel.sendToQueue(queue, Buffer.from(body));
  assert.equal((await high.next()).content.toString(), '1');
  assert.equal((await high.next()).content.toString(), '2');
  assert.deepEqual(low.messages, []);
});

withQueues('sends copies, openly and blindly', async ({channel, declare}) => {
  const [to, open, blind] = [await declare(), await declare(), await declare()];
  channel.sendToQueue(to, Buffer.from('letter'), {CC: [open], BCC: blind});
  for (const queue of [to, open, blind]) {
    const message = await (await consumer(channel, queue)).next();
    assert.deepEqual(message.properties.headers, {CC: [open]});
  }
});

withQueues('answers requests without a queue', async ({connection, channel, declare}) => {
  const requests = await declare();
  await channel.consume(requests, (message) => {
    assert.match(message.properties.replyTo, /^amq\.rabbitmq\.reply-to\../);
    channel.sendToQueue(message.properties.replyTo, Buffer.from(`re: ${message.content}`),
      {correlationId: message.properties.correlationId});
    channel.ack(message);
  });
  const client = await connection.createChannel();
  const answers = await consumer(client, 'amq.rabbitmq.reply-to');
  for (const correlationId of ['1', '2', '3']) {
    client.sendToQueue(requests, Buffer.from('hello'), {replyTo: 'amq.rabbitmq.reply-to', correlationId});
  }
  for (const correlationId of ['1', '2', '3']) {
    const answer = await answers.next();
    assert.equal(answer.properties.correlationId, correlationId);
    assert.equal(answer.content.toString(), 're: hello');
  }
});

withQueues('refuses other and wrong arguments', async ({connection, declare}) => {
  const queue = await declare({messageTtl: 1000, maxLength: 5});
  const other = await refusalOf(connection,
    (channel) => channel.assertQueue(queue, {durable: true, messageTtl: 2000, maxLength: 5}));
  assert.equal(other.code, 406);
  assert.ok(other.message.includes(
    `PRECONDITION_FAILED - inequivalent arg 'x-message-ttl' for queue '${queue}' in vhost '/': ` +
    "received '2000' but current is '1000'"), other.message);
  const wrong = await refusalOf(connection,
    (channel) => channel.assertQueue(unique('wrong'), {arguments: {'x-expires': 0}}));
  assert.equal(wrong.code, 406);
  assert.match(wrong.message, /invalid arg 'x-expires' for queue '.*' in vhost '\/': \{value_zero,0\}/);
});
