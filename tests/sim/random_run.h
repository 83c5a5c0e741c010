#pragma once

#include "tests/sim/raft_world.h"

#include <optional>
#include <string>

namespace warren::sim {

struct RunOptions {
    raft::RaftGuards guards{};
    std::chrono::seconds faultyTime{40};
    bool changesMembers = true;
    bool isTracing = false;
};

/// A group under load while everything around it fails at random, and afterwards nothing does:
/// then it must be complete within half a minute, and its members can still be changed.
///
/// What can fail differs from seed to seed: 1, 3 or 5 voters, half of them with a member without a
/// disk, small or large snapshots, order or disorder on the links, losses, cuts one way or both,
/// crashes of which the others are told or not, or which they are told of though there were none,
/// slow disks, sleeping computers, jumping clocks.
class RandomRun {
public:
    RandomRun(std::uint64_t seed, const RunOptions& options);

    /// @returns what was violated
    std::optional<std::string> run();

    RaftWorld& world() { return m_world; }

private:
    raft::RaftOptions volatileOptions() const;
    RaftMachine& anyMachine();
    void clients();
    void crashAndRestart(RaftMachine& machine, Duration down);
    void sayThatItIsGone(raft::MemberId id);
    void nemesis();
    void doHarm();
    void cutInHalves();
    void operate();
    bool replaceVolatileMember(raft::RaftNode& leader, const raft::Members& members);
    void changeMembers(raft::RaftNode& leader, const raft::Members& members);
    void settle();
    bool isComplete(raft::LogIndex target, std::string& missing);
    void checkThatMembersChange();
    void checkThatNothingIsLost();
    cluster::Done counted();

    RaftWorld m_world;
    const RunOptions m_options;
    raft::RaftOptions m_raft;
    bool m_changesMembers = false;
    bool m_hasVolatileMember = false;
    bool m_hasSlowDisks = false;
    bool m_hasClockJumps = false;
    bool m_hasPauses = false;
    bool m_areCrashesTold = false;
    std::uint64_t m_nextId = 0;
    raft::MemberId m_volatileId;
    bool m_isHealing = false;
};

}  // namespace warren::sim
