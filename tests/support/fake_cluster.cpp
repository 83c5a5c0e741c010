#include "tests/support/fake_cluster.h"

#include "tests/support/fake_broker_client.h"

#include <QString>

#include <algorithm>

namespace warren::test {

using namespace management;

namespace {

constexpr std::uint64_t kMiB = 1024 * 1024;

const QString kFirstNode = QStringLiteral("warren@desk");
const QString kSecondNode = QStringLiteral("warren2@localhost");

QList<ClusterNodeRow> threeNodes()
{
    ClusterNodeRow first = aloneView().nodes.first();
    first.leadsDefinitions = false;
    first.masterCount = 2;
    first.mirrorCount = 1;
    first.connectionCount = 6;
    first.memoryBytes = 1240 * kMiB;
    ClusterNodeRow second = first;
    second.name = kSecondNode;
    second.address = QStringLiteral("127.0.0.1:41873");
    second.isSelf = false;
    second.leadsDefinitions = true;
    second.masterCount = 2;
    second.mirrorCount = 2;
    second.connectionCount = 14;
    second.memoryBytes = 2810 * kMiB;
    ClusterNodeRow third = second;
    third.name = kThirdNode;
    third.address = QStringLiteral("127.0.0.1:38211");
    third.isDisk = false;
    third.leadsDefinitions = false;
    third.masterCount = 1;
    third.mirrorCount = 3;
    third.connectionCount = 0;
    third.memoryBytes = 96 * kMiB;
    return {second, third, first};
}

QList<ClusterLinkRow> threeLinks()
{
    return {{.from = kSecondNode, .to = kThirdNode, .state = ClusterLinkState::Up},
            {.from = kSecondNode, .to = kFirstNode, .state = ClusterLinkState::Up},
            {.from = kThirdNode, .to = kSecondNode, .state = ClusterLinkState::Up},
            {.from = kThirdNode, .to = kFirstNode, .state = ClusterLinkState::Up},
            {.from = kFirstNode,
             .to = kSecondNode,
             .state = ClusterLinkState::Up,
             .unsentBytes = 18'432,
             .roundTripMicroseconds = 1240,
             .isEncrypted = false},
            {.from = kFirstNode,
             .to = kThirdNode,
             .state = ClusterLinkState::Up,
             .roundTripMicroseconds = 388,
             .isEncrypted = false}};
}

QueueReplicasRow replicasOf(const QString& name, const QList<ReplicaRow>& replicas)
{
    QueueReplicasRow row;
    row.key = {QStringLiteral("/"), name};
    row.master = replicas.first().node;
    row.replicas = replicas;
    if (replicas.size() > 1) row.policy = QStringLiteral("ha-two");
    return row;
}

}  // namespace

ClusterView aloneView()
{
    ClusterNodeRow self;
    self.name = kFirstNode;
    self.address = QStringLiteral("127.0.0.1:25672");
    self.isSelf = true;
    self.leadsDefinitions = true;
    self.memoryBytes = 48 * kMiB;
    self.memoryLimitBytes = 3200 * kMiB;
    self.diskFreeBytes = 91'000 * kMiB;
    self.diskLimitBytes = 50 * kMiB;
    ClusterView view;
    view.name = kFirstNode;
    view.clusterAddress = self.address;
    view.nodes = {self};
    return view;
}

ClusterView threeNodeView()
{
    ClusterView view = aloneView();
    view.name = QStringLiteral("shop");
    view.isClustered = true;
    view.nodes = threeNodes();
    view.links = threeLinks();
    view.queues = {
        replicasOf(QStringLiteral("audit.log"), {{.node = kSecondNode}}),
        replicasOf(QStringLiteral("mail.outgoing"),
                   {{.node = kSecondNode},
                    {.node = kFirstNode, .state = ReplicaState::InSync},
                    {.node = kThirdNode, .state = ReplicaState::InSync}}),
        replicasOf(QStringLiteral("orders"),
                   {{.node = kFirstNode},
                    {.node = kSecondNode, .state = ReplicaState::InSync},
                    {.node = kThirdNode, .state = ReplicaState::Synchronising, .progress = 0.43}}),
        replicasOf(QStringLiteral("orders.dead"),
                   {{.node = kThirdNode}, {.node = kSecondNode, .state = ReplicaState::InSync}}),
        replicasOf(
            QStringLiteral("thumbnails"),
            {{.node = kFirstNode},
             {.node = kThirdNode, .state = ReplicaState::Behind, .progress = 0, .lagCount = 211}}),
    };
    view.queues[0].policy.clear();
    view.queues[1].policy = QStringLiteral("ha-all");
    return view;
}

ClusterView brokenView()
{
    ClusterView view = threeNodeView();
    view.pausedReason =
        QStringLiteral("it sees 1 of 3 members, which is no majority (pause_minority)");
    view.nodes[0].state = ClusterNodeState::Unreachable;
    view.nodes[1].state = ClusterNodeState::Down;
    view.nodes[2].state = ClusterNodeState::Paused;
    view.nodes[2].hasMemoryAlarm = true;
    view.nodes[2].memoryBytes = 3391 * kMiB;
    const QString silent = QStringLiteral("nothing is heard of %1");
    view.links = {{.from = kSecondNode,
                   .to = kThirdNode,
                   .state = ClusterLinkState::Unknown,
                   .reason = silent.arg(kSecondNode)},
                  {.from = kSecondNode,
                   .to = kFirstNode,
                   .state = ClusterLinkState::Down,
                   .reason = silent.arg(kSecondNode)},
                  {.from = kThirdNode,
                   .to = kSecondNode,
                   .state = ClusterLinkState::Unknown,
                   .reason = silent.arg(kThirdNode)},
                  {.from = kThirdNode,
                   .to = kFirstNode,
                   .state = ClusterLinkState::Down,
                   .reason = silent.arg(kThirdNode)},
                  {.from = kFirstNode,
                   .to = kSecondNode,
                   .state = ClusterLinkState::Connecting,
                   .reason = QStringLiteral("no answer for 12 s")},
                  {.from = kFirstNode,
                   .to = kThirdNode,
                   .state = ClusterLinkState::Refused,
                   .reason = QStringLiteral("it has another cookie")}};
    for (QueueReplicasRow& queue : view.queues) {
        for (ReplicaRow& replica : queue.replicas) {
            if (replica.node != kFirstNode)
                replica = {.node = replica.node, .state = ReplicaState::Gone};
        }
        if (queue.master != kFirstNode) queue.master.clear();
    }
    view.queues[2].lossCount = 2;
    view.queues[2].epoch = 5;
    return view;
}

ClusterView restlessView()
{
    ClusterView view = threeNodeView();
    const auto linkBetween = [&view](const QString& from, const QString& to) -> ClusterLinkRow& {
        return *std::ranges::find_if(view.links, [&](const ClusterLinkRow& link) {
            return link.from == from && link.to == to;
        });
    };
    view.nodes[0].state = ClusterNodeState::Stopping;
    linkBetween(kThirdNode, kSecondNode).state = ClusterLinkState::Down;
    linkBetween(kThirdNode, kFirstNode).state = ClusterLinkState::Down;
    linkBetween(kSecondNode, kThirdNode).state = ClusterLinkState::Down;
    return view;
}

QList<QueueReplicasRow> manyReplicas(const QList<QueueRow>& queues)
{
    QList<QueueReplicasRow> rows;
    const QStringList nodes{kFirstNode, kSecondNode, kThirdNode};
    for (const QueueRow& queue : queues) {
        const auto first = rows.size() % nodes.size();
        rows.append(replicasOf(queue.key.name, {{.node = nodes.at(first)},
                                                {.node = nodes.at((first + 1) % nodes.size()),
                                                 .state = ReplicaState::InSync}}));
    }
    return rows;
}

}  // namespace warren::test
