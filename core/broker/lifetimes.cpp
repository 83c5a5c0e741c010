#include "core/broker/lifetimes.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace warren::broker {

namespace {

/// Owners that one round looks at, at most.
constexpr int kLooksMax = 4096;

}  // namespace

void Lifetimes::run()
{
    for (const QueueId id : std::exchange(m_state.changedSettings, {})) {
        if (Queue* queue = m_state.catalogue.findQueue(id)) m_state.markDirty(*queue);
    }
    for (int left = kLooksMax; left > 0; --left) {
        const auto due = m_state.timers.takeDue(m_state.now);
        if (!due) return;
        if (due->queue) {
            Queue* queue = m_state.catalogue.findQueue(due->queue);
            if (queue != nullptr) look(*queue);
            continue;
        }
        Connection* connection = m_state.findConnection(due->connection);
        Channel* channel = connection == nullptr ? nullptr : connection->findChannel(due->channel);
        if (channel != nullptr && !channel->isClosing) look(*channel);
    }
}

void Lifetimes::look(Queue& queue)
{
    queue.timerAt = Instant::never();
    if (!queue.isLed()) return;
    const auto idle = queue.settings().expires;
    const bool isUnused = idle && queue.consumers.isEmpty();
    if (isUnused && m_state.now - queue.lastUsed >= *idle) {
        m_declarations.removeQueue(queue);
        return;
    }
    m_state.markDirty(queue);  // the flush settles the rest
}

void Lifetimes::settle(Queue& queue)
{
    if (!queue.isLed()) return;
    const bool hasMoreExpired = m_consuming.dropExpired(queue, m_state.wallNow);
    const bool isOverLimit = queue.hasLengthLimit() && m_consuming.dropOverflow(queue);
    if (hasMoreExpired || isOverLimit) m_state.markDirty(queue);

    Instant next = Instant::never();
    if (const auto expiry = queue.nextExpiry()) next = at(*expiry);
    const auto idle = queue.settings().expires;
    if (idle && queue.consumers.isEmpty()) next = std::min(next, queue.lastUsed + *idle);
    if (next != Instant::never()) {
        m_state.timers.arm({.queue = queue.id()}, queue.timerAt, next);
    }
}

Instant Lifetimes::at(WallTime time) const
{
    return m_state.now + (time.sinceEpoch - m_state.wallNow.sinceEpoch);
}

/// Spec: RabbitMQ, "Consumers", delivery acknowledgement timeout; the words of 3.10.8.
void Lifetimes::look(Channel& channel)
{
    channel.timerAt = Instant::never();
    Instant next = Instant::never();
    std::chrono::milliseconds used{0};
    channel.unacked.forEachLive([&](const UnackedMessage& message) {
        const Queue* queue = m_state.catalogue.findQueue(message.queue);
        if (queue == nullptr) return;
        const auto own = queue->settings().consumerTimeout;
        const auto timeout = own ? own : m_state.consumerTimeout;
        if (!timeout || message.deliveredAt + *timeout >= next) return;
        next = message.deliveredAt + *timeout;
        used = *timeout;
    });
    if (next == Instant::never()) return;
    if (next > m_state.now) {
        m_state.timers.arm({.connection = channel.connection.id, .channel = channel.number},
                           channel.timerAt, next);
        return;
    }
    m_connections.failChannel(
        channel, {amqp::ReplyCode::PreconditionFailed,
                  "delivery acknowledgement on channel " + std::to_string(channel.number) +
                      " timed out. Timeout value used: " + std::to_string(used.count()) +
                      " ms. This timeout value can be configured, see consumers doc guide to "
                      "learn more",
                  {}});
    m_declarations.removeDoomed();
}

}  // namespace warren::broker
