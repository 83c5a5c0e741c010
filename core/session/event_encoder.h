#pragma once

#include "core/base/bytes.h"
#include "core/broker/outbox.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace warren::session {

/// Turns one channel's broker events into frames. Keeps the consumer tags, which deliveries name by
/// slot only. Thread: the session's.
class EventEncoder {
public:
    static constexpr std::size_t kWholeBody = std::numeric_limits<std::size_t>::max();

    /// @param frameBytesMax  negotiated
    /// @param bodyBytesMax  so much of a message's body is encoded; the rest is the caller's
    void encode(ChannelNumber channel, const broker::EventBody& event, std::uint32_t frameBytesMax,
                Buffer& out, std::size_t bodyBytesMax = kWholeBody);

private:
    std::vector<std::string> m_consumerTags;  // by slot
};

}  // namespace warren::session
