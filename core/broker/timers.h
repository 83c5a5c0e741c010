#pragma once

#include "core/base/ids.h"
#include "core/base/time.h"

#include <compare>
#include <cstdint>
#include <optional>
#include <set>

namespace warren::broker {

/// Who wants to be looked at again when.
///
/// Each owner has one entry at most and keeps its time by itself; it is armed early rather than
/// anew: who is due too soon looks, and arms itself again. So a queue whose messages all live
/// equally long touches this once per lifetime, not once per message.
/// Thread: the broker's. Cost: O(log n) in the number of owners.
class Timers {
public:
    struct Due {
        QueueId queue{};            ///< either a queue …
        ConnectionId connection{};  ///< … or a channel
        ChannelNumber channel = 0;
        auto operator<=>(const Due&) const = default;
    };

    /// @param armed  the owner's own record; moves forward only
    void arm(const Due& owner, Instant& armed, Instant at)
    {
        if (at >= armed) return;
        if (armed != Instant::never()) m_entries.erase({armed, owner});
        armed = at;
        m_entries.insert({at, owner});
    }

    /// Takes out the next owner that is due. Its record is to be set to never.
    std::optional<Due> takeDue(Instant now)
    {
        if (m_entries.empty() || m_entries.begin()->at > now) return std::nullopt;
        const Due owner = m_entries.begin()->owner;
        m_entries.erase(m_entries.begin());
        return owner;
    }

    Instant next() const { return m_entries.empty() ? Instant::never() : m_entries.begin()->at; }

private:
    struct Entry {
        Instant at;
        Due owner;
        auto operator<=>(const Entry&) const = default;
    };
    std::set<Entry> m_entries;
};

}  // namespace warren::broker
