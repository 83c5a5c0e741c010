#!/usr/bin/ruby
# frozen_string_literal: true

# bunny, RabbitMQ's client for Ruby, against a node. The port is in AMQP_PORT.

begin
  require 'bunny'
rescue LoadError
  abort "bunny is not installed (Debian's ruby-bunny); installer/test installs it."
end
require 'minitest/autorun'
require 'securerandom'

class BunnyTest < Minitest::Test
  PATIENCE = 15 # seconds

  def setup
    @connections = []
    @queues = []
    @connection = connect
    @channel = @connection.create_channel
  end

  def teardown
    channel = @connection.create_channel
    @queues.each { |name| channel.queue_delete(name) }
    @connections.each { |connection| connection.close if connection.open? }
  end

  def connect
    connection = Bunny.new(
      host: '127.0.0.1', port: Integer(ENV.fetch('AMQP_PORT')), recover_from_connection_close: false,
      automatically_recover: false, continuation_timeout: PATIENCE * 1000
    )
    connection.start
    @connections << connection
    connection
  end

  def unique(prefix)
    "#{prefix}-#{SecureRandom.hex(12)}"
  end

  # A durable queue that goes when the test is over.
  def queue(prefix, arguments = {}, channel: @channel)
    name = unique(prefix)
    @queues << name
    channel.queue(name, durable: true, arguments: arguments)
  end

  # What a consumer gets, as something to wait for.
  def deliveries(queue, **options)
    found = Thread::Queue.new
    queue.subscribe(manual_ack: true, **options) { |*message| found << message }
    found
  end

  # The next of `found`, or a failure.
  def await(found)
    Timeout.timeout(PATIENCE) { found.pop }
  end

  def bodies(queue)
    found = []
    loop do
      _, _, body = queue.pop
      return found if body.nil?

      found << body
    end
  end

  def deaths(properties, queue, reason)
    entries = (properties.headers || {}).fetch('x-death', [])
    entry = entries.find { |death| death['queue'] == queue.name && death['reason'] == reason }
    entry.nil? ? 0 : entry['count']
  end

  def test_workers_retry_later_and_give_up_in_the_end
    retries = unique('retry')
    work = queue('work', { 'x-dead-letter-exchange' => '', 'x-dead-letter-routing-key' => retries })
    @queues << retries
    waiting = @channel.queue(
      retries, durable: true, arguments: {
        'x-dead-letter-exchange' => '', 'x-dead-letter-routing-key' => work.name, 'x-message-ttl' => 30
      }
    )
    parked = queue('parked')
    %w[good flaky hopeless].each { |task| work.publish(task, persistent: true) }

    @channel.prefetch(1)
    tasks = deliveries(work)
    done = {}
    while done.size < 3
      info, properties, task = await(tasks)
      failures = deaths(properties, work, 'rejected')
      assert_equal failures, deaths(properties, waiting, 'expired')
      if task == 'good' || (task == 'flaky' && failures == 2)
        done[task] = failures
        @channel.ack(info.delivery_tag)
      elsif failures == 3
        done[task] = failures
        parked.publish(task, headers: properties.headers)
        @channel.ack(info.delivery_tag)
      else
        @channel.reject(info.delivery_tag)
      end
    end

    assert_equal({ 'good' => 0, 'flaky' => 2, 'hopeless' => 3 }, done)
    _, properties, body = await(deliveries(parked))
    assert_equal 'hopeless', body
    assert_equal ['', work.name, 'rejected'],
                 properties.headers.values_at('x-first-death-exchange', 'x-first-death-queue',
                                              'x-first-death-reason')
  end

  def test_requests_are_answered_directly
    server = @connection.create_channel
    requests = queue('requests', channel: server)
    requests.subscribe do |_, properties, body|
      server.default_exchange.publish("re: #{body}", routing_key: properties.reply_to,
                                                     correlation_id: properties.correlation_id)
    end
    answers = Thread::Queue.new
    @channel.basic_consume('amq.rabbitmq.reply-to', '', true) do |_, properties, body|
      answers << [properties.correlation_id, body]
    end
    5.times do |number|
      @channel.default_exchange.publish("question #{number}", routing_key: requests.name,
                                                              reply_to: 'amq.rabbitmq.reply-to',
                                                              correlation_id: number.to_s)
    end
    5.times { |number| assert_equal [number.to_s, "re: question #{number}"], await(answers) }
  end

  def test_topics_fan_out
    exchange = @channel.topic(unique('events'), auto_delete: true)
    wanted = {
      'order.*' => %w[order.made order.paid],
      '#.paid' => %w[order.paid order.eu.paid],
      '#' => %w[order.made order.paid order.eu.paid user]
    }
    subscribers = wanted.keys.to_h do |pattern|
      [pattern, @channel.queue('', exclusive: true).bind(exchange, routing_key: pattern)]
    end
    wanted['#'].each { |key| exchange.publish(key, routing_key: key) }
    wanted.each { |pattern, keys| assert_equal keys, bodies(subscribers[pattern]) }
  end

  def test_messages_are_delayed_by_their_expiration
    due = queue('due')
    waiting = queue('waiting', { 'x-dead-letter-exchange' => '', 'x-dead-letter-routing-key' => due.name })
    start = Process.clock_gettime(Process::CLOCK_MONOTONIC)
    waiting.publish('later', expiration: '150')
    _, properties, = await(deliveries(due))
    assert_operator Process.clock_gettime(Process::CLOCK_MONOTONIC) - start, :>=, 0.15
    assert_nil properties.expiration
    death = properties.headers['x-death'].first
    assert_instance_of Time, death.delete('time')
    assert_equal({ 'count' => 1, 'reason' => 'expired', 'queue' => waiting.name, 'exchange' => '',
                   'routing-keys' => [waiting.name], 'original-expiration' => '150' }, death)
  end

  def test_confirms_tell_what_was_stored_and_returns_what_was_not
    returned = Thread::Queue.new
    @channel.confirm_select
    exchange = @channel.default_exchange # a new object at each call, which takes the returns over
    exchange.on_return { |info, _, body| returned << [info.reply_code, info.reply_text, body] }
    stored = queue('queue')
    200.times do |number|
      exchange.publish(number.to_s, routing_key: stored.name, persistent: true, mandatory: true)
    end
    assert @channel.wait_for_confirms
    assert_equal 200, stored.message_count
    exchange.publish('lost', routing_key: unique('nowhere'), mandatory: true)
    assert @channel.wait_for_confirms
    assert_equal [312, 'NO_ROUTE', 'lost'], await(returned)
    assert_empty returned
  end

  def test_a_full_queue_refuses
    @channel.confirm_select
    full = queue('full', { 'x-max-length' => 2, 'x-overflow' => 'reject-publish' })
    3.times { |number| full.publish(number.to_s) }
    refute @channel.wait_for_confirms
    assert_equal [3], @channel.nacked_set.to_a
    assert_equal %w[0 1], bodies(full)
  end

  def test_urgent_work_comes_first
    urgent = queue('urgent', { 'x-max-priority' => 10 })
    [0, 5, 10, 5, 200].each_with_index { |priority, i| urgent.publish(i.to_s, priority: priority) }
    assert_equal %w[2 4 1 3 0], bodies(urgent)
  end

  def test_a_single_active_consumer_is_replaced
    single = queue('single', { 'x-single-active-consumer' => true })
    first, second = [connect, connect].map do |connection|
      channel = connection.create_channel
      channel.prefetch(1)
      deliveries(channel.queue(single.name, passive: true))
    end
    single.publish('1')
    assert_equal '1', await(first)[2] # and dies with it
    assert_empty second
    @connections[1].close
    info, _, body = await(second)
    assert_equal '1', body
    assert info.redelivered
  end

  def test_consumers_are_told_that_their_queue_is_gone
    told = Thread::Queue.new
    gone = queue('gone')
    consumer = Bunny::Consumer.new(@channel, gone, 'watcher')
    consumer.on_cancellation { |cancel| told << cancel.consumer_tag }
    gone.subscribe_with(consumer)
    @connection.create_channel.queue_delete(gone.name)
    assert_equal 'watcher', await(told)
  end

  def test_the_server_says_what_it_can
    %w[authentication_failure_close basic.nack connection.blocked consumer_cancel_notify
       consumer_priorities direct_reply_to exchange_exchange_bindings per_consumer_qos
       publisher_confirms].each do |name|
      assert_equal true, @connection.server_capabilities[name], name
    end
  end

  def test_channels_are_closed_in_the_words_of_rabbitmq
    limited = queue('limited', { 'x-max-length' => 5 })
    error = assert_raises(Bunny::PreconditionFailed) do
      @connection.create_channel.queue(limited.name, durable: true, arguments: { 'x-max-length' => 6 })
    end
    assert_equal "PRECONDITION_FAILED - inequivalent arg 'x-max-length' for queue '#{limited.name}' in " \
                 "vhost '/': received '6' but current is '5'", error.message
    assert_raises(Bunny::NotFound) { @connection.create_channel.queue(unique('nothing'), passive: true) }
    assert @connection.open?
  end
end
