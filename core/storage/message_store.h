#pragma once

#include "core/base/result.h"
#include "core/broker/body_request.h"
#include "core/broker/queue_operation.h"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace warren::storage {

/// What the world did to the store, as one sentence for a person.
struct IoError {
    enum class Kind {
        NotWritable,   ///< the folder or file cannot be created or written
        InUse,         ///< another instance holds it
        NewerVersion,  ///< written by a newer version of the program
        Damaged,       ///< not a database of ours, or its contents don't fit together
        DiskFull,
        Failed,  ///< any other input or output error
    };
    Kind kind = Kind::Failed;
    std::string text;
};

/// A stored message that was not removed, as it comes back after a restart.
struct RecoveredMessage {
    QueueId queue;
    Sequence sequence = 0;
    broker::LogPosition position = 0;
    broker::MessagePtr message;   ///< null: it stays on disk until somebody asks for it
    std::uint32_t bodyBytes = 0;  ///< of its body
    std::uint8_t priority = 0;    ///< its property
    bool wasDelivered = false;    ///< the mark of its queue, for its priority there, covers it
    WallTime expiresAt{};         ///< 0: never
    std::uint32_t deliveryCount = 0;
};

/// All that a store holds, in the order in which the broker needs it.
struct RecoveredState {
    /// Each after those that it needs.
    std::vector<broker::CatalogueChange> definitions;
    std::vector<RecoveredMessage> messages;  ///< by queue id, then sequence
    broker::LogPosition lastPosition = 0;    ///< new ones start above it
    QueueId lastQueueId;                     ///< likewise
};

/// Keeps what must survive: definitions, and persistent messages of durable queues.
///
/// Durability contract: operations take effect in the order of `append`, in groups that become
/// durable wholly or not at all. `committed(p)` is called only when every operation with a position
/// ≤ p, and every operation appended before it, would survive a crash of the process and a loss of
/// power. A message removed before its Enqueue was written may never be written at all; its
/// position is committed all the same. One that was dead-lettered is gone only once its new places,
/// whose Enqueues came before, are durable. After `failed` nothing is ever committed any more and
/// nothing further is written: what is on disk stays as it was at the last commit.
///
/// Removals, delivery counts and marks have nobody waiting and may ride along with a later group.
///
/// A message whose Enqueue is durable can be had back: its body need not stay in memory. Messages
/// that are not persistent are kept for that only; a restart does not bring them back.
///
/// Thread: the broker's; the callbacks too.
class MessageStore {
public:
    virtual ~MessageStore() = default;

    struct Callbacks {
        std::function<void(broker::LogPosition upTo)> committed;
        std::function<void(const IoError& error)> failed;  ///< at most once, final
        /// What was asked for, in the order of the requests; a message that has been removed since
        /// is null. May be left out by who never loads.
        std::function<void(std::vector<broker::LoadedBody>&& bodies)> loaded{};
    };

    /// Called before any other function, once.
    virtual void setCallbacks(Callbacks callbacks) = 0;

    /// Takes over the operations of one flush, in order. Never blocks on the disk.
    virtual void append(std::vector<broker::StoredOperation>&& operations) = 0;

    /// Asks for messages whose Enqueue is committed. They are read before anything that is appended
    /// later takes effect, so that a removal may follow at once. Never blocks on the disk.
    virtual void load(std::vector<broker::BodyRequest>&& requests) = 0;

    /// Bytes of messages taken over and not yet committed; the broker holds publishers back when
    /// they become too many.
    virtual std::size_t bytesInFlight() const = 0;
};

}  // namespace warren::storage
