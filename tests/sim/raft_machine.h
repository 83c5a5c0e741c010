#pragma once

#include "core/raft/raft_node.h"
#include "tests/sim/simulated_disk.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace warren::sim {

class RaftWorld;

/// A command of the simulation: its number, and that alone.
using CommandNumber = std::uint64_t;
std::string encodeCommand(CommandNumber number);

/// One computer with one member: disk, clock, state, and the member as long as it is up.
class RaftMachine final : private raft::RaftClock,
                          private raft::RaftLinks,
                          private cluster::ReplicatedState {
public:
    RaftMachine(RaftWorld& world, raft::MemberId id, const raft::RaftOptions& options);

    raft::MemberId id() const { return m_id; }
    const raft::RaftOptions& options() const { return m_options; }
    SimulatedDisk& disk() { return m_disk; }
    bool isUp() const { return m_node != nullptr; }
    bool isPaused() const;
    bool isLeader() const { return m_node != nullptr && m_node->isLeader(); }
    /// @pre isUp()
    raft::RaftNode& node() { return *m_node; }
    raft::LogIndex appliedIndex() const { return m_appliedIndex; }
    /// What was applied, in order.
    const std::vector<std::pair<raft::LogIndex, CommandNumber>>& commands() const
    {
        return m_commands;
    }

    void start();
    void crash();
    /// Asleep: nothing happens here until then, and what arrives waits.
    void pauseUntil(Instant until) { m_pausedUntil = until; }
    void jumpClock(Duration by) { m_clockOffset = m_clockOffset + by; }
    void receive(const std::shared_ptr<const raft::Message>& message);

    bool isRetired = false;  ///< removed from the group; will not be started again

private:
    Instant now() override;
    void send(raft::Message message) override;
    void apply(raft::LogIndex index, ByteView command) override;
    std::string snapshot() const override;
    bool restore(raft::LogIndex index, ByteView snapshot) override;

    void scheduleTick();
    void tick();
    void checkHealth();

    RaftWorld& m_world;
    const raft::MemberId m_id;
    const raft::RaftOptions m_options;
    SimulatedDisk m_disk;
    unsigned m_incarnation = 0;
    Instant m_pausedUntil;
    Duration m_clockOffset = std::chrono::hours(1000);
    std::vector<std::pair<raft::LogIndex, CommandNumber>> m_commands;
    raft::LogIndex m_appliedIndex = 0;
    std::unique_ptr<raft::RaftNode> m_node;
};

}  // namespace warren::sim
