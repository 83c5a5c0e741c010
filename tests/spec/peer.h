#pragma once

#include "core/amqp/frame_parser.h"
#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "tests/spec/script_wire.h"
#include "tests/spec/transport.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace warren::spec {

/// Something that came from the broker: a method with its content, or a heartbeat.
struct Event {
    ChannelNumber channel = 0;
    WireMethod method;  ///< the name "heartbeat" has no fields
    std::vector<WireField> properties;
    std::optional<std::string> body;  ///< of a method with content
};

/// What a client says when it connects.
struct Login {
    std::string user = "guest";
    std::string password = "guest";
    std::string virtualHost = "/";
    std::uint16_t channelMax = 2047;
    std::uint32_t frameMax = 131072;
    std::uint16_t heartbeat = 0;
    bool hasCapabilities = true;
    /// The method of the broker after which the script goes on by itself.
    std::string until = "open-ok";
};

/// The client's end of one connection: sends frames, and cuts what comes back into events.
class Peer {
public:
    explicit Peer(std::unique_ptr<Transport> transport);

    /// Protocol header, start, tune, open; or the beginning of that.
    /// @error  the broker said something else
    Status<Mismatch> logIn(const Login& login, std::chrono::milliseconds patience);

    /// Sends bytes as they are.
    void send(ByteView bytes);
    /// Sends a method, and what it is told of content: header and body frames.
    Status<Mismatch> send(ChannelNumber channel, const std::string& method,
                          const std::vector<Field>& fields, const Variables& variables);
    Status<Mismatch> sendContentHeader(ChannelNumber channel, const std::vector<Field>& fields,
                                       const Variables& variables);
    void sendFrame(std::uint8_t type, ChannelNumber channel, ByteView payload);

    /// The next event on a channel. Heartbeats are left out unless `wantsHeartbeat`.
    /// @returns nothing if none came in time, or the broker closed
    std::optional<Event> next(ChannelNumber channel, std::chrono::milliseconds patience,
                              bool wantsHeartbeat = false);
    /// The next event on any channel.
    std::optional<Event> nextAny(std::chrono::milliseconds patience);

    /// Waits for this many bytes that are no frames.
    std::string nextBytes(std::size_t count, std::chrono::milliseconds patience);
    /// Whether the broker closes, without anything before that nobody asked for.
    bool awaitClose(std::chrono::milliseconds patience);

    /// What came and was not looked at yet; empty if nothing.
    std::string leftOver() const;

    /// Asks for the end of the connection. @returns what came instead of close-ok, or nothing
    std::optional<std::string> logOut(std::chrono::milliseconds patience);

    bool isClosed() const { return m_isClosed; }
    /// Between open-ok and the first close of either side.
    bool isOpen() const { return m_isOpen; }
    /// What the broker calls itself in connection.start.
    const std::string& product() const { return m_product; }

private:
    bool pump(std::chrono::milliseconds patience);
    void take(const amqp::Frame& frame);
    void takeMethod(ChannelNumber channel, ByteView payload);
    void takeContent(const amqp::Frame& frame);
    void note(Event event);

    /// A method that waits for its content.
    struct Incomplete {
        Event event;
        std::optional<std::uint64_t> bodyBytes;  // known after the header
    };

    std::unique_ptr<Transport> m_transport;
    amqp::FrameParser m_parser;
    Buffer m_input;
    std::deque<Event> m_events;
    std::map<ChannelNumber, Incomplete> m_incomplete;
    std::uint32_t m_frameMax = 131072;
    bool m_isClosed = false;
    bool m_isOpen = false;
    bool m_isReadingFrames = true;
    std::string m_product;
};

}  // namespace warren::spec
