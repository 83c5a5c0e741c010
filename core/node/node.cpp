#include "core/node/node.h"

#include "core/node/log.h"
#include "core/node/value_conversion.h"

#include <QCoreApplication>
#include <QJsonDocument>
#include <QJsonObject>

#include <csignal>

namespace warren::node {

namespace {

void logIgnored(Logger& logger, const IgnoredSetting& setting)
{
    const LogField key{"setting", setting.key};
    const LogField line{"line", setting.line};
    switch (setting.reason) {
    case IgnoredReason::Unknown:
        return logger.warning("a setting of the configuration file has no meaning here",
                              {key, line});
    case IgnoredReason::NotYet:
        return logger.warning("a setting of the configuration file is not acted on yet",
                              {key, line});
    case IgnoredReason::WithoutEffect:
        return logger.info("a setting of the configuration file has no effect here", {key, line});
    }
}

}  // namespace

Node::Node(NodeConfig config, const std::vector<IgnoredSetting>& ignoredSettings, QObject* parent)
    : QObject(parent),
      m_config(std::move(config)),
      m_logger(std::make_unique<Logger>(m_config.logLevel)),
      m_thread(m_config, *m_logger),
      m_client(std::make_unique<LocalBrokerClient>(m_thread.loop())),
      m_sharedClient(*m_client),
      m_control(m_sharedClient)
{
    for (const IgnoredSetting& setting : ignoredSettings)
        logIgnored(*m_logger, setting);
    connect(&m_thread.loop(), &BrokerLoop::started, this, &Node::greet);
    connect(&m_thread.loop(), &BrokerLoop::failed, this, [this](const NodeFailure& failure) {
        m_control.stopListening();
        m_logger->error(utf8Of(failure.text));
        emit failed(failure);
    });
    connect(&m_thread.loop(), &BrokerLoop::stopped, this, [this] {
        m_logger->info("stopped");
        emit stopped();
    });
    // The program knows what else has to end, and it listens to this already.
    connect(&m_control, &ControlServer::stopRequested, this, [] { std::raise(SIGTERM); });
}

Node::~Node() { m_client->setReachable(false); }

void Node::greet(const NodeStarted& result)
{
    for (const net::Endpoint& endpoint : result.endpoints) {
        m_logger->info("accepts connections",
                       {{"address", endpoint.text()}, {"node", m_config.nodeName}});
    }
    for (const net::Endpoint& endpoint : result.tlsEndpoints) {
        m_logger->info("accepts connections with TLS",
                       {{"address", endpoint.text()}, {"node", m_config.nodeName}});
    }
    if (const auto listening = m_control.listen(result.dataFolder); !listening) {
        m_logger->warning("warrenctl can't reach this node", {{"reason", listening.error()}});
    }
    m_client->setReachable(true);
    emit started(result);
}

void Node::start() { m_thread.start(); }

void Node::requestStop()
{
    m_control.stopListening();
    m_client->setReachable(false);
    m_thread.requestStop();
}

QByteArray Node::readyLine(const NodeStarted& result) const
{
    QJsonObject line{
        {QStringLiteral("ready"), true},
        {QStringLiteral("node"), textOf(std::string_view{m_config.nodeName})},
        {QStringLiteral("data_dir"), result.dataFolder},
        {QStringLiteral("pid"), QCoreApplication::applicationPid()},
    };
    line.insert(QStringLiteral("cluster_port"), result.clusterPort);
    if (!result.endpoints.empty()) {
        line.insert(QStringLiteral("amqp_port"), result.endpoints.front().port);
    }
    if (!result.tlsEndpoints.empty()) {
        line.insert(QStringLiteral("amqps_port"), result.tlsEndpoints.front().port);
    }
    return QJsonDocument(line).toJson(QJsonDocument::Compact);
}

}  // namespace warren::node
