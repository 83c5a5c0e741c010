#include "app/perf/load_run.h"

#include "app/perf/clock.h"

#include <algorithm>
#include <numeric>
#include <thread>
#include <unistd.h>
#include <utility>

namespace warren::perf {
namespace {

constexpr std::size_t kReportCountMax = 1 << 20;
constexpr auto kWatchInterval = std::chrono::milliseconds{20};
constexpr Duration kSampleInterval = std::chrono::milliseconds{200};

RunMark chooseRunMark()
{
    const Instant began = monotonicNow();
    const auto now = static_cast<std::uint64_t>(began.sinceStart.count());
    return {.tag = static_cast<std::uint8_t>(now >> 10 ^ now >> 20 ^
                                             static_cast<std::uint64_t>(::getpid())),
            .began = began};
}

std::size_t workerCount(const Options& options)
{
    const std::size_t half = std::max(1u, std::thread::hardware_concurrency() / 2);
    const std::size_t wanted = options.threads > 0 ? options.threads : half;
    const std::size_t connections = std::size_t{options.producers} + options.consumers;
    return std::clamp<std::size_t>(wanted, 1, std::max<std::size_t>(connections, 1));
}

/// Joins sets of numbers (union-find, without ranks: there are few).
class Groups {
public:
    explicit Groups(std::size_t count) : m_parent(count)
    {
        std::iota(m_parent.begin(), m_parent.end(), std::size_t{0});
    }
    std::size_t find(std::size_t i)
    {
        while (m_parent[i] != i)
            i = m_parent[i] = m_parent[m_parent[i]];
        return i;
    }
    void join(std::size_t a, std::size_t b) { m_parent[find(a)] = find(b); }

private:
    std::vector<std::size_t> m_parent;
};

}  // namespace

ConnectionSettings settingsOf(const Options& options, const std::string& role)
{
    return {.heartbeatSeconds = options.heartbeatSeconds,
            .frameBytesMax = options.frameBytesMax,
            .name = options.id + " " + role};
}

LoadRun::LoadRun(const Options& options, const volatile std::sig_atomic_t& interrupts)
    : m_options(options),
      m_interrupts(interrupts),
      m_topology(options),
      m_runMark(chooseRunMark()),
      m_control(settingsOf(options, "control")),
      m_declarations(options, m_topology, m_control),
      m_reports(kReportCountMax)
{
}

LoadResult LoadRun::run(const std::function<void(const IntervalRow&)>& onInterval)
{
    if (auto done = setUp(); done) {
        supervise(onInterval);
    } else {
        m_result.failure = done.error();
    }
    for (auto& worker : m_workers)
        worker->join();
    summarise();
    tearDown();
    judge();
    return std::move(m_result);
}

Status<Failure> LoadRun::setUp()
{
    if (auto done = m_control.open(m_options.uris.front()); !done) return done;
    if (auto done = m_control.openChannel(1); !done) return done;
    if (auto done = m_declarations.declare(); !done) return done;
    m_result.readyBefore = m_declarations.readyCount();
    m_result.foundQueues = m_declarations.foundQueues();

    const auto run = isDrain() ? std::nullopt : std::optional{m_runMark};
    for (std::size_t i = 0; i < workerCount(m_options); ++i) {
        m_workers.push_back(
            std::make_unique<WorkerThread>(m_options, m_topology, i, run, m_reports));
    }
    if (auto done = addLinks(); !done) return done;

    m_timing.interval = m_options.interval;
    const auto startNow = [this] {
        m_timing.start = monotonicNow();
        m_timing.measureBegin = m_timing.start + m_options.warmup;
        if (m_options.time) m_timing.measureEnd = m_timing.measureBegin + *m_options.time;
    };
    startNow();  // when draining, subscribing is part of it
    if (auto done = startConsumers(); !done) return done;
    if (!isDrain()) startNow();
    for (auto& worker : m_workers) {
        for (const auto& link : worker->links()) {
            for (const auto& producer : link->producers)
                producer->start(m_timing);
        }
    }
    m_owed.assign(m_topology.slotCount(), 0);
    m_nextIntervalOf.assign(m_workers.size(), 0);
    m_hasEnded.assign(m_workers.size(), false);
    m_producing = m_workers.size();
    m_consuming = static_cast<std::size_t>(
        std::count_if(m_workers.begin(), m_workers.end(),
                      [](const auto& worker) { return worker->hasConsumers(); }));
    m_result.brokerBegin = ProcessSample::of(m_options.brokerPids);
    m_ownCpuBegin = ownCpuSeconds();
    for (auto& worker : m_workers) {
        if (auto done = worker->start(m_timing); !done) {
            tellAll(AbortWork{});
            return done;
        }
    }
    return {};
}

Result<std::unique_ptr<Link>, Failure> LoadRun::openLink(const std::string& role,
                                                         std::uint32_t number)
{
    auto link = std::make_unique<Link>(settingsOf(m_options, role + " " + std::to_string(number)));
    const Uri& uri = m_options.uris[number % m_options.uris.size()];
    if (auto done = link->connection.open(uri); !done) return done.error();
    return link;
}

Status<Failure> LoadRun::addLinks()
{
    std::vector<std::size_t> linkCount(m_workers.size(), 0);
    const auto workerOf = workersOfConsumers();
    m_workerOfQueue.assign(m_topology.queueCount(), 0);
    for (std::uint32_t i = 0; i < m_options.consumers; ++i) {
        WorkerThread& worker = *m_workers[workerOf[i]];
        linkCount[workerOf[i]] += 1;
        auto link = openLink("consumer", i);
        if (!link) return std::move(link.error());
        for (std::uint32_t c = 0; c < m_options.consumerChannels; ++c) {
            const auto channel = static_cast<ChannelNumber>(c + 1);
            if (auto done = (*link)->connection.openChannel(channel); !done) return done;
            (*link)->consumers.push_back(std::make_unique<Consumer>(
                m_options, m_topology, i * m_options.consumerChannels + c, (*link)->connection,
                channel, worker.stats(), worker.checker()));
            for (const std::uint32_t queue : (*link)->consumers.back()->queues())
                m_workerOfQueue[queue] = workerOf[i];
        }
        worker.addLink(std::move(*link));
    }
    for (std::uint32_t i = 0; i < m_options.producers; ++i) {
        const auto least = std::min_element(linkCount.begin(), linkCount.end());
        const auto at = static_cast<std::size_t>(least - linkCount.begin());
        WorkerThread& worker = *m_workers[at];
        linkCount[at] += 1;
        auto link = openLink("producer", i);
        if (!link) return std::move(link.error());
        for (std::uint32_t c = 0; c < m_options.producerChannels; ++c) {
            const auto channel = static_cast<ChannelNumber>(c + 1);
            if (auto done = (*link)->connection.openChannel(channel); !done) return done;
            (*link)->producers.push_back(std::make_unique<Producer>(
                m_options, m_topology, i * m_options.producerChannels + c, m_runMark.tag,
                (*link)->connection, channel, worker.stats()));
            if (auto done = (*link)->producers.back()->prepare(); !done) return done;
        }
        worker.addLink(std::move(*link));
    }
    return {};
}

/// Which worker serves which consuming connection: those that share a queue share a worker, so that
/// one checker sees all that comes from it.
std::vector<std::size_t> LoadRun::workersOfConsumers() const
{
    const std::size_t queueCount = m_topology.queueCount();
    Groups groups(m_options.consumers + queueCount);
    for (std::uint32_t channel = 0; channel < m_options.consumerChannelCount(); ++channel) {
        for (const std::uint32_t queue : m_topology.queuesOf(channel))
            groups.join(channel / m_options.consumerChannels, m_options.consumers + queue);
    }
    if (m_topology.copies() == Copies::OneUnknown) {
        for (std::size_t queue = 1; queue < queueCount; ++queue)
            groups.join(m_options.consumers, m_options.consumers + queue);
    }
    std::map<std::size_t, std::size_t> workerOfGroup;
    std::vector<std::size_t> workers;
    for (std::uint32_t i = 0; i < m_options.consumers; ++i) {
        const auto next = workerOfGroup.size() % m_workers.size();
        workers.push_back(workerOfGroup.try_emplace(groups.find(i), next).first->second);
    }
    return workers;
}

Status<Failure> LoadRun::startConsumers()
{
    for (auto& worker : m_workers) {
        for (const auto& link : worker->links()) {
            for (const auto& consumer : link->consumers) {
                if (auto done = consumer->start(m_timing); !done) return done;
            }
        }
    }
    return {};
}

void LoadRun::supervise(const std::function<void(const IntervalRow&)>& onInterval)
{
    std::vector<WorkerReport> reports;
    while (std::find(m_hasEnded.begin(), m_hasEnded.end(), false) != m_hasEnded.end()) {
        (void)m_reports.wait(reports, kWatchInterval);  // nobody closes this mailbox
        for (WorkerReport& report : reports)
            take(report);
        closeIntervals(onInterval, false);
        watchTheClock(monotonicNow());
    }
    closeIntervals(onInterval, true);
}

void LoadRun::watchTheClock(Instant now)
{
    if (m_interrupts > m_seenInterrupts) {
        m_seenInterrupts = m_interrupts;
        m_result.wasInterrupted = true;
        m_stoppedAt = std::min(m_stoppedAt, now);
        tellAll(m_seenInterrupts == 1 ? WorkerCommand{StopProducing{}}
                                      : WorkerCommand{AbortWork{}});
    }
    const bool isOver = m_result.wasInterrupted || now >= m_timing.measureEnd;
    if (m_producing == 0 && !m_hasTold && (!isDrain() || isOver || !m_options.time)) {
        m_hasTold = true;
        expectDeliveries();
    }
    if (!m_hasSampledEnd && isOver) {
        m_hasSampledEnd = true;
        m_result.brokerEnd = ProcessSample::of(m_options.brokerPids);
        m_result.ownCpuSeconds = ownCpuSeconds() - m_ownCpuBegin;
    }
    if (now < m_sampleAt) return;
    m_sampleAt = now + kSampleInterval;
    const ProcessSample sample = ProcessSample::of(m_options.brokerPids);
    m_result.brokerPeakBytes = std::max(m_result.brokerPeakBytes, sample.residentBytes);
    // The control connection only idles: it must not die of that.
    (void)m_control.keepAlive(now);
    (void)m_control.receive();
}

void LoadRun::take(WorkerReport& report)
{
    if (auto* interval = std::get_if<IntervalReport>(&report.what)) {
        m_nextIntervalOf[report.worker] = interval->number + 1;
        GatheredInterval& open = m_open[interval->number];
        open.stats.add(*interval->stats);
        open.blockedConnections += interval->blockedConnections;
        if (!interval->blockedReason.empty()) open.blockedReason = interval->blockedReason;
    } else if (auto* finished = std::get_if<ProducersFinished>(&report.what)) {
        m_producing -= 1;
        for (std::size_t slot = 0; slot < m_owed.size(); ++slot)
            m_owed[slot] += finished->owed[slot];
    } else if (std::holds_alternative<ConsumersFinished>(report.what)) {
        m_consuming -= 1;
        if (m_consuming == 0) tellAll(StopProducing{});
    } else if (auto* failure = std::get_if<Failure>(&report.what)) {
        // What fails after it follows from it.
        if (!m_result.failure) m_result.failure = std::move(*failure);
        tellAll(AbortWork{});
    } else {
        m_hasEnded[report.worker] = true;
    }
}

void LoadRun::tellAll(const WorkerCommand& command)
{
    for (std::size_t i = 0; i < m_workers.size(); ++i) {
        if (!m_hasEnded[i]) m_workers[i]->tell(command);
    }
}

void LoadRun::expectDeliveries()
{
    for (std::size_t i = 0; i < m_workers.size(); ++i) {
        ExpectDeliveries expect;
        if (isDrain() && (m_options.time || m_result.wasInterrupted)) {
            expect.count = 0;  // its time is over
        } else if (!isDrain() && m_topology.copies() == Copies::OneUnknown) {
            expect.count = m_owed[0];
        } else if (isDrain() || m_topology.copies() != Copies::Unknown) {
            expect.count = 0;
            for (std::uint32_t queue = 0; queue < m_topology.queueCount(); ++queue) {
                if (m_workerOfQueue[queue] != i) continue;
                *expect.count +=
                    isDrain() ? m_declarations.readyIn(queue) : m_owed[m_topology.slotOf(queue)];
            }
        }
        if (!m_hasEnded[i]) m_workers[i]->tell(expect);
    }
}

void LoadRun::closeIntervals(const std::function<void(const IntervalRow&)>& onInterval, bool isLast)
{
    // Number n is complete when every worker that has not ended is past it.
    std::uint64_t complete = UINT64_MAX;
    for (std::size_t i = 0; i < m_nextIntervalOf.size(); ++i) {
        if (!m_hasEnded[i]) complete = std::min(complete, m_nextIntervalOf[i]);
    }
    while (!m_open.empty() && (isLast || m_open.begin()->first < complete)) {
        const auto first = m_open.begin();
        gather(first->first, first->second, onInterval);
        m_open.erase(first);
    }
}

void LoadRun::gather(std::uint64_t number, const GatheredInterval& interval,
                     const std::function<void(const IntervalRow&)>& onInterval)
{
    const Instant begin = number == 0 ? m_timing.start : m_timing.intervalEnd(number - 1);
    const Instant end = std::min(m_timing.intervalEnd(number), monotonicNow());
    IntervalRow row{.phase = Phase::Measured};
    if (begin < m_timing.measureBegin) row.phase = Phase::Warmup;
    if (begin >= m_timing.measureEnd || begin >= m_stoppedAt) row.phase = Phase::After;
    const IntervalStats& stats = interval.stats;
    m_result.sent += stats.sent;
    m_result.confirmed += stats.confirmed;
    m_result.nacked += stats.nacked;
    m_result.returned += stats.returned;
    m_result.received += stats.received;
    if (row.phase == Phase::Measured) m_measured.add(stats);
    if (row.phase == Phase::After) {
        // Late, but of the measurement: their latencies must not be left out.
        m_measured.confirmLatency.add(stats.confirmLatency);
        m_measured.latency.add(stats.latency);
    }
    row.endSeconds = secondsOf(end - m_timing.start);
    row.seconds = std::max(secondsOf(end - begin), 1e-9);
    row.sent = stats.sent;
    row.confirmed = stats.confirmed;
    row.nacked = stats.nacked;
    row.returned = stats.returned;
    row.received = stats.received;
    row.confirmLatency = LatencySummary::of(stats.confirmLatency);
    row.latency = LatencySummary::of(stats.latency);
    row.blockedConnections = interval.blockedConnections;
    row.blockedReason = interval.blockedReason;
    if (onInterval) onInterval(row);
    m_result.series.push_back(std::move(row));
}

void LoadRun::summarise()
{
    if (!m_hasSampledEnd) {
        m_result.brokerEnd = ProcessSample::of(m_options.brokerPids);
        m_result.ownCpuSeconds = ownCpuSeconds() - m_ownCpuBegin;
    }
    m_result.cpuWallSeconds = secondsOf(m_result.brokerEnd.at - m_result.brokerBegin.at);
    Instant sentAt{};
    Instant confirmedAt{};
    Instant receivedAt{};
    Instant firstAt = Instant::never();
    const Instant now = monotonicNow();
    for (const auto& worker : m_workers) {
        m_result.checks.add(worker->checker().counts());
        for (const auto& link : worker->links()) {
            m_result.blockedSeconds =
                std::max(m_result.blockedSeconds, secondsOf(link->connection.blockedFor(now)));
            for (const auto& producer : link->producers) {
                m_result.unconfirmed += producer->unconfirmedCount();
                sentAt = std::max(sentAt, producer->lastSentAt());
                confirmedAt = std::max(confirmedAt, producer->lastConfirmedAt());
            }
            for (const auto& consumer : link->consumers) {
                receivedAt = std::max(receivedAt, consumer->lastReceivedAt());
                if (consumer->receivedCount() > 0) {
                    firstAt = std::min(firstAt, consumer->firstReceivedAt());
                }
            }
        }
    }
    // A run that ends by a count ends when the last message is there.
    const Instant end = std::min(m_timing.measureEnd, m_stoppedAt);
    const auto rate = [&](std::uint64_t count, Instant lastAt) {
        const Instant until = m_options.time || m_result.wasInterrupted ? end : lastAt;
        const double seconds = secondsOf(until - m_timing.measureBegin);
        if (count == 0 || seconds <= 0) return 0.0;
        m_result.seconds = std::max(m_result.seconds, seconds);
        return static_cast<double>(count) / seconds;
    };
    m_result.sentRate = rate(m_measured.sent, sentAt);
    m_result.confirmedRate = rate(m_measured.confirmed, confirmedAt);
    m_result.receivedRate = rate(m_measured.received, receivedAt);
    m_result.confirmLatency = LatencySummary::of(m_measured.confirmLatency);
    m_result.latency = LatencySummary::of(m_measured.latency);
    if (firstAt != Instant::never()) {
        m_result.firstDeliverySeconds = secondsOf(firstAt - m_timing.start);
    }
}

void LoadRun::tearDown()
{
    for (auto& worker : m_workers) {
        for (const auto& link : worker->links())
            link->connection.close();
    }
    const bool keeps = m_options.keepsQueues.value_or(m_options.consumers == 0);
    if (!m_control.isOpen()) return;
    if (!keeps) {
        auto removed = m_declarations.remove();
        if (!removed && !m_result.failure) m_result.failure = removed.error();
    }
    m_control.close();
}

std::string LoadRun::whyLossIsUnjudged() const
{
    if (!m_options.checks) return "--no-checks";
    if (m_options.consumers == 0) return "nothing was consumed";
    if (m_result.failure) return "the run failed";
    if (m_seenInterrupts > 1) return "the run was broken off";
    if (m_options.consumerMessages > 0) return "the consumers stopped at --cmessages";
    if (isDrain() && (m_options.time || m_result.wasInterrupted))
        return "the queues were not drained";
    if (m_topology.copies() == Copies::Unknown) return "the bindings are not ours";
    for (const char* argument : {"x-max-length", "x-max-length-bytes", "x-message-ttl"}) {
        if (m_options.queueArguments.find(argument) != nullptr) {
            return std::string(argument) + " lets messages go";
        }
    }
    if (m_options.properties.expiration) return "the messages expire";
    return {};
}

void LoadRun::judge()
{
    m_result.lossUnjudgedBecause = whyLossIsUnjudged();
    if (!m_result.lossUnjudgedBecause.empty()) return;
    m_result.lost = 0;
    if (!isDrain()) {
        judgeLosses();
        return;
    }
    for (const auto& worker : m_workers)
        *m_result.lost += worker->checker().holeCount();
    if (m_result.readyBefore > m_result.received) {
        m_result.lost = std::max(*m_result.lost, m_result.readyBefore - m_result.received);
    }
}

void LoadRun::judgeLosses()
{
    const std::uint32_t queueCount =
        m_topology.copies() == Copies::OneUnknown ? 1 : m_topology.queueCount();
    for (const auto& worker : m_workers) {
        for (const auto& link : worker->links()) {
            for (const auto& producer : link->producers) {
                for (std::uint32_t queue = 0; queue < queueCount; ++queue)
                    judgeLosses(*producer, queue);
            }
        }
    }
}

void LoadRun::judgeLosses(const Producer& producer, std::uint32_t queue)
{
    const Producer::Slot& books = producer.slots()[m_topology.slotOf(queue)];
    const SequenceSet* received = m_workers[m_workerOfQueue[queue]]->checker().received(
        queue, static_cast<std::uint16_t>(producer.number()));
    if (received != nullptr && received->count() == books.sent) return;
    for (std::uint64_t sequence = 0; sequence < books.sent; ++sequence) {
        if (received != nullptr && received->contains(sequence)) continue;
        if (books.refused.contains(sequence)) continue;
        *m_result.lost += 1;
        if (books.confirmed.contains(sequence)) m_result.confirmedLost += 1;
    }
}

}  // namespace warren::perf
