#pragma once

#include "core/amqp/field_table.h"
#include "core/base/ids.h"
#include "core/base/ring.h"
#include "core/base/time.h"
#include "core/broker/channel.h"
#include "core/broker/outbox.h"
#include "core/broker/store_backlog.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace warren::broker {

struct Vhost;

/// A delivery, or the answer to a get, whose message has not come back from the disk yet.
struct MissingBody {
    BodyRequest request;
    std::optional<std::uint32_t> shownDeliveryCount{};
    bool removesAfterwards = false;  ///< nobody will acknowledge it
    bool isTraced = false;
    bool isRedelivered = false;
    // Set by the connection.
    bool isAsked = false;
    bool isFilled = false;
    std::uint64_t event = 0;  ///< its number among the events of its channel
    std::int64_t wireBytes = 0;
};

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
    /// The counterpart of a client's connection to another node: who asks was judged there.
    bool isRelayed = false;
    bool isBlocked = false;

    /// Its messages that are not durable yet.
    StoreBacklog backlog;
    bool isBacklogged = false;  ///< on the broker's list of those that have some

    /// Queues that go with it.
    std::vector<QueueId> exclusiveQueues;

    /// What a delivery of this message adds to the socket's output, about.
    static std::int64_t wireBytes(const Message& message)
    {
        constexpr std::size_t kFramesBytes = 64;
        return static_cast<std::int64_t>(message.memoryBytes() - sizeof(Message) + kFramesBytes);
    }
    static std::int64_t wireBytes(const QueueEntry& entry)
    {
        constexpr std::size_t kAroundBytes = 128;
        return entry.isInMemory() ? wireBytes(*entry.message)
                                  : static_cast<std::int64_t>(entry.bodyBytes + kAroundBytes);
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

    /// Holds an event back until its message is there, and everything behind it on its channel.
    void postWithoutBody(ChannelNumber channel, EventBody&& body, MissingBody&& missing);
    /// Names what is missing and was not asked for yet, oldest first: as far as the socket takes
    /// more, and not more than `bytesMax` at a time.
    template <typename Ask>
    void askForBodies(std::size_t bytesMax, Ask ask);
    /// An event that waited for its message.
    struct Filled {
        ChannelNumber channel = 0;
        MissingBody missing;
    };
    /// Somebody brings the message of this position. @returns the event that waits for it, if one
    /// does
    std::optional<Filled> fill(ChannelNumber channel, LogPosition position);
    /// The event is complete.
    void complete(const Filled& filled, MessagePtr&& message);
    /// The event becomes another one; nothing: it is left out.
    void replace(const Filled& filled, std::optional<EventBody>&& body);
    /// There is no message any more: a delivery is left out, a get finds nothing.
    void withdraw(const Filled& filled);
    std::size_t loadingBytes = 0;  ///< of what was asked for on its behalf
    /// What the deliveries among the held events will add to the socket's output.
    std::int64_t heldDeliveryBytes() const { return m_heldDeliveryBytes; }
    /// What is delivered among the held events may have gone out elsewhere too.
    void doubtHeld();
    /// Forgets all of it; `removed(request)` names the messages that nobody would have
    /// acknowledged.
    template <typename Removed>
    void dropHeld(Removed removed);

    std::vector<Event>& events() { return m_events; }

    bool isDirty = false;    ///< on the broker's list of connections with events
    bool isHolding = false;  ///< on the broker's list of connections that hold events back

private:
    struct Held {
        ChannelNumber channel;
        LogPosition until;
        std::int64_t deliveryBytes = 0;
        std::vector<Event> events{};
        std::uint64_t firstEvent = 0;  ///< number of the first of them
        Ring<MissingBody> missing{};   ///< in the order of their events
        std::size_t askedCount = 0;    ///< the first ones of these were asked for
    };
    bool keepIfHeld(ChannelNumber channel, EventBody& body);
    Held* findHeld(ChannelNumber channel);
    Held& heldOf(ChannelNumber channel);
    /// Moves the first events out. @returns whether there were any
    bool releaseFirst(Held& held, std::size_t count);
    void changeDeliveryBytes(Held& held, std::int64_t by);

    std::vector<std::unique_ptr<Channel>> m_channels;  // by number, up to the highest one used
    std::size_t m_channelCount = 0;
    std::vector<Event> m_events;
    std::vector<Held> m_held;
    std::int64_t m_heldDeliveryBytes = 0;
    std::size_t m_unaskedCount = 0;
};

template <typename Ask>
void Connection::askForBodies(std::size_t bytesMax, Ask ask)
{
    if (m_unaskedCount == 0 || sendCredit + m_heldDeliveryBytes <= 0) return;
    for (Held& held : m_held) {
        for (; held.askedCount < held.missing.size(); ++held.askedCount) {
            MissingBody& missing = held.missing[held.askedCount];
            if (missing.isAsked) continue;
            const std::size_t bytes = missing.request.bodyBytes;
            if (loadingBytes > 0 && loadingBytes + bytes > bytesMax) return;
            missing.isAsked = true;
            m_unaskedCount -= 1;
            loadingBytes += bytes;
            ask(missing.request);
        }
    }
}

template <typename Removed>
void Connection::dropHeld(Removed removed)
{
    for (const Held& held : m_held) {
        for (std::size_t i = 0; i < held.missing.size(); ++i) {
            const MissingBody& missing = held.missing[i];
            if (missing.removesAfterwards && !missing.isFilled) removed(missing.request);
        }
    }
    m_held.clear();
    m_heldDeliveryBytes = 0;
    m_unaskedCount = 0;
    loadingBytes = 0;
}

}  // namespace warren::broker
