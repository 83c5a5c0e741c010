#pragma once

#include "core/management/management_command.h"
#include "core/management/snapshot.h"

#include <QFuture>
#include <QObject>

#include <chrono>
#include <optional>

namespace warren::management {

/// What a watcher wants to see. One scope per client; a new one replaces the last.
struct WatchScope {
    Topics topics = TopicOverview;
    std::optional<ResourceKey> queue{};     ///< for TopicQueueDetail
    std::optional<ResourceKey> exchange{};  ///< for TopicExchangeDetail
    bool operator==(const WatchScope&) const = default;
};

enum class Reachability { Reachable, Unreachable };

/// The broker as seen from outside it: the only thing that the window, the CLI and the HTTP API
/// know.
///
/// Thread: the caller's; signals arrive on the thread that the client lives in. Implementations: in
/// process (node/local_broker_client), a fake for tests (tests/support/fake_broker_client).
class BrokerClient : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;

    /// Last state received; never null; immutable, may be kept.
    virtual SnapshotPtr snapshot() const = 0;

    /// Asks for `scope` at most every `interval`, and once at once; nothing is sampled that nobody
    /// watches. @param interval  at least 250 ms
    virtual void watch(const WatchScope& scope, std::chrono::milliseconds interval) = 0;

    /// Done or refused, never silent; finished futures only ever hold one result.
    virtual QFuture<CommandResult> execute(const ManagementCommand& command) = 0;

signals:
    void snapshotChanged(const warren::management::SnapshotPtr& snapshot);
    void reachabilityChanged(warren::management::Reachability state);
};

}  // namespace warren::management
