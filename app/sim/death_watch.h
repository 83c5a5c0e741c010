#pragma once

#include "core/base/time.h"
#include "core/cluster/node_name.h"

#include <cstdint>

namespace warren::sim {

class Node;
class World;

/// The rule for processes that die while all else is well: the others know it from their
/// connections and refused dials, and agree on it before they could from silence.
class DeathWatch {
public:
    /// By then they have agreed. For silence alone, a node is not lost as soon as that.
    static constexpr std::chrono::milliseconds kNotice{350};

    explicit DeathWatch(World& world) : m_world(world) {}

    /// Something else goes wrong, or is ordered by people.
    void disturbed() { m_disturbances += 1; }
    /// The process is about to die, and stays away for so long.
    void dies(const Node& node, Duration length);

private:
    bool areOthersWell(const cluster::NodeName& dead) const;
    bool areWaysGood(const cluster::NodeName& node) const;
    void judge(const cluster::NodeName& dead);

    World& m_world;
    std::uint64_t m_disturbances = 0;
};

}  // namespace warren::sim
