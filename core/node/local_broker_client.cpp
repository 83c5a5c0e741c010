#include "core/node/local_broker_client.h"

#include <memory>

namespace warren::node {

using management::CommandResult;
using management::CommandStatus;

LocalBrokerClient::LocalBrokerClient(BrokerLoop& loop, QObject* parent)
    : BrokerClient(parent), m_loop(loop), m_snapshot(std::make_shared<management::Snapshot>())
{
    connect(&loop, &BrokerLoop::snapshotReady, this,
            [this](const management::SnapshotPtr& snapshot) {
                if (!m_isReachable) return;
                m_snapshot = snapshot;
                emit snapshotChanged(snapshot);
            });
}

void LocalBrokerClient::watch(const management::WatchScope& scope,
                              std::chrono::milliseconds interval)
{
    m_scope = scope;
    m_interval = interval;
    if (!m_isReachable) return;
    QMetaObject::invokeMethod(
        &m_loop, [loop = &m_loop, scope, interval] { loop->watch(scope, interval); },
        Qt::QueuedConnection);
}

QFuture<CommandResult> LocalBrokerClient::execute(const management::ManagementCommand& command)
{
    auto promise = std::make_shared<QPromise<CommandResult>>();
    promise->start();
    QFuture<CommandResult> future = promise->future();
    if (!m_isReachable) {
        promise->addResult(CommandResult{
            CommandStatus::Unreachable, QStringLiteral("the broker does not run"), {}});
        promise->finish();
        return future;
    }
    QMetaObject::invokeMethod(
        &m_loop, [loop = &m_loop, command, promise] { loop->execute(command, promise); },
        Qt::QueuedConnection);
    return future;
}

void LocalBrokerClient::setReachable(bool isReachable)
{
    if (isReachable == m_isReachable) return;
    m_isReachable = isReachable;
    if (isReachable && m_interval.count() > 0) watch(m_scope, m_interval);
    emit reachabilityChanged(isReachable ? management::Reachability::Reachable
                                         : management::Reachability::Unreachable);
}

}  // namespace warren::node
