#pragma once

#include "core/amqp/field_table.h"
#include "core/base/ids.h"
#include "core/broker/command.h"
#include "core/broker/message.h"
#include "core/broker/outbox.h"
#include "core/broker/queue_operation.h"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// What a node asks of another one on behalf of its clients, and what comes back. A client's
/// connection has a counterpart on each node that serves it: there its commands happen as if they
/// had come in directly (relaying.h, relay_service.h).
namespace warren::broker {

/// A channel's command that owns its texts: what waits for another node, or travels there.
struct OwnedCommand {
    enum class Kind : std::uint8_t {
        DeclareExchange,
        DeleteExchange,
        BindExchange,
        UnbindExchange,
        DeclareQueue,
        DeleteQueue,
        BindQueue,
        UnbindQueue,
        PurgeQueue,
        Consume,
        Cancel,
        Get,
        Recover,
        SetPrefetch,
        SetFlow,
    };
    static constexpr Kind kLastKind = Kind::SetFlow;

    Kind kind = Kind::Get;
    std::string first{};   ///< the name that it is about, or the consumer's tag
    std::string second{};  ///< source, type, or the queue of a consumer
    std::string routingKey{};
    std::uint8_t flags = 0;    ///< its bools, in the order of the command's members
    std::uint16_t number = 0;  ///< of SetPrefetch
    amqp::FieldTable arguments{};

    bool operator==(const OwnedCommand&) const = default;

    /// Nothing if this command is never relayed.
    static std::optional<OwnedCommand> of(const CommandBody& body);
    /// Its views borrow from this. It wants an answer: no-wait is a matter between client and
    /// client's node.
    CommandBody body() const;
};

struct RelayRequest {
    struct Open {
        std::string name;
        std::string vhost;
        std::string user;
        bool operator==(const Open&) const = default;
    };
    struct Lose {
        bool operator==(const Lose&) const = default;
    };
    struct OpenChannel {
        std::uint32_t opening;  ///< comes back with every event of the channel
        bool operator==(const OpenChannel&) const = default;
    };
    struct CloseChannel {
        bool operator==(const CloseChannel&) const = default;
    };
    /// The answer to a ChannelFailed.
    struct ConfirmClosed {
        bool operator==(const ConfirmClosed&) const = default;
    };
    struct Settle {
        enum class How : std::uint8_t { Ack, Reject, Requeue };
        DeliveryTag tag;
        How how;
        bool operator==(const Settle&) const = default;
    };
    /// So many bytes of deliveries, of all since the beginning, have been passed on.
    struct Credit {
        std::uint64_t bytes;
        bool operator==(const Credit&) const = default;
    };
    using Body = std::variant<Open, Lose, OpenChannel, CloseChannel, ConfirmClosed, Settle, Credit,
                              OwnedCommand>;

    ConnectionId connection;
    ChannelNumber channel = 0;
    Body body;
};

/// An event for a relayed connection, on its way back.
struct RelayEvent {
    ConnectionId connection;
    ChannelNumber channel = 0;
    /// As asked for: what was meant for an earlier channel of this number is dropped.
    std::uint32_t opening = 0;
    EventBody body;
};

/// A message on its way to a queue that another node leads.
struct RemotePublish {
    LogPosition position = 0;  ///< ours: what waits for it waits for the answer
    QueueId queue{};
    MessagePtr message{};
    // Whose it is; none: a dead letter, which is sent again until somebody has it.
    ConnectionId connection{};
    ChannelNumber channel = 0;
};

}  // namespace warren::broker
