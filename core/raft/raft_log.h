#pragma once

#include "core/raft/raft_types.h"

#include <deque>
#include <vector>

namespace warren::raft {

/// The entries since the last snapshot and some before it, in memory.
class RaftLog {
public:
    LogIndex firstIndex() const { return m_first; }
    LogIndex lastIndex() const { return m_first + m_entries.size() - 1; }
    bool contains(LogIndex index) const { return index >= m_first && index <= lastIndex(); }
    /// @pre contains(index)
    const Entry& at(LogIndex index) const;

    /// Becomes `entries`, of which the first is at `first`; without any, the next one will be.
    void reset(LogIndex first, std::vector<Entry> entries = {});
    void append(const std::vector<Entry>& entries);
    /// Forgets the entries from `from` on.
    void truncate(LogIndex from);
    /// Forgets the entries before `keepFrom`.
    void dropBefore(LogIndex keepFrom);

private:
    LogIndex m_first = 1;
    std::deque<Entry> m_entries;
};

}  // namespace warren::raft
