#pragma once

#include "core/amqp/constants.h"
#include "core/amqp/frame_parser.h"
#include "core/amqp/methods.h"
#include "core/base/bytes.h"
#include "core/broker/command.h"
#include "core/broker/outbox.h"

#include <optional>
#include <vector>

namespace warren::sim {

/// A client's side of an AMQP connection with one channel: what it wants becomes bytes, and the
/// bytes that come back become what a client without a session would have got from the broker.
class AmqpSpeech {
public:
    AmqpSpeech();

    /// Whether the channel is open, so that commands may be said.
    bool isOpen() const { return m_isOpen; }
    /// @pre isOpen()
    void say(const broker::CommandBody& command);
    /// @returns whether it was understood
    bool hear(ByteView bytes, std::vector<broker::Event>& events);
    /// The bytes since the last call.
    Buffer takeOutput();

private:
    bool hearMethod(const amqp::Frame& frame, std::vector<broker::Event>& events);
    bool hearContent(const amqp::Frame& frame, std::vector<broker::Event>& events);
    void answerHandshake(const amqp::Method& method);
    std::optional<broker::EventBody> eventOf(const amqp::Method& method) const;

    /// A delivery or a return whose content is coming.
    struct Incomplete {
        broker::EventBody event;
        std::string exchange;
        std::string routingKey;
        broker::MessageBuilder builder{};
    };

    amqp::FrameParser m_parser;
    Buffer m_input;
    Buffer m_output;
    std::optional<Incomplete> m_incomplete;
    bool m_isOpen = false;
};

}  // namespace warren::sim
