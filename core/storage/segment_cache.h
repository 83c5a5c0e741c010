#pragma once

#include "core/broker/queue_operation.h"

#include <QByteArray>

#include <cstddef>
#include <deque>
#include <optional>

namespace warren::storage {

/// The segments that were read last: messages are wanted back in runs, and those of several queues
/// lie in the same segments.
///
/// Thread: the store's. Memory: kBytesMax, and nothing larger than that is kept.
class SegmentCache {
public:
    static constexpr std::size_t kBytesMax = 8 * 1024 * 1024;

    struct Segment {
        broker::LogPosition id = 0;
        QByteArray index{};
        QByteArray records{};
        std::size_t bytes() const
        {
            return static_cast<std::size_t>(index.size() + records.size());
        }
    };

    /// @returns null if it is not here; valid until the next call
    const Segment* find(broker::LogPosition id);
    /// Keeps it, and forgets those that were not wanted for longest. @returns the segment, as find
    const Segment& put(Segment&& segment);
    /// It has changed or gone.
    void remove(broker::LogPosition id);
    void clear();

private:
    std::deque<Segment> m_segments;  // what was wanted last at the front
    std::size_t m_bytes = 0;
};

}  // namespace warren::storage
