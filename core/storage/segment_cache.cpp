#include "core/storage/segment_cache.h"

#include <algorithm>
#include <utility>

namespace warren::storage {

const SegmentCache::Segment* SegmentCache::find(broker::LogPosition id)
{
    const auto at = std::ranges::find(m_segments, id, &Segment::id);
    if (at == m_segments.end()) return nullptr;
    std::rotate(m_segments.begin(), at, at + 1);
    return &m_segments.front();
}

const SegmentCache::Segment& SegmentCache::put(Segment&& segment)
{
    m_bytes += segment.bytes();
    m_segments.push_front(std::move(segment));
    while (m_bytes > kBytesMax && m_segments.size() > 1) {
        m_bytes -= m_segments.back().bytes();
        m_segments.pop_back();
    }
    return m_segments.front();
}

void SegmentCache::remove(broker::LogPosition id)
{
    const auto at = std::ranges::find(m_segments, id, &Segment::id);
    if (at == m_segments.end()) return;
    m_bytes -= at->bytes();
    m_segments.erase(at);
}

void SegmentCache::clear()
{
    m_segments.clear();
    m_bytes = 0;
}

}  // namespace warren::storage
