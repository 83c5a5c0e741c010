#pragma once

#include "core/amqp/frame_parser.h"
#include "core/amqp/frame_writer.h"
#include "core/amqp/method_codec.h"
#include "core/amqp/methods.h"
#include "core/amqp/properties.h"
#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "tests/support/tcp_socket.h"

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace warren::test {

/// The broker did not do what the test relies on. GoogleTest reports it as the test's failure.
class WireError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Something that came from the broker: a heartbeat, or a method with its content. Owns its bytes.
struct WireEvent {
    ChannelNumber channel = 0;
    std::string method{};      ///< payload of the method frame; empty: a heartbeat
    std::string properties{};  ///< flags and list, encoded
    std::string body{};

    bool isHeartbeat() const { return method.empty(); }
    template <typename M>
    bool is() const
    {
        return amqp::peekMethodId(bytesOf(method)) == M::kId;
    }
    /// The method, borrowing from this event. @pre is<M>()
    template <typename M>
    M as() const
    {
        auto decoded = amqp::decodeArguments<M>(amqp::argumentsOf(bytesOf(method)));
        if (!decoded) throw WireError("cannot read " + std::string(M::kName));
        return std::move(*decoded);
    }
    /// "basic.deliver", and what a close says.
    std::string text() const;
};

/// What a client says when it connects.
struct WireLogin {
    std::string user = "guest";
    std::string password = "guest";
    std::uint16_t channelMax = 2047;
    std::uint32_t frameBytesMax = 131072;
    std::uint16_t heartbeatSeconds = 0;
};

/// A blocking client of one connection, for tests: it sends methods and waits for events. What does
/// not fit what the test waits for stays in the queue, in order.
///
/// Thread: one at a time.
class WireClient {
public:
    static constexpr std::chrono::milliseconds kPatience{20'000};

    /// Connects and opens the connection. @throws WireError
    explicit WireClient(std::uint16_t port, const WireLogin& login = {});

    /// Sends a method without waiting for the answer. A broker that is gone is noticed later.
    template <typename M>
    void send(ChannelNumber channel, const M& method)
    {
        Buffer frame;
        amqp::appendMethod(frame, channel, method);
        sendBytes(frame.view());
    }
    /// @param properties  encoded
    void publish(ChannelNumber channel, const amqp::BasicPublish& method,
                 std::string_view properties, std::string_view body);
    void publish(ChannelNumber channel, const amqp::BasicPublish& method,
                 const amqp::Properties& properties, std::string_view body);
    void sendHeartbeat();
    /// Sends bytes as they are. Reads meanwhile, so that neither side waits for the other.
    void sendBytes(ByteView bytes);

    /// Sends `method` and waits for the answer `Reply`; other events stay.
    /// @throws WireError  it does not come, or the channel or the connection is closed instead
    template <typename Reply, typename M>
    WireEvent call(ChannelNumber channel, const M& method)
    {
        send(channel, method);
        return await<Reply>(channel);
    }
    template <typename Reply>
    WireEvent await(ChannelNumber channel, std::chrono::milliseconds patience = kPatience)
    {
        return await(channel, Reply::kId, Reply::kName, patience);
    }

    /// The next event; nothing if none comes in time, or the broker has closed.
    std::optional<WireEvent> next(std::chrono::milliseconds patience = kPatience);
    /// True when nothing can come any more and all that came was taken.
    bool isClosed() const { return !m_socket.isOpen() && m_events.empty(); }
    /// Waits for the broker to close; what comes before that stays in the queue.
    bool awaitClose(std::chrono::milliseconds patience = kPatience);

    void openChannel(ChannelNumber channel);
    void selectConfirms(ChannelNumber channel);
    /// @returns how many messages are ready
    std::uint32_t declareQueue(ChannelNumber channel, const amqp::QueueDeclare& method);
    void declareDurableQueue(ChannelNumber channel, std::string_view name);
    std::uint32_t messageCount(ChannelNumber channel, std::string_view queue);
    /// basic.get. @returns nothing if the queue is empty
    std::optional<WireEvent> get(ChannelNumber channel, std::string_view queue, bool noAck = true);

    /// Closes the connection in order.
    void close();
    /// Drops the connection, as a machine does that fails.
    void reset() { m_socket.reset(); }
    TcpSocket& socket() { return m_socket; }
    /// The limits that the broker offered.
    const amqp::ConnectionTune& offered() const { return m_offered; }

private:
    WireEvent await(ChannelNumber channel, amqp::MethodId id, std::string_view name,
                    std::chrono::milliseconds patience);
    bool pump(std::chrono::milliseconds patience);
    void takeFrames();
    void take(const amqp::Frame& frame);

    /// A method that waits for its content.
    struct Incomplete {
        WireEvent event;
        std::optional<std::uint64_t> bodyBytes{};  // known after the header
    };

    TcpSocket m_socket;
    amqp::FrameParser m_parser;
    std::uint32_t m_frameBytesMax;
    amqp::ConnectionTune m_offered;
    Buffer m_input;
    std::deque<WireEvent> m_events;
    std::map<ChannelNumber, Incomplete> m_incomplete;
};

std::string encodedProperties(const amqp::Properties& properties);

/// What every test of durability publishes with.
inline amqp::Properties persistent()
{
    amqp::Properties properties;
    properties.deliveryMode = amqp::kDeliveryModePersistent;
    return properties;
}

}  // namespace warren::test
