#pragma once

#include "core/raft/raft_types.h"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <optional>

namespace warren::raft {

/// Which appends are on their way to the disk, and how much of each still counts.
///
/// An entry that was truncated before its write returned must not be reported as persisted.
/// Comparing terms is not enough: the same entry may come back before its first write completes.
/// So every write has a ticket.
class AppendTracker {
public:
    void begin(Ticket ticket, LogIndex first, std::size_t count)
    {
        m_appends.push_back({ticket, first, count});
    }
    /// The entries from `from` on no longer count.
    void truncate(LogIndex from)
    {
        for (Append& append : m_appends) {
            const LogIndex alive = from > append.first ? from - append.first : 0;
            append.count = std::min<std::size_t>(append.count, alive);
        }
    }
    /// @returns the last index that is now on the disk and still counts, if any
    std::optional<LogIndex> end(Ticket ticket)
    {
        if (m_appends.empty() || m_appends.front().ticket != ticket) return std::nullopt;
        const Append append = m_appends.front();
        m_appends.pop_front();
        if (append.count == 0) return std::nullopt;
        return append.first + append.count - 1;
    }

private:
    struct Append {
        Ticket ticket;
        LogIndex first;
        std::size_t count;
    };
    std::deque<Append> m_appends;
};

}  // namespace warren::raft
