#pragma once

#include "core/base/ids.h"
#include "core/base/time.h"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace warren::sim {

/// The rules for alarms: who publishes while a node knows of one gets one message in and no more,
/// a second after it knows of it at the latest; and every node that could hear of an alarm knows of
/// it in time.
class AlarmWatch {
public:
    /// So long a node that knows of an alarm may still take publishes.
    static constexpr std::chrono::milliseconds kGrace{1000};
    /// So long an alarm may be unknown to a node that could have heard of it.
    static constexpr std::chrono::milliseconds kSpread{2500};

    /// What a node's broker knows; call it often.
    void looked(std::size_t node, bool knows, Instant now);
    /// A publish was taken.
    void published(std::size_t node, ConnectionId connection, Instant now);
    /// Whether this node should know of an alarm at that one: it is there, the other one is, and
    /// nothing is between them. Call it often.
    void expected(std::size_t node, std::size_t source, bool shouldKnow, bool knows, Instant now);

    const std::optional<std::string>& violation() const { return m_violation; }

private:
    std::map<std::size_t, Instant> m_knownSince;  // by node
    std::map<std::pair<std::size_t, ConnectionId>, unsigned> m_taken;
    std::map<std::pair<std::size_t, std::size_t>, Instant> m_expectedSince;
    std::optional<std::string> m_violation;
};

}  // namespace warren::sim
