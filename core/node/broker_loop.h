#pragma once

#include "core/management/broker_client.h"
#include "core/management/management_command.h"
#include "core/management/snapshot.h"
#include "core/net/endpoint.h"
#include "core/node/exit_codes.h"
#include "core/node/node_config.h"

#include <QObject>
#include <QPromise>

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

namespace warren::node {

class Logger;

/// Why a node could not start, or had to stop: one sentence, and what the process ends with.
struct NodeFailure {
    ExitCode code = ExitCode::Unexpected;
    QString text;
    bool concernsTlsListener = false;  ///< with CannotListen: it is a TLS listener that can't
};

/// What a node has become when it accepts connections.
struct NodeStarted {
    std::vector<net::Endpoint> endpoints;     ///< one per listener, with real ports
    std::vector<net::Endpoint> tlsEndpoints;  ///< the same of TLS listeners
    std::uint16_t clusterPort = 0;            ///< where other nodes find this one
    QString dataFolder;                       ///< where the data really lie
};

/// The broker at work: its state machine, the sockets of its clients, and the store's answers, on
/// one event loop. A turn takes what came in, lets the broker flush, and sends what came of it.
///
/// Thread: constructed anywhere, then moved to the broker thread, where `start` and everything
/// after it happens; `stop` undoes `start` there.
class BrokerLoop final : public QObject {
    Q_OBJECT

public:
    /// @param logger  outlives the loop
    BrokerLoop(NodeConfig config, Logger& logger);
    ~BrokerLoop() override;

    /// Opens the data folder and the store, restores what they hold, and listens. Ends with started
    /// or failed; after failed nothing is open.
    void start();
    /// Closes listeners, lets other nodes of the cluster take over, for some seconds at most, and
    /// then does what `stopNow` does.
    void stop();
    /// Closes listeners and connections, writes what is outstanding and closes the store. Then
    /// `stopped`.
    void stopNow();

    void watch(const management::WatchScope& scope, std::chrono::milliseconds interval);
    void execute(const management::ManagementCommand& command,
                 const std::shared_ptr<QPromise<management::CommandResult>>& promise);

signals:
    void started(const warren::node::NodeStarted& started);
    void failed(const warren::node::NodeFailure& failure);
    void stopped();
    void snapshotReady(const warren::management::SnapshotPtr& snapshot);

private:
    class Impl;
    std::unique_ptr<Impl> m_impl;
    NodeConfig m_config;
    Logger& m_logger;
};

}  // namespace warren::node
