#pragma once

#include "core/base/bytes.h"
#include "core/broker/outbox.h"

#include <cstdint>
#include <string>
#include <vector>

namespace warren::session {

/// Turns one channel's broker events into frames. Keeps the consumer tags, which deliveries name by
/// slot only. Thread: the session's.
class EventEncoder {
public:
    /// @param frameBytesMax  negotiated
    void encode(ChannelNumber channel, const broker::EventBody& event, std::uint32_t frameBytesMax,
                Buffer& out);

private:
    std::vector<std::string> m_consumerTags;  // by slot
};

}  // namespace warren::session
