#include "core/session/session.h"

#include "core/amqp/frame_writer.h"
#include "core/amqp/method_codec.h"
#include "core/base/check.h"
#include "core/session/command_decoder.h"

#include <algorithm>
#include <utility>

namespace warren::session {

using amqp::AmqpError;
using amqp::Frame;
using amqp::FrameType;
using amqp::MethodId;
using amqp::ReplyCode;
using broker::Command;

Session::Session(const SessionConfig& config, const Authenticator& authenticator, bool isLoopback,
                 Instant now)
    : m_config(config),
      m_authenticator(authenticator),
      m_peer{.isLoopback = isLoopback},
      m_now(now),
      m_deadline(now + config.handshakeTimeout)
{
}

// ------------------------------------------------------------------------------------------- input

std::size_t Session::receive(ByteView input, Instant now, Commands& commands, Buffer& out)
{
    m_now = now;
    m_heartbeat.noteReceived(now);
    std::size_t consumed = 0;
    if (m_phase == Phase::AwaitsProtocolHeader) {
        consumed = receiveHeader(input, out);
        if (consumed == 0) return 0;
    }
    while (!m_hasFailed && !m_isInputDead && !isClosed()) {
        if (commands.size() >= kCommandsMax) return consumed;
        auto parsed = m_parser.next(input.subspan(consumed));
        if (!parsed) {
            m_isInputDead = true;
            if (m_phase != Phase::AwaitsCloseOk) fail(std::move(parsed.error()), commands, out);
            break;
        }
        if (!parsed->has_value()) return consumed;
        const Frame& frame = **parsed;
        consumed += amqp::FrameParser::consumedBytes(frame);
        handleFrame(frame, commands, out);
    }
    return input.size();  // what is left interests nobody any more
}

std::size_t Session::receiveHeader(ByteView input, Buffer& out)
{
    switch (amqp::recogniseProtocolHeader(input)) {
    case amqp::ProtocolHeader::NeedMore: return 0;
    case amqp::ProtocolHeader::Amqp091:
        amqp::appendMethod(out, 0, startMethod(m_config, offeredMechanisms(m_config, m_peer)));
        m_phase = Phase::AwaitsStartOk;
        return amqp::kProtocolHeaderBytes;
    case amqp::ProtocolHeader::Amqp10:
    case amqp::ProtocolHeader::Amqp10Tls:
    case amqp::ProtocolHeader::Amqp10Sasl: closeNow("the client speaks AMQP 1.0"); break;
    case amqp::ProtocolHeader::OtherVersion:
        closeNow("the client speaks another version of AMQP");
        break;
    case amqp::ProtocolHeader::NotAmqp: closeNow("the client does not speak AMQP"); break;
    }
    // Spec: AMQP 0-9-1 §4.2.2: answer with what we speak, then close.
    out.append(amqp::kProtocolHeader);
    return input.size();
}

void Session::handleFrame(const Frame& frame, Commands& commands, Buffer& out)
{
    if (frame.type == FrameType::Heartbeat && frame.channel == 0) return;
    if (frame.channel == 0) {
        handleConnectionFrame(frame, commands, out);
    } else if (m_phase == Phase::Running || m_phase == Phase::Opening) {
        handleChannelFrame(frame, commands);  // the broker takes its commands in their order
    } else if (m_phase != Phase::AwaitsCloseOk) {
        fail(amqp::unexpectedFrame(frame), commands, out);
    }
}

void Session::handleConnectionFrame(const Frame& frame, Commands& commands, Buffer& out)
{
    if (frame.type == FrameType::Method) {
        handleConnectionMethod(frame.payload, commands, out);
    } else if (m_phase != Phase::AwaitsCloseOk) {
        fail(amqp::unexpectedFrame(frame), commands, out);
    }
}

void Session::handleConnectionMethod(ByteView payload, Commands& commands, Buffer& out)
{
    auto decoded = amqp::decodeMethod(payload);
    if (m_phase == Phase::AwaitsCloseOk) {
        if (!decoded) return;
        if (std::holds_alternative<amqp::ConnectionCloseOk>(*decoded)) {
            m_phase = Phase::Closed;
        } else if (std::holds_alternative<amqp::ConnectionClose>(*decoded)) {
            amqp::appendMethod(out, 0, amqp::ConnectionCloseOk{});  // both closed at once
        }
        return;
    }
    if (!decoded) return fail(std::move(decoded.error()), commands, out);

    if (std::holds_alternative<amqp::ConnectionClose>(*decoded)) {
        return handleClose(commands, out);
    }
    if (const auto* startOk = std::get_if<amqp::ConnectionStartOk>(&*decoded)) {
        if (m_phase == Phase::AwaitsStartOk) return handleStartOk(*startOk, commands, out);
    }
    if (const auto* tuneOk = std::get_if<amqp::ConnectionTuneOk>(&*decoded)) {
        if (m_phase == Phase::AwaitsTuneOk) return handleTuneOk(*tuneOk);
    }
    if (const auto* open = std::get_if<amqp::ConnectionOpen>(&*decoded)) {
        if (m_phase == Phase::AwaitsOpen) return handleOpen(*open, commands);
    }
    if (std::holds_alternative<amqp::ConnectionUpdateSecret>(*decoded)) {
        // Passwords of our users don't expire: there is nothing to renew.
        if (m_phase == Phase::Running) {
            return amqp::appendMethod(out, 0, amqp::ConnectionUpdateSecretOk{});
        }
    }
    const MethodId method = amqp::peekMethodId(payload).value_or(MethodId{});
    fail({ReplyCode::ChannelError, "unexpected method in connection state running", method},
         commands, out);
}

// --------------------------------------------------------------------------------------- handshake

void Session::handleStartOk(const amqp::ConnectionStartOk& method, Commands& commands, Buffer& out)
{
    const auto verdict = authenticate(method, m_config, m_authenticator, m_peer, m_client);
    if (!verdict) {
        m_closeReason = amqp::replyText(verdict.error());
        // Spec: RabbitMQ's authentication_failure_close: others only see the socket close, and so
        // does who asks for an unknown mechanism.
        const bool isRefusal = verdict.error().code == ReplyCode::AccessRefused;
        if (isRefusal) {
            m_loginRefusal = "user '" + m_client.user + "' - invalid credentials";
            commands.push_back(Command{0, broker::RefuseLogin{.user = m_client.user,
                                                              .mechanism = m_client.mechanism,
                                                              .reason = m_loginRefusal}});
        }
        if (isRefusal && m_client.hasCapability("authentication_failure_close")) {
            sendClose(verdict.error(), out);
        } else {
            m_phase = Phase::Closed;
        }
        return;
    }
    amqp::appendMethod(out, 0, tuneMethod(m_config));
    m_phase = Phase::AwaitsTuneOk;
}

void Session::handleTuneOk(const amqp::ConnectionTuneOk& method)
{
    const auto verdict = negotiate(method, m_config, m_client);
    if (!verdict) {
        // Like RabbitMQ, without a frame. Spec: rules connection.tune-ok.channel-max/upper-limit
        // and frame-max/upper-limit.
        return closeNow(amqp::replyText(verdict.error()));
    }
    m_parser.setFrameBytesMax(m_client.frameBytesMax);
    m_heartbeat.start(m_client.heartbeatSeconds, m_now);
    m_phase = Phase::AwaitsOpen;
}

void Session::handleOpen(const amqp::ConnectionOpen& method, Commands& commands)
{
    m_client.vhost = method.virtualHost;
    m_phase = Phase::Opening;
    commands.push_back(Command{
        0, broker::OpenConnection{
               .vhost = m_client.vhost,
               .user = m_client.user,
               .wantsConsumerCancelNotify = m_client.hasCapability("consumer_cancel_notify"),
               .wantsBlockedNotify = m_client.hasCapability("connection.blocked"),
               .mechanism = m_client.mechanism,
               .clientProperties = &m_client.properties,
               .frameBytesMax = m_client.frameBytesMax,
               .channelMax = m_client.channelMax,
               .heartbeatSeconds = m_client.heartbeatSeconds}});
}

void Session::handleClose(Commands& commands, Buffer& out)
{
    if (m_phase == Phase::Running || m_phase == Phase::Opening) {
        m_hasFailed = true;  // nothing may follow
        m_hasPeerClosed = true;
        commands.push_back(Command{0, broker::CloseConnection{}});
        return;
    }
    amqp::appendMethod(out, 0, amqp::ConnectionCloseOk{});
    m_phase = Phase::Closed;
}

// ---------------------------------------------------------------------------------------- channels

void Session::handleChannelFrame(const Frame& frame, Commands& commands)
{
    Buffer none;  // while running, every answer comes from the broker
    ChannelState* channel = findChannel(frame.channel);
    if (channel != nullptr && channel->hasFailed) return handleFailedChannelFrame(frame, commands);
    if (frame.type == FrameType::Method &&
        amqp::peekMethodId(frame.payload) == amqp::ChannelOpen::kId) {
        return openChannel(frame.channel, frame.payload, commands);
    }
    if (channel == nullptr || channel->hasPeerClosed) {
        const MethodId method = frame.type == FrameType::Method
                                    ? amqp::peekMethodId(frame.payload).value_or(MethodId{})
                                    : MethodId{};
        return fail({ReplyCode::ChannelError, "expected 'channel.open'", method}, commands, none);
    }
    switch (frame.type) {
    case FrameType::Method:
        if (!channel->content.isIdle()) {
            return fail(channel->content.unexpectedMethod(), commands, none);
        }
        return handleChannelMethod(frame.channel, *channel, frame.payload, commands);
    case FrameType::Header:
        return handleContent(frame.channel, *channel,
                             channel->content.addHeader(frame.payload, m_config.messageBytesMax),
                             commands);
    case FrameType::Body:
        return handleContent(frame.channel, *channel, channel->content.addBody(frame.payload),
                             commands);
    case FrameType::Heartbeat: return fail(amqp::unexpectedFrame(frame), commands, none);
    }
}

void Session::handleFailedChannelFrame(const Frame& frame, Commands& commands)
{
    if (frame.type != FrameType::Method) return;
    const auto method = amqp::peekMethodId(frame.payload);
    if (method == amqp::ChannelClose::kId) {  // both sides closed at once
        commands.push_back(Command{frame.channel, broker::CloseChannel{}});
    } else if (method == amqp::ChannelCloseOk::kId) {
        commands.push_back(Command{frame.channel, broker::ConfirmChannelClosed{}});
        closeChannelState(frame.channel);
    }
}

void Session::openChannel(ChannelNumber number, ByteView payload, Commands& commands)
{
    Buffer none;
    const auto open = amqp::decodeArguments<amqp::ChannelOpen>(amqp::argumentsOf(payload));
    if (!open) return fail(AmqpError{open.error()}, commands, none);
    if (findChannel(number) != nullptr) {
        return fail({ReplyCode::ChannelError, "second 'channel.open' seen", amqp::ChannelOpen::kId},
                    commands, none);
    }
    if (number > m_client.channelMax) {
        return fail({ReplyCode::NotAllowed,
                     "number of channels opened (" + std::to_string(m_channelCount) +
                         ") has reached the negotiated channel_max (" +
                         std::to_string(m_client.channelMax) + ")",
                     {}},
                    commands, none);
    }
    if (number >= m_channels.size()) m_channels.resize(std::size_t{number} + 1);
    m_channels[number] = std::make_unique<ChannelState>();
    m_channelCount += 1;
    commands.push_back(Command{number, broker::OpenChannel{}});
}

void Session::handleChannelMethod(ChannelNumber number, ChannelState& channel, ByteView payload,
                                  Commands& commands)
{
    Buffer none;
    const auto method = amqp::peekMethodId(payload);
    if (method == amqp::BasicPublish::kId) {
        const auto publish = amqp::decodeArguments<amqp::BasicPublish>(amqp::argumentsOf(payload));
        if (!publish) return fail(AmqpError{publish.error()}, commands, none);
        channel.content.begin(*publish);
        return;
    }
    auto command = decodeCommand(payload);
    if (!command) return fail(std::move(command.error()), commands, none);
    if (std::holds_alternative<broker::ConfirmChannelClosed>(*command)) {
        return fail({ReplyCode::CommandInvalid, "unimplemented method", amqp::ChannelCloseOk::kId},
                    commands, none);
    }
    if (std::holds_alternative<broker::CloseChannel>(*command)) channel.hasPeerClosed = true;
    commands.push_back(Command{number, std::move(*command)});
}

void Session::handleContent(ChannelNumber number, ChannelState& channel,
                            Result<ContentAssembler::Progress, AmqpError>&& progress,
                            Commands& commands)
{
    Buffer none;
    if (!progress) return fail(std::move(progress.error()), commands, none);
    switch (*progress) {
    case ContentAssembler::Progress::NeedsMore: return;
    case ContentAssembler::Progress::TooLarge:
        commands.push_back(Command{
            number,
            broker::FailChannel{{ReplyCode::PreconditionFailed,
                                 "message size " + std::to_string(channel.content.bodyBytes()) +
                                     " is larger than configured max size " +
                                     std::to_string(m_config.messageBytesMax),
                                 amqp::BasicPublish::kId}}});
        return;
    case ContentAssembler::Progress::Complete: break;
    }
    if (channel.content.isImmediate()) {
        return fail({ReplyCode::NotImplemented, "immediate=true", amqp::BasicPublish::kId},
                    commands, none);
    }
    const bool isMandatory = channel.content.isMandatory();
    const bool namesAnotherUser =
        channel.content.hasUserId() && channel.content.userId() != m_client.user;
    commands.push_back(Command{number, broker::Publish{.message = channel.content.take(),
                                                       .isMandatory = isMandatory,
                                                       .namesAnotherUser = namesAnotherUser}});
}

// ------------------------------------------------------------------------------------------ faults

void Session::fail(AmqpError&& error, Commands& commands, Buffer& out)
{
    m_closeReason = amqp::replyText(error);
    if (m_phase == Phase::Running || m_phase == Phase::Opening) {
        m_hasFailed = true;
        commands.push_back(Command{0, broker::FailConnection{std::move(error)}});
        return;
    }
    // Nobody is logged in yet: like RabbitMQ, no frame for a peer that we don't know.
    if (m_phase == Phase::AwaitsOpen) {
        sendClose(error, out);
    } else {
        m_phase = Phase::Closed;
    }
}

void Session::sendClose(const AmqpError& error, Buffer& out)
{
    const std::string text = amqp::replyText(error);
    amqp::appendMethod(out, 0,
                       amqp::ConnectionClose{.replyCode = static_cast<std::uint16_t>(error.code),
                                             .replyText = text,
                                             .classId = error.method.classId,
                                             .methodId = error.method.methodId});
    m_phase = Phase::AwaitsCloseOk;
    m_deadline = m_now + m_config.closeTimeout;
}

void Session::closeNow(std::string reason)
{
    if (m_closeReason.empty()) m_closeReason = std::move(reason);
    m_phase = Phase::Closed;
}

// ------------------------------------------------------------------------------------------ output

void Session::encode(std::span<const broker::Event> events, Instant now, Buffer& out)
{
    m_now = now;
    for (const broker::Event& event : events)
        encodeOne(event, EventEncoder::kWholeBody, out);
    if (!out.isEmpty()) m_heartbeat.noteSent(now);
}

void Session::encodeInParts(const broker::Event& event, Instant now, Buffer& out)
{
    WARREN_CHECK(!isMidBody());
    m_now = now;
    const std::size_t partBytes = bodyPartBytes();
    const broker::MessagePtr* message = broker::messageOf(event.body);
    // Without its channel nothing of it goes out.
    const bool hasChannel = event.channel != 0 && findChannel(event.channel) != nullptr;
    if (message != nullptr && hasChannel && (*message)->bodyBytes() > partBytes) {
        m_restOf = *message;
        m_restChannel = event.channel;
        m_restBytes = (*message)->bodyBytes() - partBytes;
    }
    encodeOne(event, partBytes, out);
    if (!out.isEmpty()) m_heartbeat.noteSent(now);
}

void Session::encodeMore(Instant now, Buffer& out)
{
    WARREN_CHECK(isMidBody());
    m_now = now;
    const ByteView rest = m_restOf->body().last(m_restBytes);
    const ByteView part = rest.first(std::min(rest.size(), bodyPartBytes()));
    amqp::appendBodyFrames(out, m_restChannel, part, m_client.frameBytesMax);
    m_restBytes -= part.size();
    if (m_restBytes == 0) m_restOf.reset();
    m_heartbeat.noteSent(now);
}

std::size_t Session::bodyPartBytes() const
{
    const std::size_t fragmentBytesMax = m_client.frameBytesMax - amqp::kFrameOverheadBytes;
    return std::max<std::size_t>(kBodyPartBytes / fragmentBytesMax, 1) * fragmentBytesMax;
}

void Session::encodeOne(const broker::Event& event, std::size_t bodyBytesMax, Buffer& out)
{
    if (event.channel != 0) {
        ChannelState* channel = findChannel(event.channel);
        if (channel == nullptr) return;  // the session has failed in the meantime
        channel->encoder.encode(event.channel, event.body, m_client.frameBytesMax, out,
                                bodyBytesMax);
        if (std::holds_alternative<broker::ChannelFailed>(event.body)) channel->hasFailed = true;
        const auto* reply = std::get_if<broker::PlainReply>(&event.body);
        const bool isCloseOk = reply != nullptr && *reply == broker::PlainReply::ChannelCloseOk;
        // When both sides closed at once, the channel stays until the client has answered ours.
        if (isCloseOk && !channel->hasFailed) closeChannelState(event.channel);
        return;
    }
    EventEncoder{}.encode(0, event.body, m_client.frameBytesMax, out);
    if (const auto* failed = std::get_if<broker::ConnectionFailed>(&event.body)) {
        if (m_closeReason.empty()) m_closeReason = amqp::replyText(failed->error);
        // Both closed at once: the broker knew no more of the client's close.
        if (m_hasPeerClosed) amqp::appendMethod(out, 0, amqp::ConnectionCloseOk{});
        m_hasFailed = false;  // the answer to our close is of interest again
        // Without framing it would not be understood.
        m_phase = m_isInputDead ? Phase::Closed : Phase::AwaitsCloseOk;
        m_deadline = m_now + m_config.closeTimeout;
    } else if (const auto* reply = std::get_if<broker::PlainReply>(&event.body)) {
        if (*reply == broker::PlainReply::ConnectionOpenOk) m_phase = Phase::Running;
        if (*reply == broker::PlainReply::ConnectionCloseOk) m_phase = Phase::Closed;
    }
}

std::size_t Session::memoryBytes() const
{
    std::size_t bytes = sizeof *this + m_channels.capacity() * sizeof(m_channels.front());
    for (const auto& channel : m_channels) {
        if (channel != nullptr) bytes += sizeof *channel + channel->content.memoryBytes();
    }
    return bytes;
}

void Session::closeChannelState(ChannelNumber number)
{
    m_channels[number].reset();
    m_channelCount -= 1;
}

// -------------------------------------------------------------------------------------------- time

void Session::tick(Instant now, Buffer& out)
{
    m_now = now;
    if (m_phase == Phase::Closed) return;
    const bool isHandshake = m_phase < Phase::Running;
    if ((isHandshake || m_phase == Phase::AwaitsCloseOk) && now >= m_deadline) {
        return closeNow(isHandshake ? "the handshake took too long"
                                    : "the client did not answer connection.close");
    }
    if (m_heartbeat.isLost(now)) {
        return closeNow("missed heartbeats from the client, timeout: " +
                        std::to_string(m_client.heartbeatSeconds) + "s");
    }
    if (m_phase == Phase::Running && m_heartbeat.isDue(now)) {
        amqp::appendHeartbeat(out);
        m_heartbeat.noteSent(now);
    }
}

Instant Session::nextDeadline() const
{
    switch (m_phase) {
    case Phase::Running: return std::min(m_heartbeat.sendDeadline(), m_heartbeat.lossDeadline());
    case Phase::Closed: return Instant::never();
    case Phase::AwaitsProtocolHeader:
    case Phase::AwaitsStartOk:
    case Phase::AwaitsTuneOk:
    case Phase::AwaitsOpen:
    case Phase::Opening:
    case Phase::AwaitsCloseOk: return std::min(m_deadline, m_heartbeat.lossDeadline());
    }
    return Instant::never();
}

}  // namespace warren::session
