#pragma once

#include "app/perf/failure.h"
#include "app/perf/socket.h"
#include "app/perf/uri.h"
#include "core/amqp/constants.h"
#include "core/amqp/frame_parser.h"
#include "core/amqp/frame_writer.h"
#include "core/amqp/method_codec.h"
#include "core/amqp/methods.h"
#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/base/time.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace warren::perf {

/// What the client asks for when it connects.
struct ConnectionSettings {
    std::optional<std::uint16_t> heartbeatSeconds{};
    std::uint32_t frameBytesMax = 131072;
    std::string name{};                            // shown by the broker
    Duration patience = std::chrono::seconds{30};  // for each answer
};

/// What becomes of the frames of one channel. Called by Connection while it receives.
class ChannelHandler {
public:
    virtual ~ChannelHandler() = default;

    /// A method other than the ends of calls, closes and flow. @error anything that ends the run
    virtual Status<Failure> onMethod(amqp::MethodId id, ByteView arguments) = 0;
    /// The content that follows: its size, then its parts in order, each borrowed.
    virtual Status<Failure> onContentHeader(std::uint64_t bodyBytes) = 0;
    virtual Status<Failure> onBody(ByteView part) = 0;
};

/// One connection to a broker: handshake, calls, frames in and out, heartbeats. What arrives for a
/// channel goes to its handler.
///
/// `open`, `call` and `close` block, up to the patience of the settings; the others never do. After
/// an error the connection is of no use but for `close` or another `open`. Hot path: nothing is
/// allocated in steady state.
/// Thread: one at a time.
class Connection {
public:
    explicit Connection(ConnectionSettings settings) : m_settings(std::move(settings)) {}

    /// @error Unreachable, Refused, Closed, Lost, Protocol, Local
    Status<Failure> open(const Uri& uri);
    Status<Failure> openChannel(ChannelNumber channel);
    Status<Failure> closeChannel(ChannelNumber channel);
    /// Waits for something to arrive and handles it. Nothing in time is no error.
    Status<Failure> awaitInput(Instant deadline);
    /// Closes the connection in order, without waiting for more than `patience`. Never fails.
    void close(Duration patience = std::chrono::seconds{5});
    bool isOpen() const { return m_socket.isOpen(); }

    /// Sends a method and waits for its answer; what else arrives meanwhile is handled as always.
    /// @returns the arguments of the answer, for amqp::decodeArguments<Reply>
    template <typename Reply, typename M>
    Result<std::string, Failure> call(ChannelNumber channel, const M& method)
    {
        amqp::appendMethod(m_output, channel, method);
        return await(channel, Reply::kId, Reply::kName);
    }
    /// Puts a method into the output, for the next flush.
    template <typename M>
    void send(ChannelNumber channel, const M& method)
    {
        amqp::appendMethod(m_output, channel, method);
    }

    /// @param handler  nullptr: ignore what arrives; it must live until it is replaced
    void setHandler(ChannelNumber channel, ChannelHandler* handler);

    /// Reads once from the socket and handles every whole frame, up to a pause.
    Status<Failure> receive();
    /// Writes as much as the socket takes.
    Status<Failure> flush();
    /// Sends a heartbeat when one is due. @error Lost  nothing came for two intervals
    Status<Failure> keepAlive(Instant now);

    /// Stops handling frames: a slow consumer. Received bytes stay, and nothing more is received
    /// before somebody calls `resume`, at `until` or later.
    void pause(Instant until) { m_pausedUntil = std::max(m_pausedUntil, until); }
    bool isPaused() const { return m_pausedUntil > Instant{}; }
    Instant pausedUntil() const { return m_pausedUntil; }
    /// Goes on with what was received before the pause.
    Status<Failure> resume();

    Buffer& output() { return m_output; }
    bool hasOutput() const { return !m_output.isEmpty(); }
    int descriptor() const { return m_socket.descriptor(); }
    const Uri& uri() const { return m_uri; }
    std::uint32_t frameBytesMax() const { return m_parser.frameBytesMax(); }
    ChannelNumber channelMax() const { return m_channelMax; }
    /// When the frames that are handled now were read.
    Instant receivedAt() const { return m_receivedAt; }

    /// Set while the broker has blocked publishers: connection.blocked and its reason.
    const std::optional<std::string>& blockedReason() const { return m_blockedReason; }
    bool mayPublish() const { return !m_blockedReason && !m_hasFlowPause; }
    Duration blockedFor(Instant now) const;

private:
    Result<std::string, Failure> await(ChannelNumber channel, amqp::MethodId id,
                                       std::string_view name);
    Status<Failure> flushAll(Instant deadline);
    Status<Failure> shakeHands();
    Status<Failure> handleFrames();
    Status<Failure> handle(const amqp::Frame& frame);
    Status<Failure> handleMethod(const amqp::Frame& frame);
    Status<Failure> handOver(ChannelNumber channel, amqp::MethodId id, ByteView arguments);
    Status<Failure> handleClose(const amqp::Frame& frame, amqp::MethodId id);
    ChannelHandler* handlerOf(ChannelNumber channel) const
    {
        return channel < m_handlers.size() ? m_handlers[channel] : nullptr;
    }
    Failure named(Failure failure) const;

    struct Awaited {
        ChannelNumber channel = 0;
        amqp::MethodId id{};
        bool hasCome = false;
        std::string arguments{};
    };

    ConnectionSettings m_settings;
    Uri m_uri;
    Socket m_socket;
    amqp::FrameParser m_parser;
    Buffer m_input;
    Buffer m_output;
    std::size_t m_readBytes = 0;
    bool m_isFirstRead = true;
    Instant m_pausedUntil{};  // 0: not paused
    std::vector<ChannelHandler*> m_handlers;
    std::optional<Awaited> m_awaited;
    bool m_isOpening = false;
    ChannelNumber m_channelMax = 0;
    Duration m_heartbeat{};
    Instant m_receivedAt{};
    Instant m_sentAt{};
    std::optional<std::string> m_blockedReason;
    Instant m_blockedSince{};
    Duration m_blocked{};
    bool m_hasFlowPause = false;
};

}  // namespace warren::perf
