#include "core/node/control_client.h"

#include <algorithm>
#include <utility>

namespace warren::node {

using management::SnapshotPtr;
using management::WatchScope;

namespace {

constexpr std::chrono::milliseconds kSampleInterval{250};
/// Nobody watches: as good as never, since a client can't be told to stop.
constexpr std::chrono::milliseconds kIdleInterval = std::chrono::hours{24};

}  // namespace

ControlClient::ControlClient(BrokerClient& inner, QObject* parent)
    : BrokerClient(parent), m_inner(inner)
{
    connect(&inner, &BrokerClient::snapshotChanged, this, [this](const SnapshotPtr& snapshot) {
        emit snapshotChanged(snapshot);
        finishSamples(snapshot);
    });
    connect(&inner, &BrokerClient::reachabilityChanged, this,
            [this](management::Reachability state) {
                if (state == management::Reachability::Unreachable) failSamples();
                emit reachabilityChanged(state);
            });
}

void ControlClient::watch(const WatchScope& scope, std::chrono::milliseconds interval)
{
    m_scope = scope;
    m_interval = interval;
    watchInner();
}

QFuture<SnapshotPtr> ControlClient::sample(management::Topics topics)
{
    Sample sample;
    sample.topics = topics;
    sample.askedAt = QDateTime::currentDateTime();
    sample.promise.start();
    QFuture<SnapshotPtr> future = sample.promise.future();
    m_samples.push_back(std::move(sample));
    watchInner();
    return future;
}

void ControlClient::watchInner()
{
    const bool hasWatcher = m_interval.count() > 0;
    if (m_samples.empty()) {
        return m_inner.watch(m_scope, hasWatcher ? m_interval : kIdleInterval);
    }
    WatchScope scope = m_scope;
    for (const Sample& sample : m_samples)
        scope.topics |= sample.topics;
    m_inner.watch(scope, hasWatcher ? std::min(m_interval, kSampleInterval) : kSampleInterval);
}

void ControlClient::finishSamples(const SnapshotPtr& snapshot)
{
    if (m_samples.empty()) return;
    const auto isDone = [&](Sample& sample) {
        if ((snapshot->topics & sample.topics) != sample.topics) return false;
        // One that was on its way already may be older than the question; the next can't be,
        // whatever the clock of the machine does.
        if (snapshot->takenAt >= sample.askedAt || sample.hasSeenOne) return true;
        sample.hasSeenOne = true;
        return false;
    };
    std::vector<Sample> done;
    for (auto at = m_samples.begin(); at != m_samples.end();) {
        if (!isDone(*at)) {
            ++at;
            continue;
        }
        done.push_back(std::move(*at));
        at = m_samples.erase(at);
    }
    if (m_samples.empty()) watchInner();
    for (Sample& sample : done) {
        sample.promise.addResult(snapshot);
        sample.promise.finish();
    }
}

void ControlClient::failSamples()
{
    for (Sample& sample : std::exchange(m_samples, {})) {
        sample.promise.addResult(SnapshotPtr{});
        sample.promise.finish();
    }
}

}  // namespace warren::node
