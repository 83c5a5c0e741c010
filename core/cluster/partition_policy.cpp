#include "core/cluster/partition_policy.h"

#include "core/base/check.h"

#include <algorithm>
#include <string_view>
#include <tuple>

namespace warren::cluster {
namespace {

PauseDecision pauseMinority(const NodeName& self, const NodeTypes& members,
                            const Reachability& reachability)
{
    std::size_t all = 0;
    std::size_t reached = 0;
    for (const auto& [name, type] : members) {
        if (type != NodeType::Disk) continue;
        all += 1;
        if (reachability.areConnected(self, name)) reached += 1;
    }
    if (reached * 2 > all) return {};
    return {.mustPause = true,
            .reason = "This node is paused: it reaches " + std::to_string(reached) + " of " +
                      std::to_string(all) +
                      " disk nodes of its cluster, which is not a majority of them."};
}

PauseDecision pauseIfAllDown(const std::vector<NodeName>& nodes, const NodeName& self,
                             const NodeTypes& members, const Reachability& reachability)
{
    const bool reachesAny = std::any_of(nodes.begin(), nodes.end(), [&](const NodeName& node) {
        return members.contains(node) && reachability.areConnected(self, node);
    });
    if (reachesAny) return {};
    return {.mustPause = true,
            .reason = "This node is paused: it reaches none of the nodes that it needs to."};
}

}  // namespace

bool Reachability::areConnected(const NodeName& one, const NodeName& other) const
{
    return one == other || (m_ways.contains({one, other}) && m_ways.contains({other, one}));
}

PauseDecision decidePause(const PartitionSettings& settings, const NodeName& self,
                          const NodeTypes& members, const Reachability& reachability)
{
    WARREN_CHECK(members.contains(self));
    switch (settings.mode) {
    case PartitionMode::PauseMinority: return pauseMinority(self, members, reachability);
    case PartitionMode::PauseIfAllDown:
        return pauseIfAllDown(settings.nodes, self, members, reachability);
    case PartitionMode::Autoheal:
    case PartitionMode::Ignore: return {};
    }
    return {};
}

std::vector<Side> sidesOf(const NodeTypes& members, const Reachability& reachability)
{
    std::vector<Side> sides;
    for (const auto& [name, type] : members) {
        const NodeName& node = name;
        const auto at = std::find_if(sides.begin(), sides.end(), [&](const Side& side) {
            return std::all_of(side.begin(), side.end(), [&](const NodeName& other) {
                return reachability.areConnected(node, other);
            });
        });
        if (at == sides.end()) {
            sides.push_back({node});
        } else {
            at->push_back(node);
        }
    }
    return sides;
}

HealDecision decideHeal(const std::vector<Side>& sides,
                        const std::map<NodeName, std::size_t>& connectionCounts)
{
    const auto connectionCountOf = [&](const Side& side) {
        std::size_t count = 0;
        for (const NodeName& node : side) {
            const auto at = connectionCounts.find(node);
            if (at != connectionCounts.end()) count += at->second;
        }
        return count;
    };
    const auto isWorse = [&](const Side& a, const Side& b) {
        const NodeName& firstOfA = *std::min_element(a.begin(), a.end());
        const NodeName& firstOfB = *std::min_element(b.begin(), b.end());
        return std::tuple(connectionCountOf(a), a.size(), std::string_view(firstOfB.text())) <
               std::tuple(connectionCountOf(b), b.size(), std::string_view(firstOfA.text()));
    };
    WARREN_CHECK(sides.size() > 1);
    const auto winner = std::max_element(sides.begin(), sides.end(), isWorse);
    HealDecision decision{.winner = *winner};
    for (auto at = sides.begin(); at != sides.end(); ++at) {
        if (at == winner) continue;
        decision.restarting.insert(decision.restarting.end(), at->begin(), at->end());
    }
    std::sort(decision.restarting.begin(), decision.restarting.end());
    return decision;
}

bool mayHeal(const PartitionSettings& settings, const NodeTypes& members,
             const Reachability& reachability)
{
    const bool heals = settings.mode == PartitionMode::Autoheal ||
                       (settings.mode == PartitionMode::PauseIfAllDown && settings.healsAfterwards);
    return heals && sidesOf(members, reachability).size() == 1;
}

}  // namespace warren::cluster
