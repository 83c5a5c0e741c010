#include "core/node/control_command.h"

#include "core/cluster/node_type.h"
#include "core/node/information_unit.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>

namespace warren::node {

namespace {

// Of a policy's definition; its values are texts, numbers and lists of them.
constexpr int kControlValueDepthMax = 8;
constexpr double kExactIntegerMax = 9'007'199'254'740'992;  // of a double

bool isShallow(const QJsonValue& value, int depthLeft)
{
    if (!value.isArray() && !value.isObject()) return true;
    if (depthLeft == 0) return false;
    if (value.isArray()) {
        for (const QJsonValue& one : value.toArray()) {
            if (!isShallow(one, depthLeft - 1)) return false;
        }
        return true;
    }
    const QJsonObject object = value.toObject();
    for (const QJsonValue& one : object) {
        if (!isShallow(one, depthLeft - 1)) return false;
    }
    return true;
}

/// Takes the arguments of a verb out of its object, one by one, and keeps the first complaint.
class ControlArguments {
public:
    explicit ControlArguments(QJsonObject object) : m_object(std::move(object)) {}

    QString text(const QString& name)
    {
        const QString value = text(name, QString());
        if (value.isEmpty()) complain(QStringLiteral("'%1' is missing").arg(name));
        return value;
    }

    QString text(const QString& name, const QString& otherwise)
    {
        const QJsonValue value = m_object.take(name);
        if (value.isUndefined()) return otherwise;
        if (!value.isString()) complain(QStringLiteral("'%1' must be a text").arg(name));
        return value.toString();
    }

    bool flag(const QString& name)
    {
        const QJsonValue value = m_object.take(name);
        if (!value.isUndefined() && !value.isBool()) {
            complain(QStringLiteral("'%1' must be true or false").arg(name));
        }
        return value.toBool();
    }

    qint64 integer(const QString& name, qint64 otherwise)
    {
        const QJsonValue value = m_object.take(name);
        if (value.isUndefined()) return otherwise;
        const double number = value.toDouble(0.5);
        if (std::floor(number) != number || std::abs(number) > kExactIntegerMax) {
            complain(QStringLiteral("'%1' must be a whole number").arg(name));
            return otherwise;
        }
        return value.toInteger();
    }

    std::optional<double> fraction(const QString& name)
    {
        const QJsonValue value = m_object.take(name);
        if (value.isUndefined()) return std::nullopt;
        if (!value.isDouble()) complain(QStringLiteral("'%1' must be a number").arg(name));
        return value.toDouble();
    }

    /// A number, or a text with a unit: "512MB".
    std::optional<std::uint64_t> bytes(const QString& name)
    {
        const QJsonValue value = m_object.take(name);
        if (value.isUndefined()) return std::nullopt;
        const double number = value.toDouble(-1);
        if (number >= 0 && number <= kExactIntegerMax) return static_cast<std::uint64_t>(number);
        const auto amount = parseInformationUnit(value.toString().toStdString());
        if (!amount) complain(QStringLiteral("'%1' must be a number of bytes").arg(name));
        return amount;
    }

    management::Arguments definition(const QString& name)
    {
        const QJsonValue value = m_object.take(name);
        if (!value.isObject()) {
            complain(QStringLiteral("'%1' must be an object").arg(name));
        } else if (!isShallow(value, kControlValueDepthMax)) {
            complain(QStringLiteral("'%1' is nested too deeply").arg(name));
        } else {
            return value.toObject().toVariantMap();
        }
        return {};
    }

    cluster::NodeType nodeType()
    {
        const QString value = text(QStringLiteral("type"));
        const auto type = cluster::nodeTypeOf(value.toStdString());
        if (!type) complain(QStringLiteral("'type' must be disc or ram"));
        return type.value_or(cluster::NodeType::Disk);
    }

    QString vhost() { return text(QStringLiteral("vhost"), QStringLiteral("/")); }

    management::ResourceKey queue()
    {
        QString queueVhost = vhost();
        return {std::move(queueVhost), text(QStringLiteral("queue"))};
    }

    void complain(const QString& problem)
    {
        if (m_problem.isEmpty()) m_problem = problem;
    }

