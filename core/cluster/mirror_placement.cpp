#include "core/cluster/mirror_placement.h"

#include "core/base/check.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace warren::cluster {
namespace {

bool contains(const std::vector<NodeName>& nodes, const NodeName& node)
{
    return std::find(nodes.begin(), nodes.end(), node) != nodes.end();
}

/// Those for which `isGood` holds, or all if it does for none.
template <typename Predicate>
PlacementNodes preferred(const PlacementNodes& nodes, Predicate isGood)
{
    PlacementNodes good;
    std::copy_if(nodes.begin(), nodes.end(), std::back_inserter(good), isGood);
    return good.empty() ? nodes : good;
}

bool isDisk(const PlacementNode& node) { return node.type == NodeType::Disk; }
bool isStaying(const PlacementNode& node) { return !node.isDraining; }

bool isListed(const MirrorPolicy& policy, const NodeName& node)
{
    return policy.mode != MirrorMode::Nodes || contains(policy.nodes, node);
}

bool hasListedNode(const MirrorPolicy& policy, const PlacementNodes& nodes)
{
    return std::any_of(nodes.begin(), nodes.end(),
                       [&](const PlacementNode& node) { return isListed(policy, node.name); });
}

NodeName withFewestMasters(const PlacementNodes& nodes)
{
    return std::min_element(nodes.begin(), nodes.end(),
                            [](const PlacementNode& a, const PlacementNode& b) {
                                return std::tie(a.masterCount, a.name) <
                                       std::tie(b.masterCount, b.name);
                            })
        ->name;
}

/// The same nodes in any order give the same choice.
NodeName atRandom(PlacementNodes nodes, Prng& prng)
{
    std::sort(nodes.begin(), nodes.end(),
              [](const PlacementNode& a, const PlacementNode& b) { return a.name < b.name; });
    return nodes[prng.below(nodes.size())].name;
}

NodeName chooseMaster(const NewQueue& queue, const PlacementNodes& nodes, Prng& prng)
{
    const auto isPossible = [&](const PlacementNode& node) {
        return isListed(queue.policy, node.name);
    };
    const bool isAnyPossible = std::any_of(nodes.begin(), nodes.end(), isPossible);
    // With none of the list there, the queue begins where its client is.
    if (!isAnyPossible && findNode(nodes, queue.clientNode) != nullptr) return queue.clientNode;
    PlacementNodes candidates = preferred(nodes, isPossible);
    const bool mustOutliveItsNode = queue.isDurable || queue.policy.mode != MirrorMode::None;
    if (mustOutliveItsNode) candidates = preferred(candidates, isDisk);
    // A client of a draining node is about to be sent away; until then it gets what it asks for.
    const bool isClientsPossible = findNode(candidates, queue.clientNode) != nullptr;
    if (queue.locator == MasterLocator::ClientLocal && isClientsPossible) return queue.clientNode;
    candidates = preferred(candidates, isStaying);
    if (queue.locator == MasterLocator::Random) return atRandom(candidates, prng);
    return withFewestMasters(candidates);
}

/// Nodes that could have the queue and don't, best first.
std::vector<NodeName> candidatesBeside(const std::vector<NodeName>& taken,
                                       const PlacementNodes& nodes)
{
    PlacementNodes others;
    std::copy_if(nodes.begin(), nodes.end(), std::back_inserter(others),
                 [&](const PlacementNode& node) { return !contains(taken, node.name); });
    std::sort(others.begin(), others.end(), [](const PlacementNode& a, const PlacementNode& b) {
        return std::tie(a.isDraining, a.type, a.replicaCount, a.name) <
               std::tie(b.isDraining, b.type, b.replicaCount, b.name);
    });
    std::vector<NodeName> names;
    for (const PlacementNode& node : others) {
        names.push_back(node.name);
    }
    return names;
}

/// Mirrors in the order in which they are worth keeping.
std::vector<NodeName> mirrorsByWorth(const Placement& now)
{
    std::vector<NodeName> mirrors = now.mirrors;
    if (now.master) mirrors.push_back(now.master);
    std::stable_partition(mirrors.begin(), mirrors.end(),
                          [&](const NodeName& node) { return now.isInSync(node); });
    return mirrors;
}

/// The longest synchronised mirror that runs and for which `isGood` holds; none if there is none.
template <typename Predicate>
NodeName successorWhere(const Placement& now, const PlacementNodes& nodes, Predicate isGood)
{
    for (const NodeName& name : now.inSync) {
        const PlacementNode* node = findNode(nodes, name);
        if (name != now.master && node != nullptr && isGood(*node)) return name;
    }
    return {};
}

NodeName wantedMaster(const Placement& now, const MirrorPolicy& policy, const PlacementNodes& nodes)
{
    const PlacementNode* master = findNode(nodes, now.master);
    WARREN_CHECK(master != nullptr);
    // Without mirrors there is nobody to go to; those that are left over go first.
    if (policy.mode == MirrorMode::None) return now.master;
    const auto isPossible = [&](const PlacementNode& node) {
        return isListed(policy, node.name) && !node.isDraining;
    };
    const auto isBest = [&](const PlacementNode& node) { return isPossible(node) && isDisk(node); };
    if (isBest(*master)) return now.master;
    if (const NodeName best = successorWhere(now, nodes, isBest)) return best;
    if (isPossible(*master)) return now.master;
    if (const NodeName other = successorWhere(now, nodes, isPossible)) return other;
    return now.master;
}

/// All of `names` but the master; in the order in which they are mirrors now, new ones behind.
std::vector<NodeName> mirrorsOf(const std::vector<NodeName>& names, const NodeName& master,
                                const Placement& now)
{
    std::vector<NodeName> mirrors;
    const auto add = [&](const NodeName& node) {
        if (node && node != master && !contains(mirrors, node) && contains(names, node))
            mirrors.push_back(node);
    };
    std::for_each(now.mirrors.begin(), now.mirrors.end(), add);
    std::for_each(names.begin(), names.end(), add);
    return mirrors;
}

std::vector<NodeName> exactly(std::size_t count, const NodeName& master, const Placement& now,
                              const PlacementNodes& nodes)
{
    std::vector<NodeName> replicas{master};
    const auto addAll = [&](const std::vector<NodeName>& names) {
        for (const NodeName& name : names) {
            if (replicas.size() >= count) return;
            if (!contains(replicas, name)) replicas.push_back(name);
        }
    };
    std::vector<NodeName> present = mirrorsByWorth(now);
    std::erase_if(present, [&](const NodeName& node) { return findNode(nodes, node) == nullptr; });
    addAll(present);
    addAll(candidatesBeside(replicas, nodes));
    // Who is down is better than nobody.
    addAll(mirrorsByWorth(now));
    return replicas;
}

/// Every node that runs and every mirror for which `isGood` holds.
template <typename Predicate>
std::vector<NodeName> everyNode(const Placement& now, const PlacementNodes& nodes, Predicate isGood)
{
    std::vector<NodeName> names;
    for (const PlacementNode& node : nodes) {
        const bool isThere = now.hasReplica(node.name);
        if (isGood(node.name) && (isThere || !node.isDraining)) names.push_back(node.name);
    }
    std::sort(names.begin(), names.end());
    std::copy_if(now.mirrors.begin(), now.mirrors.end(), std::back_inserter(names), isGood);
    return names;
}

}  // namespace

