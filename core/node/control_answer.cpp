#include "core/node/control_answer.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonValue>

#include <cstdint>

namespace warren::node {

namespace {

/// JSON has 64 bits with a sign; nothing that is counted needs the 64th.
QJsonValue jsonCount(std::uint64_t count) { return static_cast<qint64>(count); }

QString controlWord(management::ClusterNodeState state)
{
    switch (state) {
    case management::ClusterNodeState::Running: return QStringLiteral("running");
    case management::ClusterNodeState::Joining: return QStringLiteral("joining");
    case management::ClusterNodeState::Paused: return QStringLiteral("paused");
    case management::ClusterNodeState::Stopping: return QStringLiteral("stopping");
    case management::ClusterNodeState::Unreachable: return QStringLiteral("unreachable");
    case management::ClusterNodeState::Down: return QStringLiteral("down");
    }
    return {};
}

QString controlWord(management::ClusterLinkState state)
{
    switch (state) {
    case management::ClusterLinkState::Up: return QStringLiteral("up");
    case management::ClusterLinkState::Unknown: return QStringLiteral("unknown");
    case management::ClusterLinkState::Down: return QStringLiteral("down");
    case management::ClusterLinkState::Connecting: return QStringLiteral("connecting");
    case management::ClusterLinkState::Refused: return QStringLiteral("refused");
    }
    return {};
}

QString controlWord(management::ReplicaState state)
{
    switch (state) {
    case management::ReplicaState::Master: return QStringLiteral("master");
    case management::ReplicaState::InSync: return QStringLiteral("in_sync");
    case management::ReplicaState::Synchronising: return QStringLiteral("synchronising");
    case management::ReplicaState::Behind: return QStringLiteral("behind");
    case management::ReplicaState::Gone: return QStringLiteral("gone");
    }
    return {};
}

QString controlWord(management::QueueState state)
{
    switch (state) {
    case management::QueueState::Running: return QStringLiteral("running");
    case management::QueueState::Idle: return QStringLiteral("idle");
    case management::QueueState::Blocked: return QStringLiteral("blocked");
    }
    return {};
}

QString controlWord(management::AlarmKind kind)
{
    switch (kind) {
    case management::AlarmKind::Memory: return QStringLiteral("memory");
    case management::AlarmKind::Disk: return QStringLiteral("disk");
    }
    return {};
}

QJsonObject nodeJson(const management::ClusterNodeRow& node)
{
    return {
        {QStringLiteral("name"), node.name},
        {QStringLiteral("address"), node.address},
        {QStringLiteral("type"), node.isDisk ? QStringLiteral("disc") : QStringLiteral("ram")},
        {QStringLiteral("self"), node.isSelf},
        {QStringLiteral("leads_definitions"), node.leadsDefinitions},
        {QStringLiteral("state"), controlWord(node.state)},
        {QStringLiteral("masters"), jsonCount(node.masterCount)},
        {QStringLiteral("mirrors"), jsonCount(node.mirrorCount)},
        {QStringLiteral("connections"), jsonCount(node.connectionCount)},
        {QStringLiteral("mem_used"), jsonCount(node.memoryBytes)},
        {QStringLiteral("mem_limit"), jsonCount(node.memoryLimitBytes)},
        {QStringLiteral("disk_free"), jsonCount(node.diskFreeBytes)},
        {QStringLiteral("disk_free_limit"), jsonCount(node.diskLimitBytes)},
        {QStringLiteral("mem_alarm"), node.hasMemoryAlarm},
        {QStringLiteral("disk_free_alarm"), node.hasDiskAlarm},
    };
}

QJsonObject linkJson(const management::ClusterLinkRow& link)
{
    return {
        {QStringLiteral("from"), link.from},
        {QStringLiteral("to"), link.to},
        {QStringLiteral("state"), controlWord(link.state)},
        {QStringLiteral("encrypted"),
         link.isEncrypted ? QJsonValue(*link.isEncrypted) : QJsonValue()},
        {QStringLiteral("reason"), link.reason},
        {QStringLiteral("unsent_bytes"), jsonCount(link.unsentBytes)},
        {QStringLiteral("round_trip_microseconds"), link.roundTripMicroseconds},
    };
}

/// What both lists of queues say of where one is.
QJsonObject placeJson(const management::QueueReplicasRow& queue)
{
    QJsonArray replicas;
    for (const management::ReplicaRow& replica : queue.replicas) {
        replicas.append(QJsonObject{
            {QStringLiteral("node"), replica.node},
            {QStringLiteral("state"), controlWord(replica.state)},
            {QStringLiteral("progress"), replica.progress},
            {QStringLiteral("lag"), jsonCount(replica.lagCount)},
        });
    }
    return {
        {QStringLiteral("vhost"), queue.key.vhost},
        {QStringLiteral("name"), queue.key.name},
        {QStringLiteral("policy"), queue.policy},
        {QStringLiteral("master"), queue.master},
        {QStringLiteral("replicas"), replicas},
        {QStringLiteral("epoch"), jsonCount(queue.epoch)},
        {QStringLiteral("losses"), jsonCount(queue.lossCount)},
    };
}

QJsonObject clusterJson(const management::ClusterView& cluster)
{
    QJsonArray nodes;
    for (const management::ClusterNodeRow& node : cluster.nodes)
        nodes.append(nodeJson(node));
    QJsonArray links;
    for (const management::ClusterLinkRow& link : cluster.links)
        links.append(linkJson(link));
    QJsonArray queues;
    for (const management::QueueReplicasRow& queue : cluster.queues)
        queues.append(placeJson(queue));
    return {
        {QStringLiteral("cluster_name"), cluster.name},
        {QStringLiteral("clustered"), cluster.isClustered},
        {QStringLiteral("paused_reason"), cluster.pausedReason},
        {QStringLiteral("cluster_address"), cluster.clusterAddress},
        {QStringLiteral("nodes"), nodes},
        {QStringLiteral("links"), links},
        {QStringLiteral("queues"), queues},
    };
}

void addContents(QJsonObject& json, const management::QueueRow& queue)
{
    json.insert(QStringLiteral("vhost"), queue.key.vhost);
    json.insert(QStringLiteral("name"), queue.key.name);
    json.insert(QStringLiteral("type"), queue.type);
    json.insert(QStringLiteral("durable"), queue.isDurable);
    json.insert(QStringLiteral("exclusive"), queue.isExclusive);
    json.insert(QStringLiteral("policy"), queue.policy);
    json.insert(QStringLiteral("state"), controlWord(queue.state));
    json.insert(QStringLiteral("messages_ready"), jsonCount(queue.readyCount));
    json.insert(QStringLiteral("messages_unacknowledged"), jsonCount(queue.unackedCount));
    json.insert(QStringLiteral("messages"), jsonCount(queue.readyCount + queue.unackedCount));
    json.insert(QStringLiteral("consumers"), jsonCount(queue.consumerCount));
}

/// The queues of both lists by key: what is in one only is missing in the other's fields.
QJsonObject queuesJson(const management::Snapshot& snapshot, const QString& vhost)
{
    QJsonArray queues;
    auto contents = snapshot.queues.cbegin();
    auto place = snapshot.cluster.queues.cbegin();
    while (contents != snapshot.queues.cend() || place != snapshot.cluster.queues.cend()) {
        const bool isPlaceFirst =
            contents == snapshot.queues.cend() ||
            (place != snapshot.cluster.queues.cend() && place->key < contents->key);
        const management::ResourceKey key = isPlaceFirst ? place->key : contents->key;
        QJsonObject json;
        if (place != snapshot.cluster.queues.cend() && place->key == key) {
            json = placeJson(*place);
            ++place;
        }
        if (contents != snapshot.queues.cend() && contents->key == key) {
            addContents(json, *contents);
            ++contents;
        }
        if (vhost.isEmpty() || key.vhost == vhost) queues.append(json);
    }
    return {{QStringLiteral("queues"), queues}};
}

QJsonObject statusJson(const management::Overview& overview)
{
    QJsonArray alarms;
    for (const management::AlarmRow& alarm : overview.alarms)
        alarms.append(controlWord(alarm.kind));
    return {
        {QStringLiteral("node"), overview.nodeName},
        {QStringLiteral("version"), overview.version},
        {QStringLiteral("data_dir"), overview.dataFolder},
        {QStringLiteral("address"), overview.address},
        {QStringLiteral("amqp_port"), overview.amqpPort},
        {QStringLiteral("amqps_port"), overview.tlsPort},
        {QStringLiteral("started_at"), overview.startedAt.toUTC().toString(Qt::ISODateWithMs)},
        {QStringLiteral("alarms"), alarms},
        {QStringLiteral("mem_used"), jsonCount(overview.memory.residentBytes)},
        {QStringLiteral("mem_limit"), jsonCount(overview.memory.watermarkBytes)},
        {QStringLiteral("disk_free"), jsonCount(overview.disk.freeBytes)},
        {QStringLiteral("disk_free_limit"), jsonCount(overview.disk.limitBytes)},
        {QStringLiteral("connections"), jsonCount(overview.connectionCount)},
        {QStringLiteral("channels"), jsonCount(overview.channelCount)},
        {QStringLiteral("queues"), jsonCount(overview.queueCount)},
        {QStringLiteral("consumers"), jsonCount(overview.consumerCount)},
        {QStringLiteral("messages_ready"), jsonCount(overview.readyCount)},
        {QStringLiteral("messages_unacknowledged"), jsonCount(overview.unackedCount)},
        {QStringLiteral("storage_error"), overview.storageError},
    };
}

QByteArray controlLine(const QJsonObject& object)
{
    return QJsonDocument(object).toJson(QJsonDocument::Compact) + '\n';
}

}  // namespace

QByteArray controlAnswer(const QJsonObject& value)
{
    return controlLine({{QStringLiteral("ok"), true}, {QStringLiteral("value"), value}});
}

QByteArray controlRefusal(const QString& text)
{
    return controlLine({{QStringLiteral("ok"), false}, {QStringLiteral("error"), text}});
}

QByteArray controlAnswer(const management::CommandResult& result)
{
    return result.isDone() ? controlAnswer(QJsonObject{}) : controlRefusal(result.text);
}

QByteArray controlAnswer(const ControlQuery& query, const management::Snapshot& snapshot)
{
    switch (query.question) {
    case ControlQuestion::Status: return controlAnswer(statusJson(snapshot.overview));
    case ControlQuestion::ClusterStatus: return controlAnswer(clusterJson(snapshot.cluster));
    case ControlQuestion::ListQueues: return controlAnswer(queuesJson(snapshot, query.vhost));
    }
    return controlRefusal(QStringLiteral("nobody knows"));
}

}  // namespace warren::node
