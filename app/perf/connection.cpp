#include "app/perf/connection.h"

#include "app/perf/clock.h"
#include "core/amqp/protocol_header.h"

#include <algorithm>
#include <utility>

namespace warren::perf {
namespace {

// A read is small at first, so that thousands of idle connections cost little, and grows with what
// arrives.
constexpr std::size_t kFirstReadBytes = 4 * 1024;
constexpr std::size_t kReadBytesMax = 512 * 1024;

amqp::FieldTable clientProperties(const std::string& name)
{
    const amqp::FieldTable capabilities{
        {"publisher_confirms", true}, {"exchange_exchange_bindings", true},
        {"basic.nack", true},         {"consumer_cancel_notify", true},
        {"connection.blocked", true}, {"authentication_failure_close", true},
    };
    return {{"product", "warren-perf"},
            {"version", WARREN_VERSION},
            {"connection_name", name},
            {"capabilities", capabilities}};
}

std::string closeText(std::uint16_t code, std::string_view text, std::uint16_t classId,
                      std::uint16_t methodId)
{
    std::string sentence = std::to_string(code) + " " + std::string(text);
    if (const auto method = amqp::methodName({classId, methodId}); !method.empty()) {
        sentence += " (" + std::string(method) + ")";
    }
    return sentence;
}

Failure protocolFailure(const amqp::AmqpError& error)
{
    return {FailureKind::Protocol, "malformed frame: " + amqp::replyText(error)};
}

template <typename M>
Result<M, Failure> decoded(ByteView arguments)
{
    auto method = amqp::decodeArguments<M>(arguments);
    if (!method) return protocolFailure(method.error());
    return std::move(*method);
}

}  // namespace

Failure Connection::named(Failure failure) const
{
    if (failure.kind == FailureKind::Lost || failure.kind == FailureKind::Protocol) {
        failure.text = m_uri.address() + ": " + failure.text;
    }
    return failure;
}

Status<Failure> Connection::open(const Uri& uri)
{
    m_uri = uri;
    m_input.clear();
    m_output.clear();
    m_parser = amqp::FrameParser{};
    m_readBytes = kFirstReadBytes;
    m_isFirstRead = true;
    m_pausedUntil = {};
    m_awaited.reset();
    m_blockedReason.reset();
    m_hasFlowPause = false;
    m_heartbeat = {};
    auto socket = Socket::connectTo(uri, monotonicNow() + m_settings.patience);
    if (!socket) return std::move(socket.error());
    m_socket = std::move(*socket);
    m_receivedAt = m_sentAt = monotonicNow();
    m_isOpening = true;
    auto done = shakeHands();
    m_isOpening = false;
    if (done) return done;
    Failure failure = done.error();
    m_socket.close();
    // A broker that resets the connection at the login means no, and cannot say it.
    if (failure.kind == FailureKind::Closed) failure.kind = FailureKind::Refused;
    return failure;
}

Status<Failure> Connection::shakeHands()
{
    m_output.append(ByteView{amqp::kProtocolHeader});
    auto start = await(0, amqp::ConnectionStart::kId, amqp::ConnectionStart::kName);
    if (!start) return std::move(start.error());

    const std::string login =
        std::string(1, '\0') + m_uri.user + std::string(1, '\0') + m_uri.password;
    auto tuneArguments = call<amqp::ConnectionTune>(
        0, amqp::ConnectionStartOk{.clientProperties = clientProperties(m_settings.name),
                                   .mechanism = "PLAIN",
                                   .response = login,
                                   .locale = "en_US"});
    if (!tuneArguments) return std::move(tuneArguments.error());
    const auto tune = decoded<amqp::ConnectionTune>(bytesOf(*tuneArguments));
    if (!tune) return named(tune.error());

    const std::uint32_t frameBytesMax = tune->frameMax == 0
                                            ? m_settings.frameBytesMax
                                            : std::min(tune->frameMax, m_settings.frameBytesMax);
    const std::uint16_t heartbeat = m_settings.heartbeatSeconds.value_or(tune->heartbeat);
    m_channelMax = tune->channelMax == 0 ? UINT16_MAX : tune->channelMax;
    if (frameBytesMax < amqp::kFrameBytesMin) {
        return Failure{FailureKind::Protocol, m_uri.address() + ": frame-max below 4096"};
    }
    send(0, amqp::ConnectionTuneOk{
                .channelMax = tune->channelMax, .frameMax = frameBytesMax, .heartbeat = heartbeat});
    m_parser.setFrameBytesMax(frameBytesMax);
    auto opened =
        call<amqp::ConnectionOpenOk>(0, amqp::ConnectionOpen{.virtualHost = m_uri.virtualHost});
    if (!opened) return std::move(opened.error());
    m_heartbeat = std::chrono::seconds{heartbeat};
    return {};
}

Status<Failure> Connection::openChannel(ChannelNumber channel)
{
    if (channel > m_channelMax) {
        return Failure{FailureKind::Local, m_uri.address() + " allows " +
                                               std::to_string(m_channelMax) +
                                               " channels on a connection"};
    }
    auto opened = call<amqp::ChannelOpenOk>(channel, amqp::ChannelOpen{});
    if (!opened) return std::move(opened.error());
    return {};
}

Status<Failure> Connection::closeChannel(ChannelNumber channel)
{
    auto closed = call<amqp::ChannelCloseOk>(
        channel, amqp::ChannelClose{.replyCode = 200, .replyText = "Goodbye"});
    if (!closed) return std::move(closed.error());
    return {};
}

Status<Failure> Connection::awaitInput(Instant deadline)
{
    if (!m_socket.waitReadable(deadline)) return {};
    return receive();
}

void Connection::close(Duration patience)
{
    if (!isOpen()) return;
    m_pausedUntil = {};
    std::fill(m_handlers.begin(), m_handlers.end(), nullptr);
    const Duration usual = std::exchange(m_settings.patience, patience);
    // Whether the broker says goodbye or not: we leave.
    (void)call<amqp::ConnectionCloseOk>(
        0, amqp::ConnectionClose{.replyCode = 200, .replyText = "Goodbye"});
    m_settings.patience = usual;
    m_socket.close();
}

void Connection::setHandler(ChannelNumber channel, ChannelHandler* handler)
{
    if (channel >= m_handlers.size()) m_handlers.resize(std::size_t{channel} + 1, nullptr);
    m_handlers[channel] = handler;
}

Result<std::string, Failure> Connection::await(ChannelNumber channel, amqp::MethodId id,
                                               std::string_view name)
{
    const Instant deadline = monotonicNow() + m_settings.patience;
    m_awaited = Awaited{.channel = channel, .id = id};
    if (auto done = flushAll(deadline); !done) return done.error();
    while (!m_awaited->hasCome) {
        if (!m_socket.waitReadable(deadline)) {
            return Failure{FailureKind::Unreachable,
                           m_uri.address() + ": no " + std::string(name) + " in time"};
        }
        if (auto done = receive(); !done) return done.error();
    }
    std::string arguments = std::move(m_awaited->arguments);
    m_awaited.reset();
    return arguments;
}

Status<Failure> Connection::flushAll(Instant deadline)
{
    while (true) {
        if (auto done = flush(); !done) return done;
        if (!hasOutput()) return {};
        if (!m_socket.waitWritable(deadline)) {
            return Failure{FailureKind::Unreachable,
                           m_uri.address() + ": does not take what is sent"};
        }
    }
}

Status<Failure> Connection::flush()
{
    if (m_output.isEmpty()) return {};
    const auto sent = m_socket.send(m_output.view());
    if (!sent) {
        // A broker that closed may have said why: that is in what it sent before.
        if (auto done = receive(); !done) return done;
        return named(sent.error());
    }
    if (*sent > 0) m_sentAt = monotonicNow();
    m_output.consume(*sent);
    return {};
}

Status<Failure> Connection::receive()
{
    if (!m_socket.isOpen()) return Failure{FailureKind::Lost, m_uri.address() + ": closed"};
    if (isPaused()) return {};
    std::byte* room = m_input.extend(m_readBytes);
    const auto received = m_socket.receive(room, m_readBytes);
    const std::size_t count = received ? *received : 0;
    m_input.truncate(m_input.size() - (m_readBytes - count));
    if (!received) return named(received.error());
    if (count == 0) return {};
    m_receivedAt = monotonicNow();
    if (count == m_readBytes) m_readBytes = std::min(m_readBytes * 4, kReadBytesMax);
    return handleFrames();
}

Status<Failure> Connection::resume()
{
    m_pausedUntil = {};
    m_receivedAt = monotonicNow();
    return handleFrames();
}

Status<Failure> Connection::handleFrames()
{
    if (m_isFirstRead && m_input.size() >= amqp::kProtocolHeaderBytes) {
        m_isFirstRead = false;
        if (textOf(m_input.view()).starts_with("AMQP")) {
            return Failure{FailureKind::Protocol,
                           m_uri.address() + ": speaks another version of AMQP than 0-9-1"};
        }
    }
    ByteView rest = m_input.view();
    Status<Failure> done;
    while (!isPaused()) {
        const auto next = m_parser.next(rest);
        if (!next) {
            done = named(protocolFailure(next.error()));
            break;
        }
        if (!next->has_value()) break;
        const amqp::Frame& frame = **next;
        rest = rest.subspan(amqp::FrameParser::consumedBytes(frame));
        done = handle(frame);
        if (!done) break;
    }
    m_input.consume(m_input.size() - rest.size());
    return done;
}

Status<Failure> Connection::handle(const amqp::Frame& frame)
{
    switch (frame.type) {
    case amqp::FrameType::Method: return handleMethod(frame);
    case amqp::FrameType::Header: {
        ChannelHandler* handler = handlerOf(frame.channel);
        if (handler == nullptr) return {};
        const auto header = amqp::decodeContentHeader(frame.payload);
        if (!header) return named(protocolFailure(header.error()));
        return handler->onContentHeader(header->bodyBytes);
    }
    case amqp::FrameType::Body: {
        ChannelHandler* handler = handlerOf(frame.channel);
        return handler == nullptr ? Status<Failure>{} : handler->onBody(frame.payload);
    }
    case amqp::FrameType::Heartbeat: return {};
    }
    return {};
}

Status<Failure> Connection::handleMethod(const amqp::Frame& frame)
{
    const auto id = amqp::peekMethodId(frame.payload);
    if (!id) return Failure{FailureKind::Protocol, m_uri.address() + ": method frame without ids"};
    const ByteView arguments = amqp::argumentsOf(frame.payload);
    if (id->classId == amqp::kBasicClass) [[likely]]
        return handOver(frame.channel, *id, arguments);
    if (*id == amqp::ConnectionClose::kId || *id == amqp::ChannelClose::kId) {
        return handleClose(frame, *id);
    }
    if (*id == amqp::ConnectionBlocked::kId) {
        const auto blocked = decoded<amqp::ConnectionBlocked>(arguments);
        if (!blocked) return named(blocked.error());
        if (!m_blockedReason) m_blockedSince = monotonicNow();
        m_blockedReason = std::string(blocked->reason);
        return {};
    }
    if (*id == amqp::ConnectionUnblocked::kId) {
        if (m_blockedReason) m_blocked += monotonicNow() - m_blockedSince;
        m_blockedReason.reset();
        return {};
    }
    if (*id == amqp::ChannelFlow::kId) {
        const auto flow = decoded<amqp::ChannelFlow>(arguments);
        if (!flow) return named(flow.error());
        m_hasFlowPause = !flow->active;
        send(frame.channel, amqp::ChannelFlowOk{.active = flow->active});
        return {};
    }
    return handOver(frame.channel, *id, arguments);
}

/// To the call that waits for this answer, or else to who has the channel.
Status<Failure> Connection::handOver(ChannelNumber channel, amqp::MethodId id, ByteView arguments)
{
    if (m_awaited && m_awaited->channel == channel && m_awaited->id == id) {
        m_awaited->hasCome = true;
        m_awaited->arguments = textOf(arguments);
        return {};
    }
    ChannelHandler* handler = handlerOf(channel);
    return handler == nullptr ? Status<Failure>{} : handler->onMethod(id, arguments);
}

Status<Failure> Connection::handleClose(const amqp::Frame& frame, amqp::MethodId id)
{
    const ByteView arguments = amqp::argumentsOf(frame.payload);
    Failure failure{.kind = FailureKind::Closed, .text = m_uri.address() + " closed "};
    if (id == amqp::ConnectionClose::kId) {
        const auto close = decoded<amqp::ConnectionClose>(arguments);
        if (!close) return named(close.error());
        failure.text += m_isOpening ? "the connection at its opening: " : "the connection: ";
        failure.text +=
            closeText(close->replyCode, close->replyText, close->classId, close->methodId);
        failure.replyCode = close->replyCode;
        send(0, amqp::ConnectionCloseOk{});
    } else {
        const auto close = decoded<amqp::ChannelClose>(arguments);
        if (!close) return named(close.error());
        failure.text +=
            "channel " + std::to_string(frame.channel) + ": " +
            closeText(close->replyCode, close->replyText, close->classId, close->methodId);
        failure.replyCode = close->replyCode;
        send(frame.channel, amqp::ChannelCloseOk{});
    }
    // Out of politeness; the failure is reported whether it arrives or not.
    if (const auto sent = m_socket.send(m_output.view())) m_output.consume(*sent);
    return failure;
}

Status<Failure> Connection::keepAlive(Instant now)
{
    if (!isOpen() || m_heartbeat <= Duration{0}) return {};
    if (now - m_sentAt >= m_heartbeat / 2) {
        if (m_output.isEmpty()) amqp::appendHeartbeat(m_output);
        if (auto done = flush(); !done) return done;
        m_sentAt = now;
    }
    if (!isPaused() && now - m_receivedAt > m_heartbeat * 2) {
        return Failure{FailureKind::Lost, m_uri.address() + ": no heartbeat from the broker"};
    }
    return {};
}

Duration Connection::blockedFor(Instant now) const
{
    return m_blocked + (m_blockedReason ? now - m_blockedSince : Duration{0});
}

}  // namespace warren::perf
