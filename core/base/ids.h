#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace warren {

/// An integer that is its own type, so that a queue's id can't be passed for a connection's.
template <typename Tag, typename Integer = std::uint64_t>
struct StrongId {
    Integer value = 0;
    auto operator<=>(const StrongId&) const = default;
    explicit operator bool() const { return value != 0; }
};

/// A client connection for the life of this process; never reused; 0 is none.
using ConnectionId = StrongId<struct ConnectionTag>;
/// A queue for ever: durable ones keep theirs across restarts, none is reused; 0 is none.
using QueueId = StrongId<struct QueueTag>;
/// An exchange for the life of this process; never reused; 0 is none.
using ExchangeId = StrongId<struct ExchangeTag>;
/// A node of the cluster, for the life of this process; 0: this one.
using NodeId = StrongId<struct NodeTag>;
inline constexpr NodeId kNoNode{~std::uint64_t{0}};
/// Position of a message in its queue; rises by one per enqueue, starts at 1.
using Sequence = std::uint64_t;
/// Spec: AMQP 0-9-1 §1.3, delivery-tag: per channel, from 1.
using DeliveryTag = std::uint64_t;
using ChannelNumber = std::uint16_t;

}  // namespace warren

template <typename Tag, typename Integer>
struct std::hash<warren::StrongId<Tag, Integer>> {
    std::size_t operator()(warren::StrongId<Tag, Integer> id) const
    {
        // Ids are consecutive: a multiplication spreads them over the buckets.
        return static_cast<std::size_t>(id.value) * 0x9E3779B97F4A7C15ull;
    }
};
