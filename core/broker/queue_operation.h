#pragma once

#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/broker/definition.h"
#include "core/broker/message.h"

#include <compare>
#include <cstdint>
#include <variant>

/// The operations through which alone a queue's contents change: the broker applies them, the store
/// keeps what must survive of them, recovery replays it, and mirrors will run the same ones.
namespace warren::broker {

/// Place in the node's log of stored operations: rises by one per operation that somebody may have
/// to wait for, starts at 1, never reused, also not across restarts. 0: not stored.
///
/// "Committed up to p" is all that the broker needs to hear from the store.
using LogPosition = std::uint64_t;

/// A message joins the tail of a queue.
struct Enqueue {
    QueueId queue;
    Sequence sequence = 0;
    LogPosition position = 0;  ///< 0: a transient message, or a queue that is not durable
    MessagePtr message;
    WallTime expiresAt{};  ///< when it expires in this queue; 0: never
};

enum class RemovalReason : std::uint8_t {
    Acked,
    Purged,
    QueueDeleted,
    Dropped,  ///< expired, over a limit or rejected, and nobody wants it
    /// It has moved to other queues: their Enqueues come before this in the log, and it must not be
    /// forgotten before they are durable.
    DeadLettered,
};

/// A message leaves its queue for good: acknowledged, delivered without acknowledgement, dropped or
/// dead-lettered.
struct Remove {
    QueueId queue;
    Sequence sequence = 0;
    LogPosition position = 0;  ///< of its Enqueue; 0: it was never stored
    RemovalReason reason = RemovalReason::Acked;
};

/// A message goes out to a consumer and stays as unacked until it is removed or requeued.
struct Deliver {
    QueueId queue;
    Sequence sequence = 0;
};

/// An unacked message takes its old place in the queue again, marked as redelivered.
struct Requeue {
    QueueId queue;
    Sequence sequence = 0;
};

/// How often a stored message came back to its queue; of one in a queue with a delivery limit.
struct CountDeliveries {
    QueueId queue;
    LogPosition position = 0;  ///< of its Enqueue
    std::uint32_t count = 0;
    Sequence sequence = 0;
};

/// Messages of the queue, and of this priority in it, up to `upTo` may have been delivered: after a
/// restart they come back as redelivered. It is logged ahead, in blocks, and before the first
/// delivery that it covers goes out; so no message comes twice without the redelivered flag,
/// whatever happens in between.
struct MarkDelivered {
    QueueId queue;
    Sequence upTo = 0;
    LogPosition position = 0;
    std::uint8_t priority = 0;  ///< 0 in a queue without priorities
};

/// What the store gets, in order.
struct StoredChange {
    LogPosition position = 0;
    CatalogueChange change;
    bool isTransient = false;  ///< the store need not keep it: only the cluster wants to know
    bool isAgreed = false;     ///< the cluster knows it already
};
using StoredOperation = std::variant<Enqueue, Remove, CountDeliveries, MarkDelivered, StoredChange>;

}  // namespace warren::broker
