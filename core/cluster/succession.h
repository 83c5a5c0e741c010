#pragma once

#include "core/cluster/mirror_placement.h"
#include "core/cluster/mirror_policy.h"
#include "core/cluster/node_name.h"
#include "core/cluster/placement.h"

#include <cstdint>
#include <vector>

namespace warren::cluster {

enum class Departure : std::uint8_t {
    Shutdown,  ///< it said that it stops
    Failure,   ///< it is gone
};

enum class SuccessionKind : std::uint8_t {
    Stay,             ///< the master is there
    Promote,          ///< a mirror that has everything
    PromoteUnsynced,  ///< one that may not, since the policy says "always"
    Wait,             ///< the queue is down until one comes back that has everything
};

/// Who leads a queue next.
struct Succession {
    SuccessionKind kind = SuccessionKind::Stay;
    NodeName node;                     ///< who is promoted
    std::vector<NodeName> waitsFor{};  ///< who has everything and is not there, longest first
    bool operator==(const Succession&) const = default;
};

/// Decides when the master is not among `nodes`, those that run: the longest synchronised mirror, a
/// disk node if one is synchronised; with "always" the oldest one if none is. RabbitMQ takes the
/// oldest one at once, synchronised or not; with "when-synced" as long as any mirror is.
///
/// With Departure::Shutdown it is asked before the master goes, and `nodes` no longer has it.
Succession successionOf(const Placement& placement, const MirrorPolicy& policy, Departure departure,
                        const PlacementNodes& nodes);

}  // namespace warren::cluster
