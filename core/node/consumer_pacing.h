#pragma once

#include "core/base/time.h"

#include <chrono>
#include <cstdint>

namespace warren::node {

/// When publishers have to wait for consumers: those who take all that they may while thousands of
/// messages still wait for them. Else one publisher who is never held back would keep the broker,
/// and often its own process or machine, so busy that consumers got a tenth of what they can take.
///
/// kCount messages may come in before the consumers take the next ones, or kInterval has passed: so
/// half a million messages a second are not held back. Who takes nothing for kBehindFor is slow,
/// not behind, and nobody waits for him. Pure: counts and times come in. Thread: one.
class ConsumerPacing {
public:
    static constexpr std::uint64_t kCount = 512;
    static constexpr Duration kInterval = std::chrono::milliseconds{1};
    static constexpr Duration kBehindFor = std::chrono::milliseconds{10};

    /// @param areConsumersBehind  Broker::takeConsumersBehind
    /// @param published           messages that ever came in
    void update(bool areConsumersBehind, std::uint64_t published, Instant now)
    {
        if (areConsumersBehind) m_behindUntil = now + kBehindFor;
        const bool mayGoOn = areConsumersBehind || now >= m_behindUntil || now >= m_end;
        if (mayGoOn && (m_isHolding || areConsumersBehind)) {
            m_isHolding = false;
            m_from = published;
            m_end = Instant::never();
        }
        if (m_isHolding || now >= m_behindUntil || published - m_from < kCount) return;
        m_isHolding = true;
        m_end = now + kInterval;
    }

    /// Whether publishers are not read.
    bool isHolding() const { return m_isHolding; }
    /// When to update if nothing happens before.
    Instant nextDeadline() const { return m_end; }

private:
    bool m_isHolding = false;
    Instant m_end = Instant::never();  // never while it does not hold
    Instant m_behindUntil{};
    std::uint64_t m_from = 0;
};

}  // namespace warren::node
