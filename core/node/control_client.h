#pragma once

#include "core/management/broker_client.h"

#include <QDateTime>
#include <QPromise>

#include <chrono>
#include <vector>

namespace warren::node {

/// A client that looks at the broker for somebody else now and then, while its watcher goes on
/// watching what it likes.
///
/// A client has one scope: whoever sets another takes the watcher's away. So a sample is taken with
/// both scopes together, and the watcher's is set again afterwards; meanwhile the watcher sees more
/// than it asked for. Thread: that of the inner client. Without a watcher nothing is sampled
/// between two samples.
class ControlClient final : public management::BrokerClient {
    Q_OBJECT

public:
    /// @param inner  outlives this; nobody else may call its `watch`
    explicit ControlClient(BrokerClient& inner, QObject* parent = nullptr);

    management::SnapshotPtr snapshot() const override { return m_inner.snapshot(); }
    void watch(const management::WatchScope& scope, std::chrono::milliseconds interval) override;
    QFuture<management::CommandResult> execute(
        const management::ManagementCommand& command) override
    {
        return m_inner.execute(command);
    }

    /// A snapshot with these topics, taken after the call.
    /// @returns a future that waits while the broker has not been reachable yet; null when it is so
    /// no longer
    QFuture<management::SnapshotPtr> sample(management::Topics topics);

private:
    struct Sample {
        management::Topics topics = 0;
        QDateTime askedAt;
        bool hasSeenOne = false;  // with the topics, but perhaps taken before
        QPromise<management::SnapshotPtr> promise;
    };

    void watchInner();
    void finishSamples(const management::SnapshotPtr& snapshot);
    void failSamples();

    BrokerClient& m_inner;
    management::WatchScope m_scope;           // the watcher's
    std::chrono::milliseconds m_interval{0};  // 0: there is no watcher
    std::vector<Sample> m_samples;
};

}  // namespace warren::node
