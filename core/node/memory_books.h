#pragma once

#include "core/base/time.h"

#include <cstddef>
#include <cstdint>

namespace warren::node {

/// What the node's own books say of its memory, beside what the system says: the system is asked a
/// few times a second only, and gets memory back late.
///
/// Pure: readings, amounts and times come in. Thread: one.
class MemoryBooks {
public:
    /// What is known at any moment.
    struct Amounts {
        std::uint64_t messageBytes = 0;   ///< of messages in memory
        std::uint64_t pagedOutCount = 0;  ///< messages that are on disk only
        std::uint64_t storeBytes = 0;     ///< on the way to the disk
        std::uint64_t unsentBytes = 0;    ///< on the way to clients
        std::uint64_t linkCount = 0;
        std::uint64_t movedCount = 0;  ///< messages in and out, ever
    };
    struct BodyLimits {
        std::size_t keptBytes = 0;
        std::size_t bytesMax = 0;
    };

    /// What is resident before the first client comes.
    void noteStart(std::uint64_t residentBytes);
    void noteReading(std::uint64_t residentBytes, const Amounts& amounts);

    /// What must be resident by now, if all that came since the last reading was allocated anew.
    std::uint64_t foreseenBytes(const Amounts& amounts) const;
    /// What messages may take (broker::BodyMemory): of the part of the watermark at which paging
    /// begins, what the rest leaves them.
    static BodyLimits bodyLimits(const Amounts& amounts, std::uint64_t pagingBytes);
    /// Whether it is time to give freed memory back to the system: after a peak, when nothing moves
    /// or somebody waits for it. Call with each reading.
    bool mayGiveBack(const Amounts& amounts, bool hasWork, bool isMemoryLow, Instant now);

private:
    static std::uint64_t fastBytes(const Amounts& amounts);
    static std::uint64_t allBytes(const Amounts& amounts);

    std::uint64_t m_startBytes = 0;
    std::uint64_t m_residentBytes = 0;
    std::uint64_t m_fastBytesAtReading = 0;
    std::uint64_t m_movedAtReading = 0;
    std::uint64_t m_seenAtTrim = 0;  // tells whether anything was freed since
    Instant m_nextTrim{};
};

}  // namespace warren::node
