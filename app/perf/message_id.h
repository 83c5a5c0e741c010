#pragma once

#include "core/base/bytes.h"
#include "core/base/time.h"

#include <cstddef>
#include <cstdint>

namespace warren::perf {

/// The first bytes of every body: who sent it, which one it is, and when it was sent or, at a fixed
/// rate, due. Big endian:
///
///     u8 run | u16 producer | u40 sequence | u64 nanoseconds of CLOCK_MONOTONIC
///
/// `run` tells apart what different runs left in a queue. `sequence` counts from 0 for each
/// producer and slot; see Topology for what a slot is.
struct MessageId {
    static constexpr std::size_t kBytes = 16;
    static constexpr std::uint64_t kSequenceMax = (std::uint64_t{1} << 40) - 1;
    static constexpr std::uint32_t kProducerCountMax = 65536;

    std::uint8_t run = 0;
    std::uint16_t producer = 0;
    std::uint64_t sequence = 0;
    Instant stamp{};

    void write(std::byte* to) const
    {
        storeBigEndian<std::uint64_t>(to, std::uint64_t{run} << 56 | std::uint64_t{producer} << 40 |
                                              (sequence & kSequenceMax));
        storeBigEndian<std::uint64_t>(to + 8, static_cast<std::uint64_t>(stamp.sinceStart.count()));
    }
    /// @pre kBytes are there
    static MessageId read(const std::byte* from)
    {
        const auto first = loadBigEndian<std::uint64_t>(from);
        const auto second = loadBigEndian<std::uint64_t>(from + 8);
        return {.run = static_cast<std::uint8_t>(first >> 56),
                .producer = static_cast<std::uint16_t>(first >> 40),
                .sequence = first & kSequenceMax,
                .stamp = {Duration{static_cast<Duration::rep>(second)}}};
    }
    bool operator==(const MessageId&) const = default;
};

/// What tells the messages of one run from those of others. The tag alone would take the messages
/// of one earlier run in 256 for its own.
struct RunMark {
    std::uint8_t tag = 0;
    Instant began{};

    bool covers(const MessageId& id) const { return id.run == tag && id.stamp >= began; }
};

}  // namespace warren::perf
