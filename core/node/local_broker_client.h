#pragma once

#include "core/management/broker_client.h"
#include "core/node/broker_loop.h"

namespace warren::node {

/// The broker in the same process, seen through the interface that the window knows.
///
/// Thread: the one that constructs it, not the broker's.
class LocalBrokerClient final : public management::BrokerClient {
    Q_OBJECT

public:
    /// @param loop  on the broker thread; outlives the client's calls, see setReachable
    explicit LocalBrokerClient(BrokerLoop& loop, QObject* parent = nullptr);

    management::SnapshotPtr snapshot() const override { return m_snapshot; }
    void watch(const management::WatchScope& scope, std::chrono::milliseconds interval) override;
    QFuture<management::CommandResult> execute(
        const management::ManagementCommand& command) override;

    /// Whether the loop runs. While it doesn't, commands are refused; the last watch is repeated
    /// when it does again.
    void setReachable(bool isReachable);

private:
    BrokerLoop& m_loop;
    management::SnapshotPtr m_snapshot;
    management::WatchScope m_scope;
    std::chrono::milliseconds m_interval{0};  // 0: nothing is watched
    bool m_isReachable = false;
};

}  // namespace warren::node
