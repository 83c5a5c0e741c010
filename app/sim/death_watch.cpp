#include "app/sim/death_watch.h"

#include "app/sim/world.h"

#include <algorithm>

namespace warren::sim {

void DeathWatch::dies(const Node& node, Duration length)
{
    disturbed();
    const bool isToJudge = length > kNotice && m_world.definitionsLeader() != nullptr &&
                           areWaysGood(node.name()) && areOthersWell(node.name());
    if (!isToJudge) return;
    m_world.after(kNotice, [this, dead = node.name(), before = m_disturbances] {
        if (m_disturbances == before && areOthersWell(dead)) judge(dead);
    });
}

bool DeathWatch::areWaysGood(const cluster::NodeName& node) const
{
    return std::ranges::all_of(m_world.nodes(), [&](const auto& other) {
        return other->name() == node || (m_world.links().isPrompt({node, other->name()}) &&
                                         m_world.links().isPrompt({other->name(), node}));
    });
}

bool DeathWatch::areOthersWell(const cluster::NodeName& dead) const
{
    const auto& nodes = m_world.nodes();
    return std::ranges::all_of(nodes, [&](const auto& node) {
        if (node->name() == dead) return true;
        const bool isThere = node->isServing() && !node->isSuspended() && !node->isDiskFull();
        return isThere && node->member().isClustered() &&
               std::ranges::all_of(nodes, [&](const auto& other) {
                   const bool isBetweenOthers =
                       other->name() != dead && other->name() != node->name();
                   return !isBetweenOthers ||
                          m_world.links().isPrompt({node->name(), other->name()});
               });
    });
}

void DeathWatch::judge(const cluster::NodeName& dead)
{
    for (const auto& node : m_world.nodes()) {
        if (node->name() == dead) continue;
        if (!node->member().metadata().membership().isRunning(dead)) continue;
        m_world.fail(node->name().text() + " still counts on " + dead.text() + ", which has died");
    }
}

}  // namespace warren::sim
