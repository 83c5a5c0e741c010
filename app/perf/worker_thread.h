#pragma once

#include "app/perf/connection.h"
#include "app/perf/consumer.h"
#include "app/perf/delivery_checker.h"
#include "app/perf/failure.h"
#include "app/perf/interval_stats.h"
#include "app/perf/options.h"
#include "app/perf/poller.h"
#include "app/perf/producer.h"
#include "app/perf/timing.h"
#include "core/base/mailbox.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

namespace warren::perf {

/// A connection of the load with the channels that publish or consume on it.
struct Link {
    explicit Link(ConnectionSettings settings) : connection(std::move(settings)) {}

    Connection connection;
    std::vector<std::unique_ptr<Producer>> producers{};
    std::vector<std::unique_ptr<Consumer>> consumers{};
    bool wantsRead = true;
    bool wantsWrite = false;
};

/// What one worker saw in an interval.
struct IntervalReport {
    std::uint64_t number = 0;
    std::unique_ptr<IntervalStats> stats{};
    std::uint32_t blockedConnections = 0;
    std::string blockedReason{};
};
/// A worker's producers have sent everything, and it was confirmed if they asked for that.
struct ProducersFinished {
    /// What they have sent, by slot, less what was refused or returned.
    std::vector<std::uint64_t> owed{};
};
/// A worker's consumers have the number of deliveries that they were to get.
struct ConsumersFinished {};
/// A worker has nothing more to do; its thread ends.
struct WorkerFinished {};

/// What a worker tells the main thread.
struct WorkerReport {
    std::size_t worker = 0;
    std::variant<WorkerFinished, IntervalReport, ProducersFinished, ConsumersFinished, Failure>
        what{};
};

struct StopProducing {};
struct AbortWork {};
/// The producers of all workers have finished.
struct ExpectDeliveries {
    /// How many distinct deliveries there will be; nothing: nobody can say, so that the worker
    /// waits until none has come for the time to settle.
    std::optional<std::uint64_t> count{};
};
/// What the main thread tells a worker.
using WorkerCommand = std::variant<StopProducing, AbortWork, ExpectDeliveries>;

/// A thread that serves a share of the connections. It shares nothing with others while it runs; it
/// is told and tells by mailboxes.
///
/// Thread: the main one sets it up, starts it, and may look at everything again after `join`.
class WorkerThread {
public:
    WorkerThread(const Options& options, const Topology& topology, std::size_t number,
                 std::optional<RunMark> run, Mailbox<WorkerReport>& reports);
    ~WorkerThread();
    WorkerThread(const WorkerThread&) = delete;
    WorkerThread& operator=(const WorkerThread&) = delete;

    void addLink(std::unique_ptr<Link> link) { m_links.push_back(std::move(link)); }
    const std::vector<std::unique_ptr<Link>>& links() const { return m_links; }
    IntervalStats& stats() { return m_stats; }
    DeliveryChecker& checker() { return m_checker; }
    bool hasProducers() const;
    bool hasConsumers() const;

    /// Begins to work. @param timing  must outlive the thread @error Local
    Status<Failure> start(const Timing& timing);
    void tell(WorkerCommand command);
    void join();

private:
    void run();
    Status<Failure> turn();
    Status<Failure> serve(Link& link, Instant now, Instant& wakeAt);
    Status<Failure> handleReady(const Poller::Ready& ready);
    bool arm(Link& link, std::size_t key);
    void obey();
    std::vector<std::uint64_t> owed() const;
    void reportInterval(std::uint64_t number);
    void report(WorkerReport what);
    bool producersAreFinished(Instant now) const;
    bool consumersHaveEnough() const;
    bool hasWhatIsExpected(Instant now) const;

    const Options& m_options;
    const Topology& m_topology;
    const std::size_t m_number;
    Mailbox<WorkerReport>& m_reports;
    const Timing* m_timing = nullptr;
    Poller m_poller;
    Mailbox<WorkerCommand> m_commands;
    std::vector<std::unique_ptr<Link>> m_links;
    IntervalStats m_stats;
    DeliveryChecker m_checker;

    std::uint64_t m_interval = 0;
    Instant m_keepAliveAt{};
    bool m_hasFinishedProducing = false;
    bool m_hasFinishedConsuming = false;
    bool m_isAborted = false;
    bool m_isFinished = false;
    std::optional<ExpectDeliveries> m_expected;
    Instant m_expectedAt{};
    std::thread m_thread;
};

}  // namespace warren::perf
