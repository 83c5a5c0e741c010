#pragma once

#include "core/base/time.h"

#include <chrono>
#include <cstdint>

namespace warren::session {

/// When a heartbeat is due to the peer, and when the peer counts as gone.
///
/// Pure: time comes in. We send after half an interval without other traffic; a peer that was
/// silent for two intervals is gone. Spec: AMQP 0-9-1 §4.2.7; half intervals as RabbitMQ.
class Heartbeat {
public:
    /// @param seconds  negotiated interval; 0: no heartbeats
    void start(std::uint16_t seconds, Instant now)
    {
        m_interval = std::chrono::seconds{seconds};
        m_lastSent = m_lastReceived = now;
    }
    bool isActive() const { return m_interval > Duration::zero(); }

    /// While we don't read on purpose, silence of the peer says nothing. Its time starts afresh
    /// afterwards.
    void setHearing(bool isHearing, Instant now)
    {
        m_isHearing = isHearing;
        m_lastReceived = now;
    }

    void noteReceived(Instant now) { m_lastReceived = now; }
    void noteSent(Instant now) { m_lastSent = now; }

    bool isDue(Instant now) const { return now >= sendDeadline(); }
    /// Whether the peer counts as gone.
    bool isLost(Instant now) const { return now >= lossDeadline(); }

    /// When the next heartbeat is due to the peer.
    Instant sendDeadline() const
    {
        return isActive() ? m_lastSent + m_interval / 2 : Instant::never();
    }
    /// When the peer counts as gone if it stays silent.
    Instant lossDeadline() const
    {
        return isActive() && m_isHearing ? m_lastReceived + m_interval * 2 : Instant::never();
    }

private:
    Duration m_interval{0};
    Instant m_lastSent;
    Instant m_lastReceived;
    bool m_isHearing = true;
};

}  // namespace warren::session
