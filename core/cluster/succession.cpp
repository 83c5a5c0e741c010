#include "core/cluster/succession.h"

namespace warren::cluster {
namespace {

/// The first of `names` that runs, a disk node if one does; none if none runs.
NodeName firstRunning(const std::vector<NodeName>& names, const PlacementNodes& nodes)
{
    NodeName first;
    for (const NodeName& name : names) {
        const PlacementNode* node = findNode(nodes, name);
        if (node == nullptr) continue;
        if (node->type == NodeType::Disk) return name;
        if (!first) first = name;
    }
    return first;
}

bool mayLose(const MirrorPolicy& policy, Departure departure)
{
    const bool onFailure = policy.onFailure == PromoteWhen::Always;
    switch (departure) {
    case Departure::Failure: return onFailure;
    case Departure::Shutdown:
        return policy.onShutdown == PromoteWhen::Always && (onFailure || !policy.onFailure);
    }
    return false;
}

}  // namespace

Succession successionOf(const Placement& placement, const MirrorPolicy& policy, Departure departure,
                        const PlacementNodes& nodes)
{
    if (placement.master && findNode(nodes, placement.master) != nullptr) return {};
    if (const NodeName next = firstRunning(placement.inSync, nodes)) {
        return {.kind = SuccessionKind::Promote, .node = next};
    }
    if (mayLose(policy, departure)) {
        if (const NodeName next = firstRunning(placement.mirrors, nodes)) {
            return {.kind = SuccessionKind::PromoteUnsynced, .node = next};
        }
    }
    return {.kind = SuccessionKind::Wait, .node = {}, .waitsFor = placement.inSync};
}

}  // namespace warren::cluster
