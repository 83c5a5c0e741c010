#pragma once

#include "core/base/ids.h"
#include "core/broker/queue_operation.h"

#include <cstddef>
#include <cstdint>

namespace warren::broker {

/// A message that is on disk only and is wanted back.
struct BodyRequest {
    QueueId queue{};
    Sequence sequence = 0;
    LogPosition position = 0;
    std::uint32_t bodyBytes = 0;
    std::uint8_t priority = 0;  ///< its lane
    std::uint32_t reader = 0;   ///< whose the answer is; 0: the broker's
    bool operator==(const BodyRequest&) const = default;

    /// What a message counts for on its way back: its body, and about what is around it.
    static std::size_t loadBytes(std::uint32_t bodyBytes)
    {
        constexpr std::size_t kHeadBytes = 64;
        return bodyBytes + kHeadBytes;
    }
    std::size_t loadBytes() const { return loadBytes(bodyBytes); }
};

/// The answer of the store.
struct LoadedBody {
    BodyRequest request{};
    MessagePtr message{};
};

}  // namespace warren::broker
