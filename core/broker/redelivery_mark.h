#pragma once

#include "core/base/ids.h"
#include "core/broker/queue_operation.h"

namespace warren::broker {

/// How far a queue's messages may have been delivered, as the store knows it.
///
/// The store learns it ahead of the deliveries, in blocks (operation MarkDelivered), so that after
/// a crash no message comes back a second time without its redelivered flag. A delivery of a stored
/// message may leave the process once the mark that covers it cannot be lost without the message.
class RedeliveryMark {
public:
    /// Messages that one mark covers in advance: the most that a crash flags without need.
    static constexpr Sequence kBlock = 4096;

    Sequence upTo() const { return m_upTo; }
    /// The log position that a delivery has to wait for when it is not covered yet.
    LogPosition position() const { return m_position; }

    /// Whether a delivery of this message may go out now.
    bool covers(Sequence sequence, LogPosition enqueuedAt, LogPosition committed) const
    {
        if (sequence <= m_safeUpTo) return true;
        // A message behind the mark in the log is durable only together with it.
        return sequence <= m_upTo && (enqueuedAt > m_position || m_position <= committed);
    }

    /// The mark moves: the caller logs MarkDelivered{upTo()} at `position`.
    void extend(Sequence upTo, LogPosition position, LogPosition committed)
    {
        if (m_position <= committed) m_safeUpTo = m_upTo;
        m_upTo = upTo;
        m_position = position;
        m_isOutdated = false;
    }

    /// After a restart: the store's mark lies ahead of the messages that came back, by up to
    /// kBlock, and new messages get those sequences again.
    void setOutdated() { m_isOutdated = true; }
    /// Whether a stored message would count as delivered at the next restart for no reason but
    /// that; then the mark has to be logged anew, before the message.
    bool isOutdated() const { return m_isOutdated; }

    /// A message that came back as delivered. Call in the order of sequences.
    void restore(Sequence upTo)
    {
        m_upTo = upTo;
        m_safeUpTo = upTo;
        m_position = 0;
    }

private:
    Sequence m_safeUpTo = 0;
    Sequence m_upTo = 0;
    LogPosition m_position = 0;
    bool m_isOutdated = false;
};

}  // namespace warren::broker
