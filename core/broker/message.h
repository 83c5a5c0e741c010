#pragma once

#include "core/base/bytes.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace warren::broker {

class MessagePtr;

/// A published message: exchange, routing key, properties and body in one block of memory.
///
/// Immutable once it is complete, and shared by reference count among all the queues, deliveries
/// and the store that hold it; `MessagePtr` counts. Properties are kept as they came over the wire
/// (property flags and list, AMQP 0-9-1 §4.2.6.1), so they come back byte for byte.
/// Thread: complete messages may be read by any; the count is atomic.
class Message {
public:
    /// Bodies are allocated as they arrive beyond this size, so that a peer which announces a large
    /// body and never sends it costs nothing.
    static constexpr std::size_t kBodyBytesAtOnce = 64 * 1024;

    std::string_view exchange() const { return textOf({bytes(), m_exchangeBytes}); }
    std::string_view routingKey() const
    {
        return textOf({bytes() + m_exchangeBytes, m_routingKeyBytes});
    }
    ByteView properties() const
    {
        return {bytes() + m_exchangeBytes + m_routingKeyBytes, m_propertiesBytes};
    }
    ByteView body() const { return {bytes() + headBytes(), m_bodyBytes}; }
    std::size_t bodyBytes() const { return m_bodyBytes; }

    /// delivery-mode 2. Spec: basic class, property delivery-mode.
    bool isPersistent() const { return m_isPersistent; }
    /// Property priority; 0 if there is none.
    std::uint8_t priority() const { return m_priority; }
    /// Whether it has the property expiration.
    bool hasExpiration() const { return m_hasExpiration; }
    /// Whether it has the property reply-to.
    bool hasReplyTo() const { return m_hasReplyTo; }
    /// Whether its headers name further routing keys.
    /// Spec: RabbitMQ, "Sender-selected Distribution": headers CC and BCC.
    bool hasSenderSelectedKeys() const { return m_hasSenderSelectedKeys; }

    /// Memory that it holds, header included.
    std::size_t memoryBytes() const { return sizeof(Message) + headBytes() + m_bodyBytes; }

private:
    friend class MessagePtr;
    friend class MessageBuilder;

    Message() = default;
    /// Fills in what the broker asks for again and again.
    void readTraits();
    std::byte* bytes() { return reinterpret_cast<std::byte*>(this + 1); }
    const std::byte* bytes() const { return reinterpret_cast<const std::byte*>(this + 1); }
    std::size_t headBytes() const
    {
        return std::size_t{m_exchangeBytes} + m_routingKeyBytes + m_propertiesBytes;
    }

    std::atomic<std::uint32_t> m_references{1};
    std::uint32_t m_propertiesBytes = 0;
    std::size_t m_bodyBytes = 0;
    std::uint8_t m_exchangeBytes = 0;
    std::uint8_t m_routingKeyBytes = 0;
    bool m_isPersistent = false;
    std::uint8_t m_priority = 0;
    bool m_hasExpiration = false;
    bool m_hasReplyTo = false;
    bool m_hasSenderSelectedKeys = false;
    std::uint8_t m_sizeClass = 0;  // of its block
};
static_assert(sizeof(Message) == 24);

/// A counted reference to a complete Message; may be null.
class MessagePtr {
public:
    MessagePtr() = default;
    MessagePtr(const MessagePtr& other) : m_message(other.m_message)
    {
        if (m_message != nullptr) m_message->m_references.fetch_add(1, std::memory_order_relaxed);
    }
    MessagePtr(MessagePtr&& other) noexcept : m_message(std::exchange(other.m_message, nullptr)) {}
    MessagePtr& operator=(MessagePtr other) noexcept
    {
        std::swap(m_message, other.m_message);
        return *this;
    }
    ~MessagePtr() { reset(); }

    void reset();
    const Message* get() const { return m_message; }
    const Message& operator*() const { return *m_message; }
    const Message* operator->() const { return m_message; }
    explicit operator bool() const { return m_message != nullptr; }
    bool operator==(const MessagePtr&) const = default;

private:
    friend class MessageBuilder;
    explicit MessagePtr(Message* message) : m_message(message) {}

    Message* m_message = nullptr;
};

/// Builds one message: its head at once, its body in pieces.
class MessageBuilder {
public:
    MessageBuilder() = default;
    MessageBuilder(MessageBuilder&& other) noexcept
        : m_message(std::exchange(other.m_message, nullptr)),
          m_bodyBytesWanted(other.m_bodyBytesWanted),
          m_bodyCapacity(other.m_bodyCapacity)
    {
    }
    MessageBuilder& operator=(MessageBuilder&& other) noexcept;
    ~MessageBuilder();

    /// Starts a message. @pre exchange and routing key have at most 255 bytes, properties less than
    /// 4 GiB
    /// @param bodyBytes  what the whole body will have; the caller has judged it against its limit
    void begin(std::string_view exchange, std::string_view routingKey, ByteView properties,
               bool isPersistent, std::size_t bodyBytes);

    /// Adds the next piece of the body. @pre not more than was announced
    void append(ByteView piece);

    bool isActive() const { return m_message != nullptr; }
    /// Of what has been begun.
    std::size_t memoryBytes() const
    {
        return m_message == nullptr ? 0 : sizeof(Message) + m_message->headBytes() + m_bodyCapacity;
    }
    bool isComplete() const { return m_message->m_bodyBytes == m_bodyBytesWanted; }
    std::size_t bodyBytesMissing() const { return m_bodyBytesWanted - m_message->m_bodyBytes; }

    /// The finished message; the builder is idle then. @pre isComplete()
    MessagePtr take();
    /// Forgets what was begun.
    void discard();

private:
    void grow(std::size_t bodyCapacity);

    Message* m_message = nullptr;
    std::size_t m_bodyBytesWanted = 0;
    std::size_t m_bodyCapacity = 0;
};

/// A complete message in one call.
MessagePtr makeMessage(std::string_view exchange, std::string_view routingKey, ByteView properties,
                       bool isPersistent, ByteView body);

}  // namespace warren::broker
