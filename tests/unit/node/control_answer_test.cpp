#include "core/node/control_answer.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <gtest/gtest.h>

#include <ostream>

namespace warren::node {
namespace {

using namespace management;

QJsonObject valueOf(const QByteArray& line)
{
    EXPECT_TRUE(line.endsWith('\n'));
    EXPECT_EQ(line.count('\n'), 1) << "one line";
    const QJsonObject answer = QJsonDocument::fromJson(line).object();
    EXPECT_TRUE(answer.value(QStringLiteral("ok")).toBool());
    return answer.value(QStringLiteral("value")).toObject();
}

QJsonObject json(const char* text) { return QJsonDocument::fromJson(text).object(); }

QueueRow queueRow(const char* vhost, const char* name)
{
    QueueRow row;
    row.key = {QString::fromLatin1(vhost), QString::fromLatin1(name)};
    row.isDurable = true;
    row.policy = QStringLiteral("ha");
    row.readyCount = 3;
    row.unackedCount = 2;
    row.consumerCount = 1;
    return row;
}

QueueReplicasRow placeRow(const char* vhost, const char* name)
{
    QueueReplicasRow row;
    row.key = {QString::fromLatin1(vhost), QString::fromLatin1(name)};
    row.policy = QStringLiteral("ha");
    row.master = QStringLiteral("n1@h");
    row.replicas = {{QStringLiteral("n1@h"), ReplicaState::Master, 1, 0},
                    {QStringLiteral("n2@h"), ReplicaState::Synchronising, 0.25, 9}};
    row.epoch = 4;
    return row;
}

TEST(ControlAnswer, SaysDoneAndRefused)
{
    EXPECT_EQ(controlAnswer(CommandResult{}), QByteArray("{\"ok\":true,\"value\":{}}\n"));
    EXPECT_EQ(
        controlAnswer(CommandResult{CommandStatus::NotFound, QStringLiteral("no\nqueue"), {}}),
        QByteArray("{\"error\":\"no\\nqueue\",\"ok\":false}\n"));
}

TEST(ControlAnswer, ShowsAllOfTheCluster)
{
    Snapshot snapshot;
    ClusterView& cluster = snapshot.cluster;
    cluster.name = QStringLiteral("c");
    cluster.isClustered = true;
    cluster.pausedReason = QStringLiteral("no majority");
    cluster.clusterAddress = QStringLiteral("127.0.0.1:1");
    ClusterNodeRow node;
    node.name = QStringLiteral("n1@h");
    node.address = QStringLiteral("127.0.0.1:1");
    node.isDisk = false;
    node.isSelf = true;
    node.state = ClusterNodeState::Paused;
    node.masterCount = 1;
    node.memoryBytes = 10'000'000'000;
    cluster.nodes = {node};
    cluster.links = {{QStringLiteral("n1@h"), QStringLiteral("n2@h"), ClusterLinkState::Refused,
                      QStringLiteral("wrong cookie"), 5, -1},
                     {QStringLiteral("n2@h"), QStringLiteral("n1@h"), ClusterLinkState::Unknown},
                     {QStringLiteral("n2@h"), QStringLiteral("n3@h"), ClusterLinkState::Down},
                     {.from = QStringLiteral("n3@h"),
                      .to = QStringLiteral("n1@h"),
                      .state = ClusterLinkState::Up,
                      .isEncrypted = true}};
    cluster.queues = {placeRow("/", "q")};

    EXPECT_EQ(valueOf(controlAnswer(ControlQuery{ControlQuestion::ClusterStatus}, snapshot)),
              json(R"({"cluster_name":"c","clustered":true,"paused_reason":"no majority",
        "cluster_address":"127.0.0.1:1",
        "nodes":[{"name":"n1@h","address":"127.0.0.1:1","type":"ram","self":true,
            "leads_definitions":false,"state":"paused","masters":1,"mirrors":0,"connections":0,
            "mem_used":10000000000,"mem_limit":0,"disk_free":0,"disk_free_limit":0,
            "mem_alarm":false,"disk_free_alarm":false}],
        "links":[{"from":"n1@h","to":"n2@h","state":"refused","encrypted":null,
            "reason":"wrong cookie","unsent_bytes":5,"round_trip_microseconds":-1},
            {"from":"n2@h","to":"n1@h","state":"unknown","encrypted":null,
            "reason":"","unsent_bytes":0,"round_trip_microseconds":-1},
            {"from":"n2@h","to":"n3@h","state":"down","encrypted":null,
            "reason":"","unsent_bytes":0,"round_trip_microseconds":-1},
            {"from":"n3@h","to":"n1@h","state":"up","encrypted":true,
            "reason":"","unsent_bytes":0,"round_trip_microseconds":-1}],
        "queues":[{"vhost":"/","name":"q","policy":"ha","master":"n1@h","epoch":4,"losses":0,
            "replicas":[{"node":"n1@h","state":"master","progress":1,"lag":0},
                {"node":"n2@h","state":"synchronising","progress":0.25,"lag":9}]}]})"));
}

TEST(ControlAnswer, HasAWordForEachStateOfANode)
{
    Snapshot snapshot;
    QStringList words;
    for (const auto state :
         {ClusterNodeState::Running, ClusterNodeState::Joining, ClusterNodeState::Paused,
          ClusterNodeState::Stopping, ClusterNodeState::Unreachable, ClusterNodeState::Down}) {
        ClusterNodeRow node;
        node.state = state;
        snapshot.cluster.nodes = {node};
        const QJsonObject value =
            valueOf(controlAnswer(ControlQuery{ControlQuestion::ClusterStatus}, snapshot));
        const QJsonArray nodes = value.value(QStringLiteral("nodes")).toArray();
        words.append(nodes.at(0).toObject().value(QStringLiteral("state")).toString());
    }
    EXPECT_EQ(words.join(u' '), QStringLiteral("running joining paused stopping unreachable down"));
}

TEST(ControlAnswer, JoinsContentsAndPlacesOfQueues)
{
    Snapshot snapshot;
    snapshot.queues = {queueRow("/", "a"), queueRow("/", "b")};
    snapshot.cluster.queues = {placeRow("/", "b"), placeRow("v", "c")};

    const QJsonArray all =
        valueOf(controlAnswer(ControlQuery{ControlQuestion::ListQueues}, snapshot))
            .value(QStringLiteral("queues"))
            .toArray();
    ASSERT_EQ(all.size(), 3);
    EXPECT_EQ(all.at(0).toObject(), json(R"({"vhost":"/","name":"a","type":"classic",
        "durable":true,"exclusive":false,"policy":"ha","state":"running","messages_ready":3,
        "messages_unacknowledged":2,"messages":5,"consumers":1})"));
    EXPECT_EQ(all.at(1).toObject().value(QStringLiteral("master")), QStringLiteral("n1@h"));
    EXPECT_EQ(all.at(1).toObject().value(QStringLiteral("messages_ready")), 3);
    EXPECT_EQ(all.at(2).toObject().value(QStringLiteral("name")), QStringLiteral("c"));
    EXPECT_FALSE(all.at(2).toObject().contains(QStringLiteral("messages_ready")));

    const QJsonArray some =
        valueOf(
            controlAnswer(ControlQuery{ControlQuestion::ListQueues, QStringLiteral("v")}, snapshot))
            .value(QStringLiteral("queues"))
            .toArray();
    ASSERT_EQ(some.size(), 1);
    EXPECT_EQ(some.at(0).toObject().value(QStringLiteral("name")), QStringLiteral("c"));
}

TEST(ControlAnswer, ShowsTheStateOfTheNode)
{
    Snapshot snapshot;
    snapshot.overview.nodeName = QStringLiteral("n@h");
    snapshot.overview.amqpPort = 5672;
    snapshot.overview.alarms = {{AlarmKind::Disk, {}}};
    const QJsonObject value =
        valueOf(controlAnswer(ControlQuery{ControlQuestion::Status}, snapshot));
    EXPECT_EQ(value.value(QStringLiteral("node")), QStringLiteral("n@h"));
    EXPECT_EQ(value.value(QStringLiteral("amqp_port")), 5672);
    EXPECT_EQ(value.value(QStringLiteral("alarms")), QJsonArray{QStringLiteral("disk")});
}

}  // namespace
}  // namespace warren::node
