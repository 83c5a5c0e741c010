#pragma once

#include "core/base/ids.h"
#include "core/base/ring.h"
#include "core/broker/outbox.h"
#include "core/broker/queue_operation.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace warren::broker {

/// Publisher confirms of one channel: which basic.ack or basic.nack goes out, and when.
///
/// Pure: the same calls give the same confirms. A publish waits for its place in the store's log to
/// be committed, or for nothing. Everything up to the oldest waiting publish leaves in one
/// `multiple` ack, which never covers a tag that is refused in the same round; what is due beyond
/// it leaves singly, as RabbitMQ does. Spec: RabbitMQ publisher confirms (class 85); basic.ack for
/// the meaning of `multiple`.
class ConfirmTracker {
public:
    /// A publish arrived. @param waitsFor  the last log position that it waits for, not below an
    /// earlier publish's; 0: it is due at once
    /// @returns its delivery tag: 1 for the first publish after confirm.select, then +1
    DeliveryTag publish(LogPosition waitsFor);

    /// A publish arrived that a full queue has refused: it is due at once, as basic.nack.
    DeliveryTag refuse();

    /// The publish that waits for this position, or the first one behind it, is not safe and never
    /// will be: it is due at once, as basic.nack.
    void refuseWaiting(LogPosition position);

    /// Likewise everything that is not confirmed yet.
    void refuseAll();

    /// Appends what is due when everything up to `committed` is durable. Call once per flush.
    void take(LogPosition committed, std::vector<Confirm>& out);

    /// Publishes whose confirm has not been taken.
    std::size_t unconfirmedCount() const { return m_unconfirmedCount; }
    std::size_t memoryBytes() const { return m_pending.capacity() * sizeof(Pending); }

private:
    void refuseAt(std::size_t place);

    struct Pending {
        LogPosition waitsFor;
        bool isTaken;  // told already, or refused
    };
    Ring<Pending> m_pending;  // the front has tag m_firstTag
    DeliveryTag m_firstTag = 1;
    std::vector<DeliveryTag> m_dueBeyond;  // due at once, published since the last take
    std::vector<DeliveryTag> m_refused;    // likewise, refused
    std::vector<DeliveryTag> m_single;     // scratch
    std::size_t m_unconfirmedCount = 0;
};

}  // namespace warren::broker
