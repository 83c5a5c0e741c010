#pragma once

#include "core/node/broker_thread.h"
#include "core/node/control_client.h"
#include "core/node/control_server.h"
#include "core/node/local_broker_client.h"
#include "core/node/node_config.h"
#include "core/node/rabbitmq_conf.h"

#include <QByteArray>
#include <QObject>

#include <memory>
#include <vector>

namespace warren::node {

class Logger;

/// A whole node: broker, store, sockets and log, put together. The one place that knows everything.
///
/// Thread: main. Signals arrive there.
class Node final : public QObject {
    Q_OBJECT

public:
    /// @param ignoredSettings  of the configuration file; their keys are logged when the node
    /// starts
    Node(NodeConfig config, const std::vector<IgnoredSetting>& ignoredSettings,
         QObject* parent = nullptr);
    /// Stops in order and waits.
    ~Node() override;

    const NodeConfig& config() const { return m_config; }
    management::BrokerClient& client() { return m_sharedClient; }

    /// Ends with started or failed.
    void start();
    /// Ends with stopped.
    void requestStop();
    /// For machines: {"ready":true,"node":…,"amqp_port":…,"amqps_port":…,"data_dir":…,"pid":…} in
    /// one line, without its end; a port only if there is such a listener.
    QByteArray readyLine(const NodeStarted& started) const;

signals:
    void started(const warren::node::NodeStarted& started);
    void failed(const warren::node::NodeFailure& failure);
    void stopped();

private:
    /// What comes of a start that succeeded.
    void greet(const NodeStarted& result);

    NodeConfig m_config;
    std::unique_ptr<Logger> m_logger;
    BrokerThread m_thread;
    std::unique_ptr<LocalBrokerClient> m_client;
    ControlClient m_sharedClient;
    ControlServer m_control;
};

}  // namespace warren::node
