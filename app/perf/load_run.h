#pragma once

#include "app/perf/connection.h"
#include "app/perf/declarations.h"
#include "app/perf/load_result.h"
#include "app/perf/options.h"
#include "app/perf/timing.h"
#include "app/perf/topology.h"
#include "app/perf/worker_thread.h"
#include "core/base/mailbox.h"

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace warren::perf {

/// The settings of a connection of a run. @param role  "producer 3", for the broker's listing
ConnectionSettings settingsOf(const Options& options, const std::string& role);

/// A run that publishes, consumes or both: sets everything up, lets the workers work, watches the
/// time, gathers the intervals, and judges at the end.
///
/// Thread: the main one, which it blocks.
class LoadRun {
public:
    /// @param interrupts  counts the interruptions by the user: the first ends publishing, the next
    /// the run
    LoadRun(const Options& options, const volatile std::sig_atomic_t& interrupts);

    /// @param onInterval  called for every line of the time series
    LoadResult run(const std::function<void(const IntervalRow&)>& onInterval);

private:
    struct GatheredInterval {
        IntervalStats stats{};
        std::uint32_t blockedConnections = 0;
        std::string blockedReason{};
    };

    Status<Failure> setUp();
    Status<Failure> addLinks();
    std::vector<std::size_t> workersOfConsumers() const;
    Result<std::unique_ptr<Link>, Failure> openLink(const std::string& role, std::uint32_t number);
    Status<Failure> startConsumers();
    void supervise(const std::function<void(const IntervalRow&)>& onInterval);
    void watchTheClock(Instant now);
    void take(WorkerReport& report);
    void tellAll(const WorkerCommand& command);
    void expectDeliveries();
    void closeIntervals(const std::function<void(const IntervalRow&)>& onInterval, bool isLast);
    void gather(std::uint64_t number, const GatheredInterval& interval,
                const std::function<void(const IntervalRow&)>& onInterval);
    void tearDown();
    void summarise();
    void judge();
    std::string whyLossIsUnjudged() const;
    void judgeLosses();
    void judgeLosses(const Producer& producer, std::uint32_t queue);
    bool isDrain() const { return m_options.producers == 0; }

    const Options& m_options;
    const volatile std::sig_atomic_t& m_interrupts;
    const Topology m_topology;
    const RunMark m_runMark;
    Timing m_timing;
    Connection m_control;
    Declarations m_declarations;
    Mailbox<WorkerReport> m_reports;
    std::vector<std::unique_ptr<WorkerThread>> m_workers;
    std::vector<std::size_t> m_workerOfQueue;
    std::vector<std::uint64_t> m_owed;  // deliveries, by slot

    std::vector<std::uint64_t> m_nextIntervalOf;  // by worker
    std::vector<bool> m_hasEnded;                 // by worker
    std::size_t m_producing = 0;                  // workers that still do
    std::size_t m_consuming = 0;
    std::map<std::uint64_t, GatheredInterval> m_open;
    IntervalStats m_measured;
    int m_seenInterrupts = 0;
    bool m_hasTold = false;  // the workers what to expect
    Instant m_stoppedAt = Instant::never();
    Instant m_sampleAt{};
    bool m_hasSampledEnd = false;
    double m_ownCpuBegin = 0;
    LoadResult m_result;
};

}  // namespace warren::perf
