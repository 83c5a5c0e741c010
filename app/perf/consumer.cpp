#include "app/perf/consumer.h"

#include "app/perf/clock.h"

#include <algorithm>
#include <cstring>

namespace warren::perf {

Consumer::Consumer(const Options& options, const Topology& topology, std::uint32_t number,
                   Connection& connection, ChannelNumber channel, IntervalStats& stats,
                   DeliveryChecker& checker)
    : m_options(options),
      m_topology(topology),
      m_connection(connection),
      m_channel(channel),
      m_stats(stats),
      m_checker(checker),
      m_queues(topology.queuesOf(number)),
      m_orders(m_queues.size()),
      m_pause(options.consumerRate > 0 ? durationOf(1 / options.consumerRate)
                                       : options.consumerLatency)
{
}

Status<Failure> Consumer::start(const Timing& timing)
{
    m_timing = &timing;
    m_connection.setHandler(m_channel, this);
    for (const auto& [count, isGlobal] : {std::pair{m_options.consumerPrefetch, false},
                                          std::pair{m_options.channelPrefetch, true}}) {
        if (count == 0) continue;
        auto done = m_connection.call<amqp::BasicQosOk>(
            m_channel, amqp::BasicQos{.prefetchCount = count, .global = isGlobal});
        if (!done) return done.error();
    }
    if (m_options.consumerTxMessages > 0) {
        auto done = m_connection.call<amqp::TxSelectOk>(m_channel, amqp::TxSelect{});
        if (!done) return done.error();
    }
    for (std::size_t local = 0; local < m_queues.size(); ++local) {
        auto done = m_connection.call<amqp::BasicConsumeOk>(
            m_channel, amqp::BasicConsume{.queue = m_topology.queues()[m_queues[local]],
                                          .consumerTag = std::to_string(local),
                                          .noAck = m_options.hasAutoAck,
                                          .arguments = m_options.consumerArguments});
        if (!done) return done.error();
    }
    return {};
}

Failure Consumer::protocolFailure(const std::string& text) const
{
    return {FailureKind::Protocol, m_connection.uri().address() + ": " + text};
}

Status<Failure> Consumer::onMethod(amqp::MethodId id, ByteView arguments)
{
    if (id == amqp::BasicDeliver::kId) return onDeliver(arguments);
    if (id == amqp::BasicCancel::kId) {
        const auto cancel = amqp::decodeArguments<amqp::BasicCancel>(arguments);
        std::size_t local = 0;
        for (const char digit : cancel ? cancel->consumerTag.view() : std::string_view{})
            local = local * 10 + static_cast<std::size_t>(digit - '0');
        const std::string queue =
            local < m_queues.size() ? m_topology.queues()[m_queues[local]] : "";
        return Failure{FailureKind::Closed, m_connection.uri().address() +
                                                " cancelled the consumer of queue '" + queue +
                                                "': the queue is gone"};
    }
    return {};
}

Status<Failure> Consumer::onDeliver(ByteView arguments)
{
    const auto deliver = amqp::decodeArguments<amqp::BasicDeliver>(arguments);
    if (!deliver) return protocolFailure("cannot read basic.deliver");
    if (m_isInMessage) return protocolFailure("basic.deliver inside a message");
    std::size_t local = 0;
    for (const char digit : deliver->consumerTag) {
        if (digit < '0' || digit > '9') return protocolFailure("an unknown consumer tag");
        local = local * 10 + static_cast<std::size_t>(digit - '0');
    }
    if (local >= m_queues.size()) return protocolFailure("an unknown consumer tag");
    m_isInMessage = true;
    m_local = local;
    m_tag = deliver->deliveryTag;
    m_isRedelivered = deliver->redelivered;
    return {};
}

Status<Failure> Consumer::onContentHeader(std::uint64_t bodyBytes)
{
    if (!m_isInMessage) return protocolFailure("content without a method");
    m_bodyBytes = m_bodyBytesLeft = bodyBytes;
    m_headBytes = 0;
    if (bodyBytes == 0) finishMessage(nullptr);
    return {};
}

Status<Failure> Consumer::onBody(ByteView part)
{
    if (!m_isInMessage || part.size() > m_bodyBytesLeft) {
        return protocolFailure("a body frame that belongs to no message");
    }
    m_bodyBytesLeft -= part.size();
    if (m_headBytes == 0 && m_bodyBytesLeft == 0 && part.size() >= MessageId::kBytes) {
        finishMessage(part.data());  // most bodies come in one frame
        return {};
    }
    const std::size_t wanted = std::min(part.size(), m_head.size() - m_headBytes);
    std::memcpy(m_head.data() + m_headBytes, part.data(), wanted);
    m_headBytes += wanted;
    if (m_bodyBytesLeft == 0) {
        finishMessage(m_headBytes == m_head.size() ? m_head.data() : nullptr);
    }
    return {};
}

/// @param head  the first bytes of the body; nullptr if it is too short for a MessageId
void Consumer::finishMessage(const std::byte* head)
{
    m_isInMessage = false;
    if (isFinished()) return;  // more than it was to get: they go back when the channel closes
    const Instant now = m_connection.receivedAt();
    if (m_received++ == 0) m_firstReceivedAt = now;
    m_lastReceivedAt = now;
    m_stats.received += 1;
    if (head != nullptr) {
        const MessageId id = MessageId::read(head);
        if (m_options.checks) {
            m_checker.record(m_queues[m_local], id, static_cast<std::size_t>(m_bodyBytes),
                             m_isRedelivered, m_orders[m_local]);
        }
        // Left over from another run or damaged: its time says nothing.
        if (id.stamp <= now && m_timing->counts(id.stamp, now)) {
            m_stats.latency.record(static_cast<std::uint64_t>((now - id.stamp).count()));
        }
    } else if (m_options.checks) {
        m_checker.recordDamaged();
    }
    if (!m_options.hasAutoAck && ++m_unacknowledged >= m_options.ackEvery) acknowledge();
    if (isFinished()) finish();
    if (m_pause > Duration{0}) pace();
}

void Consumer::acknowledge()
{
    const bool isMultiple = m_unacknowledged > 1;
    if (m_options.nacks) {
        m_connection.send(m_channel, amqp::BasicNack{.deliveryTag = m_tag,
                                                     .multiple = isMultiple,
                                                     .requeue = m_options.requeues});
    } else {
        amqp::appendAck(m_connection.output(), m_channel, m_tag, isMultiple);
    }
    m_unacknowledged = 0;
    if (m_options.consumerTxMessages > 0 && ++m_uncommitted >= m_options.consumerTxMessages) {
        m_connection.send(m_channel, amqp::TxCommit{});
        m_uncommitted = 0;
    }
}

void Consumer::pace()
{
    const Instant now = m_connection.receivedAt();
    m_nextAt = std::max(m_nextAt, now) + m_pause;
    m_connection.pause(m_nextAt);
}

void Consumer::finish()
{
    if (m_unacknowledged > 0) acknowledge();
    if (m_uncommitted > 0) m_connection.send(m_channel, amqp::TxCommit{});
    m_uncommitted = 0;
}

}  // namespace warren::perf
