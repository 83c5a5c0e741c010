#include "core/broker/message.h"

#include "core/amqp/field_table.h"
#include "core/amqp/properties.h"
#include "core/base/block_pool.h"
#include "core/base/check.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

namespace warren::broker {

namespace {

/// Whether a table that names CC or BCC really has them as keys. Most tables don't even have the
/// bytes, and cost no decoding.
bool hasSenderSelectedKeysIn(ByteView headers)
{
    const std::string_view text = textOf(headers);
    constexpr std::string_view kCc{
        "\x02"
        "CC",
        3};
    constexpr std::string_view kBcc{
        "\x03"
        "BCC",
        4};
    if (text.find(kCc) == text.npos && text.find(kBcc) == text.npos) return false;
    const auto table = amqp::decodeFieldTable(headers);
    return table && (table->find("CC") != nullptr || table->find("BCC") != nullptr);
}

}  // namespace

void Message::readTraits()
{
    // Spec: basic class, property flags from bit 15: content-type, content-encoding, headers,
    // delivery-mode, priority, correlation-id, reply-to, expiration.
    constexpr std::uint16_t kHeaders = 1u << 13;
    constexpr std::uint16_t kPriority = 1u << 11;
    constexpr std::uint16_t kReplyTo = 1u << 9;
    constexpr std::uint16_t kExpiration = 1u << 8;
    const ByteView encoded = properties();
    if (encoded.size() < 2) return;
    const std::uint16_t flags = loadU16(encoded, 0);
    if ((flags & (kHeaders | kPriority | kReplyTo | kExpiration)) == 0) return;
    const auto view = amqp::PropertiesView::parse(encoded);
    if (!view) return;
    m_priority = view->priority().value_or(0);
    m_hasExpiration = (flags & kExpiration) != 0;
    m_hasReplyTo = (flags & kReplyTo) != 0;
    m_hasSenderSelectedKeys = view->hasHeaders() && hasSenderSelectedKeysIn(view->headers());
}

void MessagePtr::reset()
{
    Message* message = std::exchange(m_message, nullptr);
    if (message == nullptr) return;
    if (message->m_references.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    const std::uint8_t sizeClass = message->m_sizeClass;
    message->~Message();
    block_pool::free(message, sizeClass);
}

MessageBuilder& MessageBuilder::operator=(MessageBuilder&& other) noexcept
{
    std::swap(m_message, other.m_message);
    std::swap(m_bodyBytesWanted, other.m_bodyBytesWanted);
    std::swap(m_bodyCapacity, other.m_bodyCapacity);
    return *this;
}

MessageBuilder::~MessageBuilder() { discard(); }

void MessageBuilder::begin(std::string_view exchange, std::string_view routingKey,
                           ByteView properties, bool isPersistent, std::size_t bodyBytes)
{
    WARREN_CHECK(exchange.size() <= 255 && routingKey.size() <= 255);
    discard();
    const std::size_t headBytes = exchange.size() + routingKey.size() + properties.size();
    m_bodyBytesWanted = bodyBytes;
    m_bodyCapacity = std::min(bodyBytes, Message::kBodyBytesAtOnce);
    const auto block = block_pool::allocate(sizeof(Message) + headBytes + m_bodyCapacity);
    m_message = new (block.memory) Message;
    m_message->m_sizeClass = block.sizeClass;
    m_message->m_exchangeBytes = static_cast<std::uint8_t>(exchange.size());
    m_message->m_routingKeyBytes = static_cast<std::uint8_t>(routingKey.size());
    m_message->m_propertiesBytes = static_cast<std::uint32_t>(properties.size());
    m_message->m_isPersistent = isPersistent;
    std::byte* at = m_message->bytes();
    for (const ByteView part : {bytesOf(exchange), bytesOf(routingKey), properties}) {
        if (!part.empty()) std::memcpy(at, part.data(), part.size());
        at += part.size();
    }
    m_message->readTraits();
}

void MessageBuilder::append(ByteView piece)
{
    WARREN_CHECK(piece.size() <= bodyBytesMissing());
    if (piece.empty()) return;
    const std::size_t bodyBytes = m_message->m_bodyBytes + piece.size();
    if (bodyBytes > m_bodyCapacity) {
        grow(std::min(m_bodyBytesWanted, std::max(bodyBytes, m_bodyCapacity * 2)));
    }
    std::memcpy(m_message->bytes() + m_message->headBytes() + m_message->m_bodyBytes, piece.data(),
                piece.size());
    m_message->m_bodyBytes = bodyBytes;
}

void MessageBuilder::grow(std::size_t bodyCapacity)
{
    // Nobody else knows the message yet, so it may move; large blocks move without being copied.
    // What has to grow is larger than those of the pool.
    static_assert(Message::kBodyBytesAtOnce > block_pool::kBlockBytesMax);
    WARREN_CHECK(m_message->m_sizeClass == 0);
    void* memory = std::realloc(static_cast<void*>(m_message),
                                sizeof(Message) + m_message->headBytes() + bodyCapacity);
    WARREN_CHECK(memory != nullptr);
    m_message = static_cast<Message*>(memory);
    m_bodyCapacity = bodyCapacity;
}

MessagePtr MessageBuilder::take()
{
    WARREN_CHECK(isActive() && isComplete());
    return MessagePtr{std::exchange(m_message, nullptr)};
}

void MessageBuilder::discard() { MessagePtr{std::exchange(m_message, nullptr)}.reset(); }

MessagePtr makeMessage(std::string_view exchange, std::string_view routingKey, ByteView properties,
                       bool isPersistent, ByteView body)
{
    MessageBuilder builder;
    builder.begin(exchange, routingKey, properties, isPersistent, body.size());
    builder.append(body);
    return builder.take();
}

}  // namespace warren::broker
