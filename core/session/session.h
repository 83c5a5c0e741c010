#pragma once

#include "core/amqp/frame_parser.h"
#include "core/amqp/protocol_header.h"
#include "core/base/bytes.h"
#include "core/base/time.h"
#include "core/broker/command.h"
#include "core/broker/outbox.h"
#include "core/session/content_assembler.h"
#include "core/session/event_encoder.h"
#include "core/session/handshake.h"
#include "core/session/heartbeat.h"
#include "core/session/session_config.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace warren::session {

/// One client connection as a pure machine: bytes in, commands out; events in, bytes out. It knows
/// frames, the handshake, heartbeats and which channels are open; what the commands mean is the
/// broker's business, and all answers come from there in one order.
///
/// Thread: one at a time. Spec: AMQP 0-9-1 §2.2, §4.2, class connection.
class Session {
public:
    /// A batch ends after this many commands, so that it stays in the processor's cache.
    static constexpr std::size_t kCommandsMax = 256;

    enum class Phase {
        AwaitsProtocolHeader,
        AwaitsStartOk,
        AwaitsTuneOk,
        AwaitsOpen,
        Opening,  ///< the broker is asked
        Running,
        AwaitsCloseOk,  ///< we have closed; everything but the answer is ignored
        Closed,         ///< send what is there, then close the socket
    };

    /// @param config, authenticator  outlive the session
    Session(const SessionConfig& config, const Authenticator& authenticator, bool isLoopback,
            Instant now);

    /// TLS has verified the client's certificate, which names this user. Before anything is
    /// received.
    void setCertificateUser(std::string user) { m_peer.certificateUser = std::move(user); }

    /// Takes received bytes. Stops early when the batch is full: then call again with the rest.
    /// @param commands  appended to; its views borrow from `input`
    /// @param out  answers that don't concern the broker
    /// @returns how many bytes it is done with; the others must come again with more behind them
    std::size_t receive(ByteView input, Instant now, broker::CommandBatch& commands, Buffer& out);

    /// Turns the broker's events into frames, in their order.
    void encode(std::span<const broker::Event> events, Instant now, Buffer& out);

    /// So much of a body is encoded at once by encodeInParts.
    static constexpr std::size_t kBodyPartBytes = 1024 * 1024;
    /// Like encode, for one event, but of a large body no more than kBodyPartBytes: so nobody needs
    /// memory for a second copy of it. If there isMidBody() then, encodeMore() goes on, and until
    /// all of it is out no further event may be encoded.
    void encodeInParts(const broker::Event& event, Instant now, Buffer& out);
    bool isMidBody() const { return m_restBytes > 0; }
    /// The next part. @pre isMidBody()
    void encodeMore(Instant now, Buffer& out);

    /// Heartbeats and time-outs. Call when nextDeadline() has come, or more often.
    void tick(Instant now, Buffer& out);
    Instant nextDeadline() const;
    /// Whether the socket is read. While it is not, a silent peer is not taken for a lost one.
    void setHearing(bool isHearing, Instant now) { m_heartbeat.setHearing(isHearing, now); }

    Phase phase() const { return m_phase; }
    /// Whether the socket is to be closed once the output is sent.
    bool isClosed() const { return m_phase == Phase::Closed; }
    const ClientInfo& client() const { return m_client; }
    /// Of its channels, and of messages that have come in half.
    std::size_t memoryBytes() const;
    /// Why it ended, for the log; empty after an orderly close.
    const std::string& closeReason() const { return m_closeReason; }

private:
    struct ChannelState {
        ContentAssembler content;
        EventEncoder encoder;
        bool hasPeerClosed = false;  // the client sent channel.close
        bool hasFailed = false;      // we sent channel.close: all but the answer is ignored
    };
    using Commands = broker::CommandBatch;

    std::size_t receiveHeader(ByteView input, Buffer& out);
    void handleFrame(const amqp::Frame& frame, Commands& commands, Buffer& out);
    void handleConnectionFrame(const amqp::Frame& frame, Commands& commands, Buffer& out);
    void handleConnectionMethod(ByteView payload, Commands& commands, Buffer& out);
    void handleChannelFrame(const amqp::Frame& frame, Commands& commands);
    /// Only what ends a channel that we have closed. Spec: channel.close/stability.
    void handleFailedChannelFrame(const amqp::Frame& frame, Commands& commands);
    void handleChannelMethod(ChannelNumber number, ChannelState& channel, ByteView payload,
                             Commands& commands);
    void openChannel(ChannelNumber number, ByteView payload, Commands& commands);
    void handleContent(ChannelNumber number, ChannelState& channel,
                       Result<ContentAssembler::Progress, amqp::AmqpError>&& progress,
                       Commands& commands);

    void handleStartOk(const amqp::ConnectionStartOk& method, Commands& commands, Buffer& out);
    void handleTuneOk(const amqp::ConnectionTuneOk& method);
    void handleOpen(const amqp::ConnectionOpen& method, Commands& commands);
    void handleClose(Commands& commands, Buffer& out);

    /// A fault of the peer. Once the broker knows the connection it closes it; before, we do.
    void fail(amqp::AmqpError&& error, Commands& commands, Buffer& out);
    void sendClose(const amqp::AmqpError& error, Buffer& out);
    void closeNow(std::string reason);
    void closeChannelState(ChannelNumber number);
    void encodeOne(const broker::Event& event, std::size_t bodyBytesMax, Buffer& out);
    /// kBodyPartBytes in whole frames.
    std::size_t bodyPartBytes() const;
    ChannelState* findChannel(ChannelNumber number) const
    {
        return number < m_channels.size() ? m_channels[number].get() : nullptr;
    }

    const SessionConfig& m_config;
    const Authenticator& m_authenticator;
    PeerIdentity m_peer;
    Phase m_phase = Phase::AwaitsProtocolHeader;
    amqp::FrameParser m_parser;
    ClientInfo m_client;
    Heartbeat m_heartbeat;
    Instant m_now;
    Instant m_deadline;  // of the handshake, or of the answer to our close
    /// The broker was told to end the connection: what still comes in is of no interest.
    bool m_hasFailed = false;
    bool m_isInputDead = false;    // the stream lost its framing
    bool m_hasPeerClosed = false;  // the client sent connection.close to the broker
    std::string m_closeReason;
    std::string m_loginRefusal;  // for who listens to the broker's events
    std::vector<std::unique_ptr<ChannelState>> m_channels;  // open ones, by number
    std::size_t m_channelCount = 0;
    // What is being encoded in parts: a message, and how much of the end of its body is left.
    broker::MessagePtr m_restOf;
    ChannelNumber m_restChannel = 0;
    std::size_t m_restBytes = 0;
};

}  // namespace warren::session
