#include "core/broker/message.h"

#include "core/base/check.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

namespace warren::broker {

void MessagePtr::reset()
{
    Message* message = std::exchange(m_message, nullptr);
    if (message == nullptr) return;
    if (message->m_references.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    message->~Message();
    std::free(message);
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
    void* memory = std::malloc(sizeof(Message) + headBytes + m_bodyCapacity);
    WARREN_CHECK(memory != nullptr);
    m_message = new (memory) Message;
    m_message->m_exchangeBytes = static_cast<std::uint8_t>(exchange.size());
    m_message->m_routingKeyBytes = static_cast<std::uint8_t>(routingKey.size());
    m_message->m_propertiesBytes = static_cast<std::uint32_t>(properties.size());
    m_message->m_isPersistent = isPersistent;
    std::byte* at = m_message->bytes();
    for (const ByteView part : {bytesOf(exchange), bytesOf(routingKey), properties}) {
        if (!part.empty()) std::memcpy(at, part.data(), part.size());
        at += part.size();
    }
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
