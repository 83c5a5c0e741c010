#include "app/perf/churn_thread.h"

#include "app/perf/clock.h"
#include "app/perf/connection.h"
#include "app/perf/load_run.h"
#include "core/base/check.h"

#include <utility>

namespace warren::perf {

bool ChurnPlan::takeOne()
{
    if (isAborted || interrupts > 0 || monotonicNow() >= timing.measureEnd) return false;
    return taken.fetch_add(1) < options.amount;
}

ChurnThread::ChurnThread(ChurnPlan& plan, Mailbox<ChurnReport>& reports)
    : m_plan(plan), m_reports(reports), m_thread([this] { run(); })
{
}

void ChurnThread::run()
{
    m_current.open = std::make_unique<Histogram>();
    m_current.close = std::make_unique<Histogram>();
    const bool isOfConnections = m_plan.options.mode == Mode::ConnectionChurn;
    const auto done = isOfConnections ? churnConnections() : churnChannels();
    if (!done) m_plan.isAborted = true;
    report(true, done ? std::nullopt : std::optional{done.error()});
}

Status<Failure> ChurnThread::churnConnections()
{
    Connection connection(settingsOf(m_plan.options, "churn"));
    while (m_plan.takeOne()) {
        const Instant begin = monotonicNow();
        if (auto done = connection.open(m_plan.options.uris.front()); !done) return done;
        if (auto done = connection.openChannel(1); !done) return done;
        const Instant opened = monotonicNow();
        if (auto done = connection.closeChannel(1); !done) return done;
        connection.close();
        record(opened - begin, monotonicNow() - opened);
    }
    return {};
}

Status<Failure> ChurnThread::churnChannels()
{
    Connection connection(settingsOf(m_plan.options, "churn"));
    if (auto done = connection.open(m_plan.options.uris.front()); !done) return done;
    while (m_plan.takeOne()) {
        const Instant begin = monotonicNow();
        if (auto done = connection.openChannel(1); !done) return done;
        const Instant opened = monotonicNow();
        if (auto done = connection.closeChannel(1); !done) return done;
        record(opened - begin, monotonicNow() - opened);
    }
    connection.close();
    return {};
}

void ChurnThread::record(Duration open, Duration close)
{
    const Instant now = monotonicNow();
    while (now >= m_plan.timing.intervalEnd(m_current.interval)) {
        const std::uint64_t next = m_current.interval + 1;
        report(false, std::nullopt);
        m_current.interval = next;
        m_current.open = std::make_unique<Histogram>();
        m_current.close = std::make_unique<Histogram>();
    }
    m_current.count += 1;
    m_current.open->record(static_cast<std::uint64_t>(open.count()));
    m_current.close->record(static_cast<std::uint64_t>(close.count()));
}

void ChurnThread::report(bool isLast, std::optional<Failure> failure)
{
    m_current.isLast = isLast;
    m_current.failure = std::move(failure);
    WARREN_CHECK(m_reports.put(std::exchange(m_current, {})));
}

}  // namespace warren::perf
