// amqplib, the AMQP client of Node, against a node of Warren. The port is in AMQP_PORT.
'use strict';

const assert = require('node:assert/strict');
const {randomBytes} = require('node:crypto');
const {test} = require('node:test');

const amqp = require('amqplib');
const callbackApi = require('amqplib/callback_api');

const {TIMEOUT_MS, bodiesIn, refusalOf, unique, url, withConnection} = require('./support');

withConnection('confirms what it stores, and gives it back unchanged', async (connection) => {
  const channel = await connection.createConfirmChannel();
  const {queue} = await channel.assertQueue(unique('queue'), {durable: true});
  const body = randomBytes(400_000);
  const properties = {
    persistent: true,
    contentType: 'application/octet-stream',
    contentEncoding: 'identity',
    headers: {text: 'ä', number: 7, big: 2 ** 40, list: [1, 'two', true], map: {deep: {er: 1.5}}},
    priority: 4,
    correlationId: 'correlation',
    replyTo: 'reply',
    expiration: '60000',
    messageId: 'id',
    timestamp: 1700000000,
    type: 'type',
    userId: 'guest',
    appId: 'app',
  };
  channel.sendToQueue(queue, body, properties);
  await channel.waitForConfirms();

  const message = await channel.get(queue, {noAck: true});

  assert.ok(message.content.equals(body));
  const {persistent, ...sent} = properties;
  const {deliveryMode, clusterId, ...got} = message.properties;
  assert.equal(deliveryMode, 2);
  assert.deepEqual(got, sent);
  assert.equal(message.fields.redelivered, false);
  assert.equal(message.fields.messageCount, 0);
});

withConnection('confirms every one of many publishes once', async (connection) => {
  const channel = await connection.createConfirmChannel();
  const {queue} = await channel.assertQueue(unique('queue'), {durable: true});
  const count = 2000;
  const confirmed = new Array(count).fill(0);
  for (let i = 0; i < count; ++i) {
    channel.sendToQueue(queue, Buffer.from(String(i)), {persistent: true}, (error) => {
      assert.equal(error, null);
      confirmed[i] += 1;
    });
  }
  await channel.waitForConfirms();
  assert.ok(confirmed.every((times) => times === 1));
  assert.equal((await channel.checkQueue(queue)).messageCount, count);
});

withConnection('returns a mandatory message that has no way, before its confirm', async (connection) => {
  const channel = await connection.createConfirmChannel();
  const order = [];
  channel.on('return', (message) => order.push(message));
  channel.publish('', unique('nowhere'), Buffer.from('lost'), {mandatory: true, messageId: 'm'},
    () => order.push('confirmed'));
  await channel.waitForConfirms();
  assert.equal(order.length, 2);
  assert.equal(order[1], 'confirmed');
  assert.equal(order[0].content.toString(), 'lost');
  assert.equal(order[0].properties.messageId, 'm');
  assert.equal(order[0].fields.replyCode, 312);
  assert.equal(order[0].fields.replyText, 'NO_ROUTE');
});

withConnection('holds a consumer to its prefetch', async (connection) => {
  const channel = await connection.createChannel();
  const {queue} = await channel.assertQueue(unique('queue'), {durable: true});
  const count = 30;
  for (let i = 0; i < count; ++i) channel.sendToQueue(queue, Buffer.from(String(i)));
  await channel.prefetch(5);
  const received = [];
  let acked = 0;
  let unackedMax = 0;
  await new Promise((resolve, reject) => {
    channel.consume(queue, (message) => {
      received.push(Number(message.content));
      unackedMax = Math.max(unackedMax, received.length - acked);
      setImmediate(() => {
        acked += 1;
        channel.ack(message);
        if (acked === count) resolve();
      });
    }).catch(reject);
  });
  assert.deepEqual(received, [...Array(count).keys()]);
  assert.ok(unackedMax <= 5, `${unackedMax} were unacked at once`);
  await channel.close();
});

withConnection('puts back what is nacked, flagged and in its old place', async (connection) => {
  const channel = await connection.createChannel();
  const {queue} = await channel.assertQueue(unique('queue'), {durable: true});
  for (const body of ['a', 'b', 'c', 'd']) channel.sendToQueue(queue, Buffer.from(body));
  const messages = [];
  for (let i = 0; i < 3; ++i) messages.push(await channel.get(queue));
  channel.nack(messages[1], true, true);
  channel.reject(messages[2], false);
  const found = [];
  for (let i = 0; i < 3; ++i) found.push(await channel.get(queue, {noAck: true}));
  assert.deepEqual(found.map((m) => m.content.toString()), ['a', 'b', 'd']);
  assert.deepEqual(found.map((m) => m.fields.redelivered), [true, true, false]);
});

