#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

namespace warren::broker {

/// How much memory the messages of all queues take, and how much they may. The broker has one; its
/// queues keep the books.
///
/// A message in several queues counts in each. Thread: the broker's.
struct BodyMemory {
    static constexpr std::size_t kUnlimited = std::numeric_limits<std::size_t>::max();

    // ---- limits

    /// While messages take no more than this, stored ones stay in memory too; beyond it those
    /// leave that lie behind the head of their queue.
    std::size_t keptBytes = kUnlimited;
    /// Beyond this everything leaves that can, the heads of queues too.
    std::size_t bytesMax = kUnlimited;
    /// The head: so much of a queue's first messages stays in memory, or comes back ahead of the
    /// deliveries.
    std::size_t headBytes = 4 * 1024 * 1024;
    /// So much of what the consumers of a queue hold unacknowledged stays in memory.
    std::size_t unackedBytes = 4 * 1024 * 1024;
    /// So much may be on its way back at a time, for all queues together.
    std::size_t loadingBytesMax = 32 * 1024 * 1024;

    // ---- books

    std::size_t inMemoryBytes = 0;  ///< messages, their heads included
    std::size_t loadingBytes = 0;   ///< bodies that the store was asked for
    std::size_t pagedOutBytes = 0;  ///< bodies that are on disk only
    std::size_t pagedOutCount = 0;  ///< their number

    bool mayKeepMore() const { return inMemoryBytes < keptBytes; }
    bool isOverLimit() const { return inMemoryBytes > bytesMax; }
};

}  // namespace warren::broker