const PlacementNode* findNode(const PlacementNodes& nodes, const NodeName& name)
{
    const auto at = std::find_if(nodes.begin(), nodes.end(),
                                 [&](const PlacementNode& node) { return node.name == name; });
    return at == nodes.end() ? nullptr : &*at;
}

bool WantedPlacement::has(const NodeName& node) const
{
    return master == node || contains(mirrors, node);
}

WantedPlacement placeNew(const NewQueue& queue, const PlacementNodes& nodes, Prng& prng)
{
    WARREN_CHECK(!nodes.empty());
    Placement alone;
    alone.master = chooseMaster(queue, nodes, prng);
    alone.inSync = {alone.master};
    // Nobody else has the queue, so the master stays.
    return wantedPlacement(alone, queue.policy, nodes);
}

WantedPlacement wantedPlacement(const Placement& now, const MirrorPolicy& policy,
                                const PlacementNodes& nodes)
{
    WantedPlacement wanted{.master = wantedMaster(now, policy, nodes)};
    switch (policy.mode) {
    case MirrorMode::None: break;
    case MirrorMode::All:
        wanted.mirrors = mirrorsOf(everyNode(now, nodes, [](const NodeName&) { return true; }),
                                   wanted.master, now);
        break;
    case MirrorMode::Exactly:
        wanted.mirrors =
            mirrorsOf(exactly(policy.count, wanted.master, now, nodes), wanted.master, now);
        break;
    case MirrorMode::Nodes:
        if (!hasListedNode(policy, nodes)) break;
        wanted.mirrors = mirrorsOf(
            everyNode(now, nodes, [&](const NodeName& node) { return isListed(policy, node); }),
            wanted.master, now);
        break;
    }
    return wanted;
}

std::vector<PlacementCommand> stepsTo(const WantedPlacement& wanted, QueueId queue,
                                      const Placement& now, const PlacementNodes& nodes)
{
    WARREN_CHECK(now.master);
    const auto target = [&](const NodeName& node) {
        return PlacementTarget{queue, now.epoch, node};
    };
    const auto isReady = [&](const NodeName& node) { return now.isInSync(node); };
    std::vector<PlacementCommand> steps;
    for (const NodeName& node : wanted.mirrors) {
        if (now.hasReplica(node) || findNode(nodes, node) == nullptr) continue;
        steps.push_back(AddMirror{target(node)});
    }
    const bool areAllReady = isReady(wanted.master) &&
                             std::all_of(wanted.mirrors.begin(), wanted.mirrors.end(), isReady);
    for (const NodeName& node : now.mirrors) {
        if (wanted.has(node)) continue;
        // Who is down may be needed again, if it comes back before those that are wanted are ready.
        const bool isOfNoUse = !now.isInSync(node) && findNode(nodes, node) != nullptr;
        if (areAllReady || isOfNoUse) steps.push_back(RemoveMirror{target(node)});
    }
    const bool isToMove = wanted.master != now.master && now.isInSync(wanted.master) &&
                          findNode(nodes, wanted.master) != nullptr;
    if (steps.empty() && isToMove) steps.push_back(Promote{target(wanted.master)});
    return steps;
}

std::vector<NodeName> mirrorsToSynchronise(const Placement& now, const MirrorPolicy& policy,
                                           const PlacementNodes& nodes)
{
    std::vector<NodeName> mirrors;
    if (policy.sync == SyncMode::Manual || !now.master) return mirrors;
    std::copy_if(now.mirrors.begin(), now.mirrors.end(), std::back_inserter(mirrors),
                 [&](const NodeName& node) {
                     return !now.isInSync(node) && findNode(nodes, node) != nullptr;
                 });
    return mirrors;
}

}  // namespace warren::cluster
