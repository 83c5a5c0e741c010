#pragma once

#include "core/amqp/constants.h"
#include "core/amqp/methods.h"
#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/broker/message.h"

#include <cstdint>
#include <string>

namespace warren::session {

/// Puts one channel's basic.publish together: method, content header, body frames.
///
/// Memory: the body is allocated as it arrives, and never more than the limit on messages.
/// Spec: AMQP 0-9-1 §4.2.6.
class ContentAssembler {
public:
    enum class Progress {
        NeedsMore,
        Complete,  ///< take() the message
        TooLarge,  ///< the body is over the limit: close the channel; the rest is skipped
    };

    /// A publish begins. @pre isIdle()
    void begin(const amqp::BasicPublish& publish);

    bool isIdle() const { return m_phase == Phase::Idle; }
    /// Of the message that is coming in.
    std::size_t memoryBytes() const { return m_builder.memoryBytes(); }

    /// The next header frame. @error UnexpectedFrame, FrameError, SyntaxError
    Result<Progress, amqp::AmqpError> addHeader(ByteView payload, std::uint64_t messageBytesMax);
    /// The next body frame. @error UnexpectedFrame, FrameError
    Result<Progress, amqp::AmqpError> addBody(ByteView payload);
    /// A method frame came instead. @pre !isIdle()
    amqp::AmqpError unexpectedMethod() const;

    /// What the header announced. @pre after TooLarge
    std::uint64_t bodyBytes() const { return m_bodyBytes; }
    /// The message. @pre the last progress was Complete
    broker::MessagePtr take();
    bool isMandatory() const { return m_isMandatory; }
    bool isImmediate() const { return m_isImmediate; }
    /// The publisher's user, as the message says; empty text and no user are different.
    bool hasUserId() const { return m_hasUserId; }
    const std::string& userId() const { return m_userId; }

private:
    enum class Phase { Idle, AwaitsHeader, AwaitsBody, Skips };

    Phase m_phase = Phase::Idle;
    std::string m_exchange;
    std::string m_routingKey;
    bool m_isMandatory = false;
    bool m_isImmediate = false;
    bool m_hasUserId = false;
    std::string m_userId;
    std::uint64_t m_bodyBytes = 0;
    std::uint64_t m_bytesToSkip = 0;
    broker::MessageBuilder m_builder;
};

}  // namespace warren::session
