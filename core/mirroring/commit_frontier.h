#pragma once

#include "core/base/check.h"
#include "core/base/ring.h"
#include "core/broker/queue_operation.h"

#include <cstdint>

namespace warren::mirroring {

using broker::LogPosition;

/// Which positions of a node's log wait for answers of others, and up to where none does.
/// Thread: one. Cost: O(1) per answer, amortised.
class CommitFrontier {
public:
    /// One more answer is needed at this position.
    void expect(LogPosition position)
    {
        if (m_counts.isEmpty()) m_first = position;
        if (position < m_first) {
            // Rare: what was answered already is asked for again.
            Ring<std::uint32_t> counts;
            counts.pushBack(0);
            for (LogPosition gap = position + 1; gap < m_first; ++gap)
                counts.pushBack(0);
            for (std::size_t i = 0; i < m_counts.size(); ++i)
                counts.pushBack(std::uint32_t{m_counts[i]});
            m_counts.swap(counts);
            m_first = position;
        }
        while (m_first + m_counts.size() <= position)
            m_counts.pushBack(0);
        m_counts[position - m_first] += 1;
    }
    /// One of them has come. @pre it was expected
    void satisfy(LogPosition position)
    {
        WARREN_CHECK(position >= m_first && position - m_first < m_counts.size());
        std::uint32_t& count = m_counts[position - m_first];
        WARREN_CHECK(count > 0);
        count -= 1;
        while (!m_counts.isEmpty() && m_counts.front() == 0) {
            m_counts.dropFront();
            m_first += 1;
        }
    }
    bool isEmpty() const { return m_counts.isEmpty(); }
    /// The last position up to which no answer is missing, but not beyond `limit`.
    LogPosition reached(LogPosition limit) const
    {
        return m_counts.isEmpty() || m_first > limit ? limit : m_first - 1;
    }

private:
    Ring<std::uint32_t> m_counts;  // from m_first on; the first one is above 0
    LogPosition m_first = 0;
};

}  // namespace warren::mirroring
