// What the tests of amqplib share. The port is in AMQP_PORT.
'use strict';

const assert = require('node:assert/strict');
const {randomUUID} = require('node:crypto');
const {once} = require('node:events');
const {test} = require('node:test');

const amqp = require('amqplib');

const url = `amqp://guest:guest@127.0.0.1:${process.env.AMQP_PORT}`;
const unique = (prefix) => `${prefix}-${randomUUID()}`;
const TIMEOUT_MS = 60_000;

/** Runs `body` with a new connection, which is closed afterwards. */
function withConnection(name, body, options = '') {
  test(name, {timeout: TIMEOUT_MS}, async () => {
    const connection = await amqp.connect(url + options);
    const errors = [];
    connection.on('error', (error) => errors.push(error.message));
    try {
      await body(connection);
    } finally {
      await connection.close();
    }
    assert.deepEqual(errors, []);
  });
}

/** What the broker closes a new channel with, when `call` is made on it. */
async function refusalOf(connection, call) {
  const channel = await connection.createChannel();
  const closed = once(channel, 'error');
  await assert.rejects(() => call(channel));
  const [error] = await closed;
  return {code: error.code, message: error.message};
}

/** Takes all messages out of a queue. */
async function bodiesIn(channel, queue) {
  const bodies = [];
  for (;;) {
    const message = await channel.get(queue, {noAck: true});
    if (message === false) return bodies;
    bodies.push(message.content.toString());
  }
}

module.exports = {TIMEOUT_MS, bodiesIn, refusalOf, unique, url, withConnection};
