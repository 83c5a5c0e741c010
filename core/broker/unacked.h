#pragma once

#include "core/base/ids.h"
#include "core/base/ring.h"
#include "core/base/time.h"
#include "core/broker/consumers.h"
#include "core/broker/queue.h"

#include <cstddef>
#include <vector>

namespace warren::broker {

/// A message that a channel holds: delivered or got, not yet acknowledged.
struct UnackedMessage {
    enum class State : std::uint8_t {
        Held,
        InTransaction,  ///< acknowledged or rejected in a transaction that is still open
        Gone,           ///< settled: its place is not cleared yet
    };
    State state = State::Held;
    DeliveryTag tag = 0;
    QueueId queue{};
    Consumer* consumer = nullptr;  ///< nullptr: basic.get, or cancelled since
    /// Delivered to a consumer, be it cancelled since: counts for the channel's prefetch.
    bool isDelivery = false;
    /// Another node holds it, under this tag, and has the rest; kNoNode: it did.
    NodeId remote{};
    DeliveryTag remoteTag = 0;
    Instant deliveredAt{};
    QueueEntry entry{};
};

/// The unacknowledged messages of one channel, by delivery tag.
///
/// Thread: the broker's. Cost: O(1) per tag in the usual order of acknowledgement, else O(log n).
/// Memory is bounded by twice the number of held messages, however they are acknowledged.
class UnackedMessages {
public:
    /// The tag of a delivery that needs no acknowledgement.
    DeliveryTag skip() { return ++m_lastTag; }
    /// Keeps a delivery and gives it its tag.
    DeliveryTag add(UnackedMessage&& message);

    /// The held message with this tag, or nullptr: unknown, or settled already.
    UnackedMessage* find(DeliveryTag tag);
    /// The message that waits for the end of the transaction. @pre there is one with this tag
    UnackedMessage& inTransaction(DeliveryTag tag);

    /// Calls `visit(message)` for every held message up to and including `upTo`, in the order of
    /// tags. `visit` may release it.
    template <typename Visit>
    void forEachHeld(DeliveryTag upTo, Visit visit)
    {
        for (std::size_t i = 0; i < m_messages.size() && m_messages[i].tag <= upTo; ++i) {
            if (m_messages[i].state == UnackedMessage::State::Held) visit(m_messages[i]);
        }
    }

    /// Every message that is held or waits for the end of a transaction.
    template <typename Visit>
    void forEachLive(Visit visit)
    {
        for (std::size_t i = 0; i < m_messages.size(); ++i) {
            if (m_messages[i].state != UnackedMessage::State::Gone) visit(m_messages[i]);
        }
    }

    /// Takes a message out of the books: it was settled. References stay valid until `tidy`.
    /// @pre it is live
    QueueEntry release(UnackedMessage& message);
    /// Gives back the places of what was released. Call after a round of releases.
    void tidy();

    DeliveryTag lastTag() const { return m_lastTag; }
    /// Messages held, those in an open transaction included.
    std::size_t count() const { return m_messages.size() - m_goneCount; }
    /// Memory of the books; that of the messages is their queue's.
    std::size_t memoryBytes() const { return m_messages.capacity() * sizeof(UnackedMessage); }

private:
    UnackedMessage* at(DeliveryTag tag);

    Ring<UnackedMessage> m_messages;  // by rising tag
    DeliveryTag m_lastTag = 0;
    std::size_t m_goneCount = 0;
};

}  // namespace warren::broker