withConnection('routes by topic, headers and from exchange to exchange', async (connection) => {
  const channel = await connection.createConfirmChannel();
  const [topic, headers, inner] = ['topic', 'headers', 'inner'].map(unique);
  await channel.assertExchange(topic, 'topic', {durable: true});
  await channel.assertExchange(headers, 'headers', {durable: true});
  await channel.assertExchange(inner, 'fanout', {internal: true});
  const queues = [];
  for (let i = 0; i < 3; ++i) queues.push((await channel.assertQueue(unique('queue'))).queue);
  await channel.bindQueue(queues[0], topic, '#.error');
  await channel.bindQueue(queues[1], headers, '', {'x-match': 'any', format: 'pdf', pages: 3});
  await channel.bindExchange(inner, topic, 'audit.*');
  await channel.bindQueue(queues[2], inner, '');
  channel.publish(topic, 'disk.error', Buffer.from('1'));
  channel.publish(topic, 'audit.error', Buffer.from('2'));
  channel.publish(headers, '', Buffer.from('3'), {headers: {format: 'pdf'}});
  channel.publish(headers, '', Buffer.from('4'), {headers: {pages: 4}});
  await channel.waitForConfirms();
  assert.deepEqual(await bodiesIn(channel, queues[0]), ['1', '2']);
  assert.deepEqual(await bodiesIn(channel, queues[1]), ['3']);
  assert.deepEqual(await bodiesIn(channel, queues[2]), ['2']);
});

withConnection('tells a consumer that its queue is gone', async (connection) => {
  const channel = await connection.createChannel();
  const {queue} = await channel.assertQueue(unique('queue'));
  const told = new Promise((resolve) => {
    channel.consume(queue, resolve);
  });
  await channel.checkQueue(queue);
  await (await connection.createChannel()).deleteQueue(queue);
  assert.equal(await told, null);
});

withConnection('answers a request by a reply queue of its own', async (connection) => {
  const channel = await connection.createChannel();
  const {queue: requests} = await channel.assertQueue(unique('requests'));
  const {queue: replies} = await channel.assertQueue('', {exclusive: true});
  assert.match(replies, /^amq\.gen-/);
  await channel.consume(requests, (message) => {
    channel.sendToQueue(message.properties.replyTo, Buffer.from(`re: ${message.content}`),
      {correlationId: message.properties.correlationId});
    channel.ack(message);
  });
  const reply = new Promise((resolve) => {
    channel.consume(replies, resolve, {noAck: true});
  });
  channel.sendToQueue(requests, Buffer.from('hello'), {replyTo: replies, correlationId: '1'});
  assert.equal((await reply).content.toString(), 're: hello');
});

withConnection('closes channels in the words of RabbitMQ', async (connection) => {
  const start = 'Operation failed: ';
  const {queue} = await (await connection.createChannel()).assertQueue(unique('queue'));
  const missing = await refusalOf(connection, (channel) => channel.checkQueue('nothing'));
  assert.equal(missing.code, 404);
  assert.match(missing.message, /NOT_FOUND - no queue 'nothing' in vhost '\/'/);
  const other = await refusalOf(connection,
    (channel) => channel.assertQueue(queue, {durable: false}));
  assert.equal(other.code, 406);
  assert.ok(other.message.includes(
    `PRECONDITION_FAILED - inequivalent arg 'durable' for queue '${queue}' in vhost '/': ` +
    "received 'false' but current is 'true'"), start + other.message);
});

withConnection('works with the smallest frames and with heartbeats', async (connection) => {
  const channel = await connection.createConfirmChannel();
  const {queue} = await channel.assertQueue(unique('queue'));
  const body = randomBytes(30_000);
  channel.sendToQueue(queue, body);
  await channel.waitForConfirms();
  assert.ok((await channel.get(queue, {noAck: true})).content.equals(body));
}, '?frameMax=4096&heartbeat=1&channelMax=4');

test('refuses a wrong password', {timeout: TIMEOUT_MS}, async () => {
  await assert.rejects(() => amqp.connect(url.replace('guest:guest', 'guest:wrong')),
    /ACCESS.REFUSED/);
});

test('serves the interface of callbacks too', {timeout: TIMEOUT_MS}, (_, done) => {
  callbackApi.connect(url, (connectError, connection) => {
    assert.equal(connectError, null);
    connection.createChannel((channelError, channel) => {
      assert.equal(channelError, null);
      channel.assertQueue('', {exclusive: true}, (queueError, ok) => {
        assert.equal(queueError, null);
        channel.consume(ok.queue, (message) => {
          assert.equal(message.content.toString(), 'called back');
          connection.close(done);
        }, {noAck: true});
        channel.sendToQueue(ok.queue, Buffer.from('called back'));
      });
    });
  });
});
