#pragma once

#include "tests/sim/chance.h"
#include "tests/sim/event_queue.h"
#include "tests/sim/raft_checks.h"
#include "tests/sim/raft_machine.h"

#include <cstdint>
#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

namespace warren::sim {

using namespace std::chrono_literals;

struct LinkQuality {
    Duration delayMin = 1ms;
    Duration delayMax = 3ms;
    double loss = 0;
    double duplicates = 0;
    bool keepsOrder = true;  ///< as TCP; otherwise messages overtake each other
};

/// What happened in a run. Plain, so that it can cross from a process to another.
struct RaftStatistics {
    std::uint64_t proposed, acknowledged, unknown, reads, elections, crashes, cuts, lostMessages,
        pauses, clockJumps, slowDisks, memberChanges, transfers, snapshotsSent, messages, settledMs;
};

/// A group of members in one thread on virtual time: links, disks and clocks that fail, and what
/// must hold anyway.
class RaftWorld {
public:
    explicit RaftWorld(std::uint64_t seed) : chance(seed) {}

    EventQueue events;
    Chance chance;
    DiskSpeed diskSpeed;
    LinkQuality links;
    RaftChecks checks;
    RaftStatistics statistics{};
    bool isTracing = false;

    // ---- machines
    RaftMachine& add(raft::MemberId id, const raft::RaftOptions& options,
                     raft::PersistentState disk = {});
    /// Members 1 to `voters`, all up, and others that are known but have to be added.
    void found(unsigned voters, const raft::RaftOptions& options, const raft::Members& others = {});
    RaftMachine& machine(raft::MemberId id) { return *m_machines.at(id); }
    const std::map<raft::MemberId, std::unique_ptr<RaftMachine>>& machines() const
    {
        return m_machines;
    }
    /// That of the highest term, if there is one.
    RaftMachine* leader();

    // ---- time; stops at a violation
    bool isOver() const { return checks.violation().has_value(); }
    void runFor(Duration time);
    bool runUntil(Duration limit, const std::function<bool()>& condition);
    bool runUntilLeader(Duration limit = 20s);

    // ---- links
    void cut(raft::MemberId from, raft::MemberId to) { m_cut.insert({from, to}); }
    void isolate(raft::MemberId id);
    void healLinks() { m_cut.clear(); }
    void deliver(raft::Message message);

    // ---- clients
    /// @returns the first command's number
    CommandNumber propose(RaftMachine& at, unsigned count);
    void read(RaftMachine& at);

    void say(const std::string& what) const;
    /// All machines, in one line each.
    void describe();

private:
    std::map<raft::MemberId, std::unique_ptr<RaftMachine>> m_machines;
    std::set<std::pair<raft::MemberId, raft::MemberId>> m_cut;  // from, to
    std::map<std::pair<raft::MemberId, raft::MemberId>, Instant> m_lastArrival;
    CommandNumber m_nextCommand = 1;
};

}  // namespace warren::sim
