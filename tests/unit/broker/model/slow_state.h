#pragma once

#include "core/base/ids.h"
#include "core/broker/channel.h"
#include "tests/unit/broker/model/letter.h"
#include "tests/unit/broker/model/queue_plan.h"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

// What the slow broker knows: plain values in plain lists, so that all of it can be copied, kept
// and compared.

namespace warren::test {

/// Of a copy, from when it joined a queue; never used again.
using CopyId = std::uint64_t;

/// A message in a queue.
struct Copy {
    CopyId id = 0;
    Sequence sequence = 0;  ///< which message of its queue it is, from 1
    LetterPtr letter{};
    std::optional<std::int64_t> expiresAt{};  ///< milliseconds of the calendar
    std::uint32_t deliveryCount = 0;          ///< counted in queues with a delivery limit only
    bool isRedelivered = false;
    bool isStored = false;
};

struct ChannelKey {
    std::size_t client = 0;
    ChannelNumber number = 0;
    auto operator<=>(const ChannelKey&) const = default;
};

inline std::string nameOf(ChannelKey key)
{
    return std::to_string(key.client) + "/" + std::to_string(key.number);
}

struct SlowConsumer {
    ChannelKey channel{};
    std::string tag{};
    int priority = 0;
    bool noAck = false;
    std::size_t prefetch = 0;    ///< 0: no limit
    bool isParked = false;       ///< its turn came and it could not take a message
    std::uint64_t turn = 0;      ///< who has the lowest is next
    std::uint64_t servedAt = 0;  ///< its last delivery
};

/// A queue from its declaration to its deletion.
struct SlowQueue {
    QueuePlan plan{};
    std::uint64_t incarnation = 0;          ///< tells it from others that had or will have its name
    std::vector<Copy> ready{};              ///< in the order in which they go out
    std::vector<SlowConsumer> consumers{};  ///< in the order of their arrival
    std::string activeTag{};                ///< of the single active consumer
    Sequence lastSequence = 0;
    std::int64_t lastUsed = 0;
    std::uint64_t deadLetteredCount = 0;
    std::uint64_t deadLetterDroppedCount = 0;
};

/// A message that a channel holds.
struct SlowHeld {
    Copy copy{};
    std::uint64_t queue = 0;  ///< its incarnation
    std::string consumer{};   ///< empty: got, or its consumer has gone
    bool isDelivery = false;  ///< to a consumer, be it gone
    bool isInTransaction = false;
    bool isVisible = false;  ///< the client knows of it
    DeliveryTag tag = 0;     ///< as it was seen; 0: not yet
};

struct SlowPublication {
    LetterPtr letter{};
    std::vector<std::uint64_t> queues{};  ///< incarnations
    bool isMandatory = false;
};

enum class Settling : std::uint8_t { Ack, Requeue, Reject };
struct SlowSettlement {
    DeliveryTag tag = 0;
    Settling how = Settling::Ack;
};

struct SlowChannel {
    ChannelKey key{};
    broker::ChannelMode mode = broker::ChannelMode::Plain;
    std::size_t prefetch = 0;        ///< of later consumers
    std::size_t globalPrefetch = 0;  ///< of all consumers together
    bool isFlowActive = true;
    std::vector<SlowHeld> held{};  ///< in the order of their tags
    DeliveryTag lastPublish = 0;
    std::vector<SlowPublication> publications{};  ///< of the open transaction
    std::vector<SlowSettlement> settlements{};    ///< likewise
};

struct SlowConnection {
    std::uint64_t number = 0;  ///< which one it is, from 1
    bool reads = true;
    bool isStarved = false;  ///< a consumer was parked because the client does not read
};

/// Something that a client will be told.
struct Told {
    ChannelKey channel{};
    std::string stream{};  ///< a consumer's tag for its deliveries; empty for answers
    std::string text{};
    CopyId copy = 0;  ///< of a delivery
};

/// A publish that will be confirmed.
struct ToldConfirm {
    ChannelKey channel{};
    DeliveryTag tag = 0;
    bool isRefused = false;
    bool isStored = false;  ///< there is something to wait for
};

}  // namespace warren::test
