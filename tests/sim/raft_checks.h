#pragma once

#include "core/raft/raft_types.h"
#include "tests/sim/raft_machine.h"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace warren::sim {

/// What must hold in every run, whatever fails. The first violation is kept and ends the run.
class RaftChecks {
public:
    void fail(const std::string& kind, const std::string& what)
    {
        if (!m_violation) m_violation = kind + ": " + what;
    }
    const std::optional<std::string>& violation() const { return m_violation; }

    /// Log matching: the same index and term means the same entry after the same one.
    void entryStored(raft::MemberId by, raft::LogIndex index, const raft::Entry& entry,
                     raft::Term before);
    /// Election safety: one leader per term. Leader completeness: it has all that was applied.
    void leads(raft::MemberId by, raft::Term term, raft::LogIndex lastIndex);
    /// State machine safety: the same command at the same index, and once.
    void applied(raft::MemberId by, raft::LogIndex index, CommandNumber number);
    /// A snapshot holds everything up to its index.
    void restored(raft::MemberId by, raft::LogIndex index,
                  const std::vector<std::pair<raft::LogIndex, CommandNumber>>& commands);

    // Linearisability: what is acknowledged comes after all that was acknowledged before it began.
    void invoked(CommandNumber number) { m_running[number] = m_lastAcknowledged; }
    void finished(CommandNumber number, cluster::Outcome outcome);

    bool isAcknowledged(CommandNumber number) const { return m_acknowledged.count(number) > 0; }
    const std::map<CommandNumber, raft::LogIndex>& acknowledged() const { return m_acknowledged; }
    raft::LogIndex lastAcknowledged() const { return m_lastAcknowledged; }
    raft::LogIndex lastApplied() const { return m_lastApplied; }
    std::uint64_t electionCount() const { return m_leaders.size(); }

private:
    struct Stored {
        raft::Entry entry;
        raft::Term before;
    };
    std::optional<std::string> m_violation;
    std::map<std::pair<raft::LogIndex, raft::Term>, Stored> m_stored;
    std::map<raft::Term, raft::MemberId> m_leaders;
    raft::Term m_lastLeaderTerm = 0;
    std::map<raft::LogIndex, CommandNumber> m_chosen;
    std::map<CommandNumber, raft::LogIndex> m_chosenAt;
    raft::LogIndex m_lastApplied = 0;
    std::map<CommandNumber, raft::LogIndex> m_running;  // and what was acknowledged before
    std::map<CommandNumber, raft::LogIndex> m_acknowledged;
    std::set<CommandNumber> m_refused;
    raft::LogIndex m_lastAcknowledged = 0;
};

}  // namespace warren::sim
