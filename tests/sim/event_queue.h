#pragma once

#include "core/base/time.h"

#include <queue>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace warren::sim {

/// Virtual time: what is to happen, in order of time and, at the same time, of the calls.
class EventQueue {
public:
    Instant now() const { return m_now; }
    void at(Instant when, std::function<void()> run)
    {
        m_events.push({std::max(when, m_now), m_nextNumber++, std::move(run)});
    }
    void after(Duration delay, std::function<void()> run) { at(m_now + delay, std::move(run)); }

    /// @returns whether there was something to do until then; if not, it is then
    bool runOne(Instant until)
    {
        if (m_events.empty() || m_events.top().when > until) {
            m_now = std::max(m_now, until);
            return false;
        }
        // The order of the queue does not depend on what is moved away.
        const auto run = std::move(const_cast<Event&>(m_events.top()).run);
        m_now = m_events.top().when;
        m_events.pop();
        run();
        return true;
    }

private:
    struct Event {
        Instant when;
        std::uint64_t number;
        std::function<void()> run;
    };
    struct Later {
        bool operator()(const Event& a, const Event& b) const
        {
            return a.when != b.when ? a.when > b.when : a.number > b.number;
        }
    };
    Instant m_now;
    std::uint64_t m_nextNumber = 0;
    std::priority_queue<Event, std::vector<Event>, Later> m_events;
};

}  // namespace warren::sim
