#include "tests/support/wire_client.h"

#include "core/amqp/content_header.h"
#include "core/amqp/protocol_header.h"

#include <algorithm>

namespace warren::test {

namespace {

using Clock = std::chrono::steady_clock;

std::chrono::milliseconds left(Clock::time_point deadline)
{
    const auto duration = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    return std::max(duration, std::chrono::milliseconds{0});
}

template <typename Close>
std::string closeText(const Close& close)
{
    return std::string(Close::kName) + " " + std::to_string(close.replyCode) + " " +
           std::string(close.replyText);
}

amqp::FieldTable clientProperties()
{
    return {{"product", "warren-test"},
            {"capabilities", amqp::FieldTable{{"authentication_failure_close", true},
                                              {"basic.nack", true},
                                              {"connection.blocked", true},
                                              {"consumer_cancel_notify", true},
                                              {"publisher_confirms", true}}}};
}

bool hasContent(const WireEvent& event)
{
    return event.is<amqp::BasicDeliver>() || event.is<amqp::BasicGetOk>() ||
           event.is<amqp::BasicReturn>();
}

}  // namespace

std::string WireEvent::text() const
{
    if (isHeartbeat()) return "heartbeat";
    if (is<amqp::ConnectionClose>()) return closeText(as<amqp::ConnectionClose>());
    if (is<amqp::ChannelClose>()) return closeText(as<amqp::ChannelClose>());
    const auto id = amqp::peekMethodId(bytesOf(method));
    return id ? std::string(amqp::methodName(*id)) : "a method that cannot be read";
}

WireClient::WireClient(std::uint16_t port, const WireLogin& login)
    : m_socket(port), m_parser(login.frameBytesMax), m_frameBytesMax(login.frameBytesMax)
{
    if (!m_socket.isOpen()) throw WireError("nobody listens on port " + std::to_string(port));
    const std::string response = std::string(1, '\0') + login.user + '\0' + login.password;
    sendBytes(amqp::kProtocolHeader);
    await<amqp::ConnectionStart>(0);
    send(0, amqp::ConnectionStartOk{.clientProperties = clientProperties(),
                                    .mechanism = "PLAIN",
                                    .response = response,
                                    .locale = "en_US"});
    m_offered = await<amqp::ConnectionTune>(0).as<amqp::ConnectionTune>();
    send(0, amqp::ConnectionTuneOk{.channelMax = login.channelMax,
                                   .frameMax = login.frameBytesMax,
                                   .heartbeat = login.heartbeatSeconds});
    call<amqp::ConnectionOpenOk>(0, amqp::ConnectionOpen{});
}

void WireClient::publish(ChannelNumber channel, const amqp::BasicPublish& method,
                         std::string_view properties, std::string_view body)
{
    Buffer frames;
    amqp::appendContentMethod(frames, channel, method,
                              {.properties = bytesOf(properties), .body = bytesOf(body)},
                              m_frameBytesMax);
    sendBytes(frames.view());
}

void WireClient::publish(ChannelNumber channel, const amqp::BasicPublish& method,
                         const amqp::Properties& properties, std::string_view body)
{
    publish(channel, method, encodedProperties(properties), body);
}

void WireClient::sendHeartbeat()
{
    Buffer frame;
    amqp::appendHeartbeat(frame);
    sendBytes(frame.view());
}

void WireClient::sendBytes(ByteView bytes)
{
    const auto deadline = Clock::now() + kPatience;
    while (!bytes.empty() && m_socket.isOpen()) {
        const std::size_t sent = m_socket.sendSome(bytes);
        bytes = bytes.subspan(sent);
        if (bytes.empty()) return;
        if (left(deadline).count() == 0) throw WireError("the broker does not read");
        m_socket.wait(left(deadline), /*wantsRoom=*/true);
        m_socket.receiveSome(m_input);
        takeFrames();
    }
}

std::optional<WireEvent> WireClient::next(std::chrono::milliseconds patience)
{
    const auto deadline = Clock::now() + patience;
    while (m_events.empty()) {
        if (!pump(left(deadline))) return std::nullopt;
    }
    WireEvent event = std::move(m_events.front());
    m_events.pop_front();
    return event;
}

bool WireClient::awaitClose(std::chrono::milliseconds patience)
{
    const auto deadline = Clock::now() + patience;
    while (m_socket.isOpen() && pump(left(deadline))) {
    }
    return !m_socket.isOpen();
}

WireEvent WireClient::await(ChannelNumber channel, amqp::MethodId id, std::string_view name,
                            std::chrono::milliseconds patience)
{
    const auto deadline = Clock::now() + patience;
    std::size_t seenCount = 0;
    for (;;) {
        for (; seenCount < m_events.size(); ++seenCount) {
            const auto at = m_events.begin() + static_cast<std::ptrdiff_t>(seenCount);
            const bool isWanted =
                at->channel == channel && amqp::peekMethodId(bytesOf(at->method)) == id;
            const bool isEnd = at->is<amqp::ConnectionClose>() ||
                               (at->channel == channel && at->is<amqp::ChannelClose>());
            if (!isWanted && !isEnd) continue;
            WireEvent event = std::move(*at);
            m_events.erase(at);
            if (isWanted) return event;
            throw WireError(std::string(name) + " expected, but: " + event.text());
        }
        if (!pump(left(deadline))) {
            throw WireError(std::string(name) + " expected, but " +
                            (m_socket.isOpen() ? "nothing came" : "the broker has closed"));
        }
    }
}

/// Reads once. @returns false if nothing came in time, or the broker has closed
bool WireClient::pump(std::chrono::milliseconds patience)
{
    if (!m_socket.isOpen() || !m_socket.wait(patience)) return false;
    const std::size_t received = m_socket.receiveSome(m_input);
    takeFrames();
    return received > 0;
}

void WireClient::takeFrames()
{
    std::size_t consumed = 0;
    for (;;) {
        const auto frame = m_parser.next(m_input.view().subspan(consumed));
        if (!frame) throw WireError("the broker sent no frame: " + frame.error().text);
        if (!frame->has_value()) break;
        take(**frame);
        consumed += amqp::FrameParser::consumedBytes(**frame);
    }
    m_input.consume(consumed);
}

void WireClient::take(const amqp::Frame& frame)
{
    if (frame.type == amqp::FrameType::Heartbeat) {
        m_events.push_back({.channel = frame.channel});
        return;
    }
    if (frame.type == amqp::FrameType::Method) {
        WireEvent event{.channel = frame.channel, .method = std::string(textOf(frame.payload))};
        if (hasContent(event)) {
            m_incomplete[frame.channel] = {.event = std::move(event)};
        } else {
            m_events.push_back(std::move(event));
        }
        return;
    }
    const auto found = m_incomplete.find(frame.channel);
    if (found == m_incomplete.end()) throw WireError("the broker sent content without a method");
    auto& [event, bodyBytes] = found->second;
    if (frame.type == amqp::FrameType::Header) {
        const auto header = amqp::decodeContentHeader(frame.payload);
        if (!header) throw WireError("the broker sent a bad content header");
        event.properties = textOf(header->properties);
        bodyBytes = header->bodyBytes;
    } else {
        event.body += textOf(frame.payload);
    }
    if (bodyBytes && event.body.size() >= *bodyBytes) {
        m_events.push_back(std::move(event));
        m_incomplete.erase(found);
    }
}

void WireClient::openChannel(ChannelNumber channel)
{
    call<amqp::ChannelOpenOk>(channel, amqp::ChannelOpen{});
}

void WireClient::selectConfirms(ChannelNumber channel)
{
    call<amqp::ConfirmSelectOk>(channel, amqp::ConfirmSelect{});
}

std::uint32_t WireClient::declareQueue(ChannelNumber channel, const amqp::QueueDeclare& method)
{
    return call<amqp::QueueDeclareOk>(channel, method).as<amqp::QueueDeclareOk>().messageCount;
}

void WireClient::declareDurableQueue(ChannelNumber channel, std::string_view name)
{
    declareQueue(channel, {.queue = name, .durable = true});
}

std::uint32_t WireClient::messageCount(ChannelNumber channel, std::string_view queue)
{
    return declareQueue(channel, {.queue = queue, .passive = true});
}

std::optional<WireEvent> WireClient::get(ChannelNumber channel, std::string_view queue, bool noAck)
{
    send(channel, amqp::BasicGet{.queue = queue, .noAck = noAck});
    std::deque<WireEvent> others;
    for (;;) {
        auto event = next();
        if (!event) throw WireError("basic.get has no answer");
        const bool isEmpty = event->is<amqp::BasicGetEmpty>();
        if (event->channel == channel && (isEmpty || event->is<amqp::BasicGetOk>())) {
            m_events.insert(m_events.begin(), std::make_move_iterator(others.begin()),
                            std::make_move_iterator(others.end()));
            if (isEmpty) return std::nullopt;
            return event;
        }
        if (event->is<amqp::ChannelClose>() || event->is<amqp::ConnectionClose>()) {
            throw WireError("basic.get: " + event->text());
        }
        others.push_back(std::move(*event));
    }
}

void WireClient::close()
{
    call<amqp::ConnectionCloseOk>(0, amqp::ConnectionClose{.replyCode = 200, .replyText = "done"});
    m_socket.close();
}

std::string encodedProperties(const amqp::Properties& properties)
{
    Buffer bytes;
    amqp::appendProperties(bytes, properties);
    return std::string(textOf(bytes.view()));
}

}  // namespace warren::test
