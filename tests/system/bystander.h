#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>

namespace warren::test {

/// A client that does its work whatever others do to the broker: it publishes with confirms to a
/// durable queue, consumes and acks, one message after the other, on a thread of its own.
class Bystander {
public:
    explicit Bystander(std::uint16_t port);
    /// Ends without a judgement.
    ~Bystander();
    Bystander(const Bystander&) = delete;
    Bystander& operator=(const Bystander&) = delete;

    /// Ends. @returns what went wrong; empty if every message was confirmed and came back in time
    std::string finish();

    std::uint64_t roundCount() const { return m_roundCount; }
    /// The longest that one message took, from publish to confirm and delivery. @pre finished
    std::chrono::milliseconds slowestRound() const { return m_slowestRound; }

private:
    void run(std::uint16_t port);

    std::atomic<bool> m_isStopped = false;
    std::atomic<std::uint64_t> m_roundCount = 0;
    std::chrono::milliseconds m_slowestRound{0};
    std::string m_failure;
    std::thread m_thread;  // last: it uses all of the above
};

}  // namespace warren::test
