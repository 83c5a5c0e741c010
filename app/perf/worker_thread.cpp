#include "app/perf/worker_thread.h"

#include "app/perf/clock.h"
#include "core/base/check.h"

#include <algorithm>
#include <sys/prctl.h>
#include <utility>

namespace warren::perf {
namespace {

constexpr std::size_t kCommandCountMax = 64;
/// The longest sleep: commands wake us, so that this is for heartbeats and settling only.
constexpr Duration kTurnMax = std::chrono::milliseconds{20};
constexpr Duration kKeepAliveInterval = std::chrono::milliseconds{200};

}  // namespace

WorkerThread::WorkerThread(const Options& options, const Topology& topology, std::size_t number,
                           std::optional<RunMark> run, Mailbox<WorkerReport>& reports)
    : m_options(options),
      m_topology(topology),
      m_number(number),
      m_reports(reports),
      m_commands(kCommandCountMax, [this] { m_poller.wake(); }),
      m_checker(topology, run,
                run && options.sizeSteps.empty() ? options.sizes : std::vector<std::size_t>{})
{
}

WorkerThread::~WorkerThread() { join(); }

bool WorkerThread::hasProducers() const
{
    return std::any_of(m_links.begin(), m_links.end(),
                       [](const auto& link) { return !link->producers.empty(); });
}

bool WorkerThread::hasConsumers() const
{
    return std::any_of(m_links.begin(), m_links.end(),
                       [](const auto& link) { return !link->consumers.empty(); });
}

Status<Failure> WorkerThread::start(const Timing& timing)
{
    m_timing = &timing;
    bool isWatching = m_poller.isOpen();
    for (std::size_t key = 0; isWatching && key < m_links.size(); ++key) {
        Link& link = *m_links[key];
        link.wantsRead = !link.connection.isPaused();
        link.wantsWrite = link.connection.hasOutput();
        isWatching =
            m_poller.add(link.connection.descriptor(), key, link.wantsRead, link.wantsWrite);
    }
    if (!isWatching) return Failure{FailureKind::Local, "cannot watch the sockets: epoll"};
    m_thread = std::thread([this] { run(); });
    return {};
}

void WorkerThread::tell(WorkerCommand command)
{
    // The main thread says a handful of things in a run; a full mailbox is a bug.
    WARREN_CHECK(m_commands.put(std::move(command)));
}

void WorkerThread::join()
{
    if (!m_thread.joinable()) return;
    m_thread.join();
}

void WorkerThread::report(WorkerReport what)
{
    what.worker = m_number;
    WARREN_CHECK(m_reports.put(std::move(what)));
}

void WorkerThread::run()
{
    // Fixed rates need wake-ups on time; by default the kernel may be 50 µs late.
    (void)::prctl(PR_SET_TIMERSLACK, 1UL);
    while (!m_isFinished && !m_isAborted) {
        if (auto done = turn(); !done) {
            report({.what = done.error()});
            break;
        }
    }
    reportInterval(m_interval);
    if (m_isFinished) {
        for (auto& link : m_links)
            link->connection.close();
    }
    report({.what = WorkerFinished{}});
}

Status<Failure> WorkerThread::turn()
{
    obey();
    const Instant now = monotonicNow();
    while (now >= m_timing->intervalEnd(m_interval))
        reportInterval(m_interval++);

    Instant wakeAt = std::min(now + kTurnMax, m_timing->intervalEnd(m_interval));
    const bool keepsAlive = now >= m_keepAliveAt;
    if (keepsAlive) m_keepAliveAt = now + kKeepAliveInterval;
    for (std::size_t key = 0; key < m_links.size(); ++key) {
        Link& link = *m_links[key];
        if (auto done = serve(link, now, wakeAt); !done) return done;
        if (keepsAlive) {
            if (auto done = link.connection.keepAlive(now); !done) return done;
        }
        if (!arm(link, key)) return Failure{FailureKind::Local, "cannot watch a socket: epoll"};
    }
    if (!m_hasFinishedProducing && producersAreFinished(now)) {
        m_hasFinishedProducing = true;
        report({.what = ProducersFinished{.owed = owed()}});
    }
    if (!m_hasFinishedConsuming && hasConsumers() && consumersHaveEnough()) {
        m_hasFinishedConsuming = true;
        report({.what = ConsumersFinished{}});
    }
    if (m_hasFinishedProducing &&
        (m_hasFinishedConsuming || !hasConsumers() || hasWhatIsExpected(now))) {
        for (auto& link : m_links) {
            for (auto& consumer : link->consumers)
                consumer->finish();
            if (auto done = link->connection.flush(); !done) return done;
        }
        m_isFinished = true;
        return {};
    }
    for (const Poller::Ready& ready : m_poller.wait(wakeAt)) {
        if (auto done = handleReady(ready); !done) return done;
    }
    return {};
}

Status<Failure> WorkerThread::serve(Link& link, Instant now, Instant& wakeAt)
{
    Connection& connection = link.connection;
    if (connection.isPaused()) {
        if (now >= connection.pausedUntil()) {
            if (auto done = connection.resume(); !done) return done;
        }
        if (connection.isPaused()) wakeAt = std::min(wakeAt, connection.pausedUntil());
    }
    for (auto& producer : link.producers) {
        const auto next = producer->work(now);
        if (!next) return next.error();
        // With a full socket nothing can be done before it has room: epoll says when.
        if (!link.wantsWrite || *next > now) wakeAt = std::min(wakeAt, *next);
    }
    return connection.flush();
}

bool WorkerThread::arm(Link& link, std::size_t key)
{
    const bool wantsRead = !link.connection.isPaused();
    const bool wantsWrite = link.connection.hasOutput();
    if (wantsRead == link.wantsRead && wantsWrite == link.wantsWrite) return true;
    link.wantsRead = wantsRead;
    link.wantsWrite = wantsWrite;
    return m_poller.change(link.connection.descriptor(), key, wantsRead, wantsWrite);
}

Status<Failure> WorkerThread::handleReady(const Poller::Ready& ready)
{
    Link& link = *m_links[ready.key];
    if (ready.canRead) {
        if (auto done = link.connection.receive(); !done) return done;
    }
    return link.connection.flush();
}

void WorkerThread::obey()
{
    for (const WorkerCommand& command : m_commands.take()) {
        if (std::holds_alternative<AbortWork>(command)) m_isAborted = true;
        if (std::holds_alternative<StopProducing>(command)) {
            for (auto& link : m_links) {
                for (auto& producer : link->producers)
                    producer->stop();
            }
        }
        if (const auto* expect = std::get_if<ExpectDeliveries>(&command)) {
            m_expected = *expect;
            m_expectedAt = monotonicNow();
        }
    }
}

std::vector<std::uint64_t> WorkerThread::owed() const
{
    std::vector<std::uint64_t> owed(m_topology.slotCount(), 0);
    for (const auto& link : m_links) {
        for (const auto& producer : link->producers) {
            for (std::size_t slot = 0; slot < owed.size(); ++slot) {
                const Producer::Slot& books = producer->slots()[slot];
                owed[slot] += books.sent - books.refused.count();
            }
        }
    }
    return owed;
}

void WorkerThread::reportInterval(std::uint64_t number)
{
    IntervalReport interval{.number = number, .stats = std::make_unique<IntervalStats>(m_stats)};
    m_stats.clear();
    for (const auto& link : m_links) {
        const auto& reason = link->connection.blockedReason();
        if (!reason) continue;
        interval.blockedConnections += 1;
        interval.blockedReason = *reason;
    }
    report({.what = std::move(interval)});
}

bool WorkerThread::producersAreFinished(Instant now) const
{
    return std::all_of(m_links.begin(), m_links.end(), [&](const auto& link) {
        return std::all_of(link->producers.begin(), link->producers.end(),
                           [&](const auto& producer) { return producer->isFinished(now); });
    });
}

bool WorkerThread::consumersHaveEnough() const
{
    return std::all_of(m_links.begin(), m_links.end(), [](const auto& link) {
        return std::all_of(link->consumers.begin(), link->consumers.end(),
                           [](const auto& consumer) { return consumer->isFinished(); });
    });
}

bool WorkerThread::hasWhatIsExpected(Instant now) const
{
    if (!m_expected) return false;
    std::uint64_t received = 0;
    Instant last = m_expectedAt;
    for (const auto& link : m_links) {
        for (const auto& consumer : link->consumers) {
            received += consumer->receivedCount();
            last = std::max(last, consumer->lastReceivedAt());
        }
    }
    if (m_options.checks) received = m_checker.counts().distinct;
    if (m_expected->count && received >= *m_expected->count) return true;
    return now - last >= m_options.settle;
}

}  // namespace warren::perf
