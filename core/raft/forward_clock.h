#pragma once

#include "core/raft/raft_environment.h"

#include <chrono>
#include <cstdint>

namespace warren::raft {

/// The clock as the library needs it (guard G7). Its timers end at a point of the clock, so with a
/// step backwards nothing would happen until the clock is back where it was. Here the step counts
/// as no time at all, and time goes on from there.
class ForwardClock {
public:
    ForwardClock(RaftClock& clock, bool onlyRises)
        : m_clock(clock), m_onlyRises(onlyRises), m_lastRead(read())
    {
    }

    std::uint64_t milliseconds()
    {
        const std::int64_t read = this->read();
        if (!m_onlyRises) return static_cast<std::uint64_t>(read);
        if (read > m_lastRead) {
            m_now += static_cast<std::uint64_t>(read - m_lastRead);
        }
        m_lastRead = read;
        return m_now;
    }

private:
    std::int64_t read() const
    {
        return std::chrono::duration_cast<std::chrono::milliseconds>(m_clock.now().sinceStart)
            .count();
    }

    RaftClock& m_clock;
    bool m_onlyRises;
    std::int64_t m_lastRead;
    std::uint64_t m_now = 1000;
};

}  // namespace warren::raft
