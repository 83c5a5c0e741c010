#include "app/sim/alarm_watch.h"

namespace warren::sim {

void AlarmWatch::looked(std::size_t node, bool knows, Instant now)
{
    if (knows) {
        m_knownSince.try_emplace(node, now);
    } else if (m_knownSince.erase(node) > 0) {
        std::erase_if(m_taken, [&](const auto& one) { return one.first.first == node; });
    }
}

void AlarmWatch::published(std::size_t node, ConnectionId connection, Instant now)
{
    const auto since = m_knownSince.find(node);
    if (since == m_knownSince.end() || now - since->second <= kGrace) return;
    if (++m_taken[{node, connection}] > 1 && !m_violation) {
        m_violation = "node " + std::to_string(node + 1) +
                      " takes publishes though it has known of an alarm for more than a second";
    }
}

void AlarmWatch::expected(std::size_t node, std::size_t source, bool shouldKnow, bool knows,
                          Instant now)
{
    if (!shouldKnow || knows) {
        m_expectedSince.erase({node, source});
        return;
    }
    const Instant since = m_expectedSince.try_emplace({node, source}, now).first->second;
    if (now - since > kSpread && !m_violation) {
        m_violation = "node " + std::to_string(node + 1) + " does not hear of the alarm at node " +
                      std::to_string(source + 1);
    }
}

}  // namespace warren::sim
