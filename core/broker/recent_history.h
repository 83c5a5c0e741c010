#pragma once

#include "core/amqp/field_table.h"
#include "core/broker/message.h"

#include <cstddef>
#include <deque>
#include <vector>

namespace warren::broker {

/// The last messages that passed through an exchange of type x-recent-history, for what will be
/// bound to it. They are gone after a restart, as in RabbitMQ.
///
/// Messages whose header x-recent-history-no-store is true are not kept.
/// Thread: the broker's. Cost: that of decoding the headers, if a message has any.
/// Spec: RabbitMQ, plugin rabbitmq_recent_history_exchange.
class RecentHistory {
public:
    static constexpr std::size_t kMessageCountDefault = 20;

    /// @param exchangeArguments  with x-recent-history-length or without
    explicit RecentHistory(const amqp::FieldTable& exchangeArguments);

    /// The oldest one goes when there are too many. The same message again, by another path, is
    /// kept once.
    void keep(const MessagePtr& message);

    bool isEmpty() const { return m_messages.empty(); }
    /// Oldest first.
    std::vector<MessagePtr> messages() const { return {m_messages.begin(), m_messages.end()}; }
    /// Memory of what it keeps. The messages may lie in queues as well.
    std::size_t memoryBytes() const;

private:
    std::size_t m_messageCountMax = kMessageCountDefault;
    std::deque<MessagePtr> m_messages;
};

}  // namespace warren::broker
