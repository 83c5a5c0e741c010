#pragma once

#include "app/perf/failure.h"
#include "app/perf/histogram.h"
#include "app/perf/options.h"
#include "app/perf/timing.h"
#include "core/base/mailbox.h"
#include "core/base/result.h"

#include <atomic>
#include <csignal>
#include <cstdint>
#include <memory>
#include <optional>
#include <thread>

namespace warren::perf {

/// What the churning threads share.
struct ChurnPlan {
    const Options& options;
    const Timing& timing;
    const volatile std::sig_atomic_t& interrupts;
    std::atomic<std::uint64_t> taken{0};  // of the amount
    std::atomic<bool> isAborted{false};

    /// @returns whether there is another one to open
    bool takeOne();
};

/// What one churning thread did in an interval.
struct ChurnReport {
    std::uint64_t interval = 0;
    std::uint64_t count = 0;
    std::unique_ptr<Histogram> open{};   // ns, TCP connection, handshake and channel
    std::unique_ptr<Histogram> close{};  // ns
    bool isLast = false;
    std::optional<Failure> failure{};
};

/// Opens and closes connections, or channels of one connection, one after the other.
///
/// Thread: the main one creates and destroys it.
class ChurnThread {
public:
    ChurnThread(ChurnPlan& plan, Mailbox<ChurnReport>& reports);
    ~ChurnThread() { m_thread.join(); }
    ChurnThread(const ChurnThread&) = delete;
    ChurnThread& operator=(const ChurnThread&) = delete;

private:
    void run();
    Status<Failure> churnConnections();
    Status<Failure> churnChannels();
    void record(Duration open, Duration close);
    void report(bool isLast, std::optional<Failure> failure);

    ChurnPlan& m_plan;
    Mailbox<ChurnReport>& m_reports;
    ChurnReport m_current;
    std::thread m_thread;
};

}  // namespace warren::perf
