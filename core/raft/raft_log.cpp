#include "core/raft/raft_log.h"

#include "core/base/check.h"

#include <algorithm>
#include <iterator>

namespace warren::raft {

const Entry& RaftLog::at(LogIndex index) const
{
    WARREN_CHECK(contains(index));
    return m_entries[index - m_first];
}

void RaftLog::reset(LogIndex first, std::vector<Entry> entries)
{
    WARREN_CHECK(first > 0);
    m_first = first;
    m_entries.assign(std::make_move_iterator(entries.begin()),
                     std::make_move_iterator(entries.end()));
}

void RaftLog::append(const std::vector<Entry>& entries)
{
    m_entries.insert(m_entries.end(), entries.begin(), entries.end());
}

void RaftLog::truncate(LogIndex from)
{
    if (from > lastIndex()) return;
    m_entries.resize(from > m_first ? from - m_first : 0);
}

void RaftLog::dropBefore(LogIndex keepFrom)
{
    if (keepFrom <= m_first) return;
    const auto count = std::min<LogIndex>(keepFrom - m_first, m_entries.size());
    m_entries.erase(m_entries.begin(), m_entries.begin() + static_cast<std::ptrdiff_t>(count));
    m_first += count;
}

}  // namespace warren::raft
