#pragma once

#include "core/amqp/field_table.h"
#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/broker/channel.h"
#include "core/broker/outbox.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace warren::broker {

struct Vhost;

/// One open client connection as the broker sees it: its channels, its events, its credit.
/// Thread: the broker's.
class Connection {
public:
    /// Bytes of deliveries that may be on their way to a client: what its socket holds unsent, and
    /// what one flush adds. It bounds the memory of a client that does not read.
    static constexpr std::int64_t kSendCreditBytes = 512 * 1024;

    Connection(ConnectionId connectionId, std::string connectionName, bool isOverTls)
        : id(connectionId), name(std::move(connectionName)), usesTls(isOverTls)
    {
    }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    const ConnectionId id;
    const std::string name;  ///< "127.0.0.1:50000 -> 127.0.0.1:5672"
    const bool usesTls;
    WallTime connectedAt;
    Vhost* vhost = nullptr;  ///< nullptr until connection.open
    std::string user;
    /// Of who listened when the connection was opened (event_exchange.h); else null.
    std::unique_ptr<const amqp::FieldTable> clientProperties;
    bool wantsConsumerCancelNotify = false;
    bool wantsBlockedNotify = false;
    /// Everything of it has gone; only its last events are left to send.
    bool isClosed = false;
    /// It has published, so an alarm blocks it.
    bool isPublisher = false;
    bool isBlocked = false;

    /// Queues that go with it.
    std::vector<QueueId> exclusiveQueues;

    /// What a delivery of this message adds to the socket's output, about.
    static std::int64_t wireBytes(const Message& message)
    {
        constexpr std::size_t kFramesBytes = 64;
        return static_cast<std::int64_t>(message.memoryBytes() - sizeof(Message) + kFramesBytes);
    }

    /// What may still be handed out; consumers are parked when it is used up.
    std::int64_t sendCredit = kSendCreditBytes;
    bool isStarved = false;  ///< consumers of it are parked for want of credit

    /// The channel, or nullptr when it is not open.
    Channel* findChannel(ChannelNumber number) const
    {
        return number < m_channels.size() ? m_channels[number].get() : nullptr;
    }
    Channel& openChannel(ChannelNumber number);
    void eraseChannel(ChannelNumber number);
    std::size_t channelCount() const { return m_channelCount; }
    /// Of its books: channels, what they hold unacknowledged or unconfirmed, events.
    std::size_t memoryBytes() const;
    template <typename Visit>
    void forEachChannel(Visit visit) const
    {
        for (const auto& channel : m_channels) {
            if (channel != nullptr) visit(*channel);
        }
    }

    // ---- events

    /// Adds an event, or keeps it behind those of its channel that are held.
    void post(ChannelNumber channel, EventBody&& body)
    {
        if (!m_held.empty() && keepIfHeld(channel, body)) return;
        m_events.push_back(Event{channel, std::move(body)});
    }
    /// From here on the channel's events wait until the store has committed `until`.
    void hold(ChannelNumber channel, LogPosition until);
    /// Lets go what has waited long enough. @returns whether there was anything
    bool release(LogPosition committed);
    bool hasHeld() const { return !m_held.empty(); }
    /// What the deliveries among the held events will add to the socket's output.
    std::int64_t heldDeliveryBytes() const { return m_heldDeliveryBytes; }
    void dropHeld();

    std::vector<Event>& events() { return m_events; }

    bool isDirty = false;    ///< on the broker's list of connections with events
    bool isHolding = false;  ///< on the broker's list of connections that hold events back

private:
    struct Held {
        ChannelNumber channel;
        LogPosition until;
        std::int64_t deliveryBytes;
        std::vector<Event> events;
    };
    bool keepIfHeld(ChannelNumber channel, EventBody& body);

    std::vector<std::unique_ptr<Channel>> m_channels;  // by number, up to the highest one used
    std::size_t m_channelCount = 0;
    std::vector<Event> m_events;
    std::vector<Held> m_held;
    std::int64_t m_heldDeliveryBytes = 0;
};

}  // namespace warren::broker