    /// Empty: all is well. Call it last: what nobody took is unknown.
    QString problem()
    {
        if (!m_object.isEmpty()) {
            complain(QStringLiteral("unknown argument '%1'").arg(m_object.keys().constFirst()));
        }
        return m_problem;
    }

private:
    QJsonObject m_object;
    QString m_problem;
};

management::PolicyTarget policyTarget(ControlArguments& arguments)
{
    const QString name = arguments.text(QStringLiteral("apply-to"), QStringLiteral("all"));
    if (name == QLatin1String("all")) return management::PolicyTarget::All;
    if (name == QLatin1String("queues")) return management::PolicyTarget::Queues;
    if (name == QLatin1String("exchanges")) return management::PolicyTarget::Exchanges;
    if (name == QLatin1String("classic_queues")) return management::PolicyTarget::ClassicQueues;
    if (name == QLatin1String("quorum_queues")) return management::PolicyTarget::QuorumQueues;
    arguments.complain(QStringLiteral(
        "'apply-to' must be all, queues, exchanges, classic_queues or quorum_queues"));
    return management::PolicyTarget::All;
}

// ---- the verbs: what each takes out of its arguments

ControlRequest controlStatus(ControlArguments&) { return ControlQuery{ControlQuestion::Status}; }

ControlRequest controlClusterStatus(ControlArguments&)
{
    return ControlQuery{ControlQuestion::ClusterStatus};
}

ControlRequest controlListQueues(ControlArguments& arguments)
{
    return ControlQuery{ControlQuestion::ListQueues,
                        arguments.text(QStringLiteral("vhost"), QString())};
}

ControlRequest controlSetPolicy(ControlArguments& arguments)
{
    management::PolicyRow policy;
    policy.vhost = arguments.vhost();
    policy.name = arguments.text(QStringLiteral("name"));
    policy.pattern = arguments.text(QStringLiteral("pattern"), QString());
    policy.definition = arguments.definition(QStringLiteral("definition"));
    policy.priority = arguments.integer(QStringLiteral("priority"), 0);
    policy.applyTo = policyTarget(arguments);
    return management::PutPolicy{std::move(policy)};
}

ControlRequest controlClearPolicy(ControlArguments& arguments)
{
    management::RemovePolicy command;
    command.vhost = arguments.vhost();
    command.name = arguments.text(QStringLiteral("name"));
    return command;
}

ControlRequest controlJoinCluster(ControlArguments& arguments)
{
    management::JoinCluster command;
    command.address = arguments.text(QStringLiteral("address"));
    command.asRamNode = arguments.flag(QStringLiteral("ram"));
    return command;
}

ControlRequest controlChangeNodeType(ControlArguments& arguments)
{
    return management::ChangeClusterNodeType{arguments.nodeType() == cluster::NodeType::Ram};
}

ControlRequest controlReset(ControlArguments&) { return management::ResetNode{}; }

ControlRequest controlForgetClusterNode(ControlArguments& arguments)
{
    return management::ForgetClusterNode{arguments.text(QStringLiteral("node"))};
}

ControlRequest controlRenameCluster(ControlArguments& arguments)
{
    return management::RenameCluster{arguments.text(QStringLiteral("name"))};
}

ControlRequest controlSyncQueue(ControlArguments& arguments)
{
    return management::SynchroniseQueue{arguments.queue()};
}

ControlRequest controlCancelSyncQueue(ControlArguments& arguments)
{
    return management::CancelSynchronisation{arguments.queue()};
}

ControlRequest controlMoveMaster(ControlArguments& arguments)
{
    management::MoveMaster command;
    command.queue = arguments.queue();
    command.node = arguments.text(QStringLiteral("node"));
    return command;
}

ControlRequest controlRebalance(ControlArguments&) { return management::RebalanceQueues{}; }

ControlRequest controlSetMemoryWatermark(ControlArguments& arguments)
{
    management::SetMemoryWatermark command;
    command.relative = arguments.fraction(QStringLiteral("fraction"));
    command.absoluteBytes = arguments.bytes(QStringLiteral("bytes"));
    return command;
}

ControlRequest controlStop(ControlArguments&) { return ControlStop{}; }

struct ControlVerb {
    const char* name;
    ControlRequest (*read)(ControlArguments&);
};

constexpr std::array kControlVerbs{
    ControlVerb{"status", controlStatus},
    ControlVerb{"cluster_status", controlClusterStatus},
    ControlVerb{"list_queues", controlListQueues},
    ControlVerb{"set_policy", controlSetPolicy},
    ControlVerb{"clear_policy", controlClearPolicy},
    ControlVerb{"join_cluster", controlJoinCluster},
    ControlVerb{"change_cluster_node_type", controlChangeNodeType},
    ControlVerb{"reset", controlReset},
    ControlVerb{"forget_cluster_node", controlForgetClusterNode},
    ControlVerb{"rename_cluster", controlRenameCluster},
    ControlVerb{"sync_queue", controlSyncQueue},
    ControlVerb{"cancel_sync_queue", controlCancelSyncQueue},
    ControlVerb{"move_master", controlMoveMaster},
    ControlVerb{"rebalance", controlRebalance},
    ControlVerb{"set_vm_memory_high_watermark", controlSetMemoryWatermark},
    ControlVerb{"stop", controlStop},
};

}  // namespace

Result<ControlRequest, QString> parseControlRequest(const QByteArray& line)
{
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(line, &error);
    if (error.error != QJsonParseError::NoError) {
        return QStringLiteral("no JSON: %1").arg(error.errorString());
    }
    if (!document.isObject()) return QStringLiteral("a request is a JSON object");
    ControlArguments arguments(document.object());
    const QString wanted = arguments.text(QStringLiteral("verb"));
    if (wanted.isEmpty()) return QStringLiteral("'verb' must be a text");
    for (const ControlVerb& verb : kControlVerbs) {
        if (wanted != QLatin1String(verb.name)) continue;
        ControlRequest request = verb.read(arguments);
        if (const QString problem = arguments.problem(); !problem.isEmpty()) {
            return QStringLiteral("%1: %2").arg(wanted, problem);
        }
        return request;
    }
    return QStringLiteral("unknown verb '%1'").arg(wanted);
}

management::Topics topicsOf(ControlQuestion question)
{
    switch (question) {
    case ControlQuestion::Status: return management::TopicOverview;
    case ControlQuestion::ClusterStatus: return management::TopicCluster;
    case ControlQuestion::ListQueues: return management::TopicQueues | management::TopicCluster;
    }
    return management::TopicOverview;
}

}  // namespace warren::node
