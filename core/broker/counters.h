#pragma once

#include <cstdint>

namespace warren::broker {

/// Messages counted since the start, for rates. Fan-out counts once per queue in `deliver` and
/// `ack`.
struct MessageCounters {
    std::uint64_t publish = 0;
    std::uint64_t confirm = 0;
    std::uint64_t deliver = 0;    ///< deliveries and gets, with or without acknowledgement
    std::uint64_t redeliver = 0;  ///< the part of `deliver` that had been delivered before
    std::uint64_t ack = 0;
    std::uint64_t returned = 0;
    std::uint64_t dropped = 0;
};

}  // namespace warren::broker
