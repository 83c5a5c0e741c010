#include "tests/spec/peer.h"

#include "core/amqp/content_header.h"
#include "core/amqp/frame_writer.h"
#include "core/amqp/protocol_header.h"

#include <algorithm>
#include <utility>

namespace warren::spec {

namespace {

constexpr std::uint32_t kFrameBytesMax = 1 << 20;

const Field* findField(const std::vector<Field>& fields, std::string_view name)
{
    const auto found = std::find_if(fields.begin(), fields.end(),
                                    [&](const Field& field) { return field.name == name; });
    return found == fields.end() ? nullptr : &*found;
}

/// The body that a line stands for.
Result<std::string, Mismatch> bodyOf(const std::vector<Field>& fields, const Variables& variables)
{
    if (const Field* body = findField(fields, "body")) return expand(body->value.text, variables);
    const Field* bytes = findField(fields, "body-bytes");
    if (bytes == nullptr) return std::string();
    return generatedText(std::stoul(bytes->value.text));
}

amqp::FieldTable clientProperties(const Login& login)
{
    amqp::FieldTable properties{{"product", "warren-spec"}};
    if (login.hasCapabilities) {
        properties.append("capabilities", amqp::FieldTable{{"consumer_cancel_notify", true},
                                                           {"authentication_failure_close", true},
                                                           {"basic.nack", true},
                                                           {"connection.blocked", true},
                                                           {"exchange_exchange_bindings", true},
                                                           {"publisher_confirms", true}});
    }
    return properties;
}

std::string productOf(const Event& start)
{
    for (const WireField& field : start.method.fields) {
        if (field.name != "server-properties") continue;
        const auto* product = std::get<amqp::FieldTable>(field.value).find("product");
        const auto* text = product == nullptr ? nullptr : product->as<std::string>();
        return text == nullptr ? std::string() : *text;
    }
    return {};
}

}  // namespace

Peer::Peer(std::unique_ptr<Transport> transport)
    : m_transport(std::move(transport)), m_parser(kFrameBytesMax)
{
}

Status<Mismatch> Peer::logIn(const Login& login, std::chrono::milliseconds patience)
{
    const auto await = [&](std::string_view method) -> Status<Mismatch> {
        const auto event = next(0, patience);
        if (event && event->method.name == method) return {};
        return Mismatch{.text = std::string(method) + " expected, got " +
                                (event ? std::string(event->method.name) : "nothing")};
    };
    const std::string response = std::string(1, '\0') + login.user + '\0' + login.password;
    Buffer out;

    send(amqp::kProtocolHeader);
    if (auto status = await("connection.start"); !status) return status;
    if (login.until == "start") return {};
    amqp::appendMethod(out, 0,
                       amqp::ConnectionStartOk{.clientProperties = clientProperties(login),
                                               .mechanism = "PLAIN",
                                               .response = response,
                                               .locale = "en_US"});
    send(out.view());
    out.clear();
    if (auto status = await("connection.tune"); !status) return status;
    if (login.until == "tune") return {};
    amqp::appendMethod(out, 0,
                       amqp::ConnectionTuneOk{.channelMax = login.channelMax,
                                              .frameMax = login.frameMax,
                                              .heartbeat = login.heartbeat});
    amqp::ConnectionOpen open;
    open.virtualHost = login.virtualHost;
    amqp::appendMethod(out, 0, open);
    send(out.view());
    m_frameMax = login.frameMax;
    return await("connection.open-ok");
}

void Peer::send(ByteView bytes) { m_transport->send(bytes); }

Status<Mismatch> Peer::send(ChannelNumber channel, const std::string& method,
                            const std::vector<Field>& fields, const Variables& variables)
{
    Buffer out;
    if (method == "heartbeat") {
        sendFrame(static_cast<std::uint8_t>(amqp::FrameType::Heartbeat), channel, {});
        return {};
    }
    auto status = appendMethodFrame(out, channel, method, fields, variables);
    if (!status) return status;
    if (hasContent(method) && findField(fields, "no-content") == nullptr) {
        auto properties = propertiesOf(fields, variables);
        if (!properties) return properties.error();
        auto body = bodyOf(fields, variables);
        if (!body) return body.error();
        Buffer encoded;
        amqp::appendProperties(encoded, *properties);
        const amqp::ContentView content{.properties = encoded.view(), .body = bytesOf(*body)};
        amqp::WireCursor cursor{out.extend(amqp::contentFramesBytes(content, m_frameMax))};
        amqp::writeContentFrames(cursor, channel, content, m_frameMax);
    }
    send(out.view());

    if (method == "connection.close") m_isOpen = false;
    const Field* frameMax = findField(fields, "frame-max");
    if (method == "connection.tune-ok" && frameMax != nullptr) {
        const auto bytes = static_cast<std::uint32_t>(std::stoul(frameMax->value.text));
        if (bytes >= amqp::kFrameBytesMin) m_frameMax = bytes;
    }
    return {};
}

Status<Mismatch> Peer::sendContentHeader(ChannelNumber channel, const std::vector<Field>& fields,
                                         const Variables& variables)
{
    const auto number = [&](std::string_view name, std::uint64_t absent) {
        const Field* field = findField(fields, name);
        return field == nullptr ? absent : std::stoull(field->value.text);
    };
    auto properties = propertiesOf(fields, variables);
    if (!properties) return properties.error();
    Buffer payload;
    payload.appendBigEndian(static_cast<std::uint16_t>(number("class", amqp::kBasicClass)));
    payload.appendBigEndian(static_cast<std::uint16_t>(number("weight", 0)));
    payload.appendBigEndian(std::uint64_t{number("size", 0)});
    amqp::appendProperties(payload, *properties);
    sendFrame(static_cast<std::uint8_t>(amqp::FrameType::Header), channel, payload.view());
    return {};
}

void Peer::sendFrame(std::uint8_t type, ChannelNumber channel, ByteView payload)
{
    Buffer frame;
    frame.appendBigEndian(type);
    frame.appendBigEndian(channel);
    frame.appendBigEndian(static_cast<std::uint32_t>(payload.size()));
    frame.append(payload);
    frame.append(ByteView{&amqp::kFrameEndOctet, 1});
    send(frame.view());
}

std::optional<Event> Peer::next(ChannelNumber channel, std::chrono::milliseconds patience,
                                bool wantsHeartbeat)
{
    const auto deadline = std::chrono::steady_clock::now() + patience;
    for (;;) {
        const auto found = std::find_if(m_events.begin(), m_events.end(), [&](const Event& event) {
            const bool isHeartbeat = event.method.name == "heartbeat";
            return event.channel == channel && (isHeartbeat == wantsHeartbeat || !isHeartbeat);
        });
        if (found != m_events.end()) {
            Event event = std::move(*found);
            m_events.erase(found);
            return event;
        }
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        if (left.count() <= 0 || !pump(left)) return std::nullopt;
    }
}

std::optional<Event> Peer::nextAny(std::chrono::milliseconds patience)
{
    while (m_events.empty()) {
        if (!pump(patience)) return std::nullopt;
    }
    Event event = std::move(m_events.front());
    m_events.pop_front();
    return event;
}

std::string Peer::nextBytes(std::size_t count, std::chrono::milliseconds patience)
{
    m_isReadingFrames = false;
    while (m_input.size() < count && pump(patience)) {
    }
    m_isReadingFrames = true;
    const ByteView bytes = m_input.view().first(std::min(count, m_input.size()));
    std::string got(textOf(bytes));
    m_input.consume(bytes.size());
    return got;
}

bool Peer::awaitClose(std::chrono::milliseconds patience)
{
    while (!m_isClosed && pump(patience)) {
    }
    return m_isClosed && leftOver().empty();
}

std::string Peer::leftOver() const
{
    for (const Event& event : m_events) {
        if (event.method.name != "heartbeat") return std::string(event.method.name);
    }
    if (!m_incomplete.empty()) return "content that is cut off";
    if (!m_input.isEmpty()) return std::to_string(m_input.size()) + " bytes";
    return {};
}

std::optional<std::string> Peer::logOut(std::chrono::milliseconds patience)
{
    Buffer out;
    amqp::appendMethod(out, 0, amqp::ConnectionClose{.replyCode = 200, .replyText = "bye"});
    send(out.view());
    m_isOpen = false;
    for (;;) {
        const auto event = nextAny(patience);
        if (!event) return "nothing instead of connection.close-ok";
        if (event->method.name == "connection.close-ok") return std::nullopt;
        if (event->method.name != "heartbeat") {
            return std::string(event->method.name) + " on channel " +
                   std::to_string(event->channel);
        }
    }
}

/// Waits for bytes and cuts them. @returns whether something came
bool Peer::pump(std::chrono::milliseconds patience)
{
    if (m_isClosed) return false;
    const auto received = m_transport->receive(m_input, patience);
    if (received == Transport::Received::Closed) m_isClosed = true;
    if (received != Transport::Received::Bytes) return m_isClosed && !m_events.empty();
    while (m_isReadingFrames) {
        const auto frame = m_parser.next(m_input.view());
        if (!frame || !*frame) break;  // bytes that are no frames stay, and show as left over
        const std::size_t bytes = amqp::FrameParser::consumedBytes(**frame);
        take(**frame);
        m_input.consume(bytes);
    }
    return true;
}

void Peer::take(const amqp::Frame& frame)
{
    switch (frame.type) {
    case amqp::FrameType::Method: takeMethod(frame.channel, frame.payload); break;
    case amqp::FrameType::Header:
    case amqp::FrameType::Body: takeContent(frame); break;
    case amqp::FrameType::Heartbeat:
        note({.channel = frame.channel,
              .method = {.name = "heartbeat", .fields = {}},
              .properties = {},
              .body = {}});
        break;
    }
}

void Peer::takeMethod(ChannelNumber channel, ByteView payload)
{
    auto method = readMethod(payload);
    Event event{.channel = channel, .method = {}, .properties = {}, .body = {}};
    if (!method) {
        event.method.name = "a method that can't be read";
        note(std::move(event));
        return;
    }
    event.method = std::move(*method);
    if (hasContent(event.method.name)) {
        event.body.emplace();
        m_incomplete[channel] = {.event = std::move(event), .bodyBytes = std::nullopt};
    } else {
        note(std::move(event));
    }
}

void Peer::takeContent(const amqp::Frame& frame)
{
    const auto found = m_incomplete.find(frame.channel);
    if (found == m_incomplete.end()) {
        note({.channel = frame.channel,
              .method = {.name = "content without its method", .fields = {}},
              .properties = {},
              .body = {}});
        return;
    }
    auto& [event, bodyBytes] = found->second;
    if (frame.type == amqp::FrameType::Header) {
        const auto header = amqp::decodeContentHeader(frame.payload);
        if (!header) return;  // stays incomplete, and shows as left over
        const auto properties = amqp::decodeProperties(header->properties);
        if (!properties) return;  // as above
        event.properties = fieldsOf(*properties);
        bodyBytes = header->bodyBytes;
    } else {
        *event.body += textOf(frame.payload);
    }
    if (bodyBytes && event.body->size() >= *bodyBytes) {
        note(std::move(event));
        m_incomplete.erase(found);
    }
}

void Peer::note(Event event)
{
    if (event.method.name == "connection.start") m_product = productOf(event);
    if (event.method.name == "connection.open-ok") m_isOpen = true;
    if (event.method.name == "connection.close") m_isOpen = false;
    m_events.push_back(std::move(event));
}

}  // namespace warren::spec
