#include "ui/dialogs/cluster_confirmations.h"

#include "ui/format.h"
#include "ui/models/cluster_words.h"

#include <QCoreApplication>

namespace warren::ui {

using management::ClusterView;
using management::Snapshot;

namespace {

/// The cluster in a snapshot, or as it was when the question came up.
const ClusterView& clusterIn(const Snapshot& snapshot, const ClusterView& before)
{
    return snapshot.topics & management::TopicCluster ? snapshot.cluster : before;
}

std::uint64_t messageCount(const Snapshot& snapshot)
{
    return snapshot.overview.readyCount + snapshot.overview.unackedCount;
}

QString clusterTr(const char* text) { return QCoreApplication::translate("ClusterDialog", text); }

}  // namespace

Confirmation leaveConfirmation(const Snapshot& snapshot)
{
    const ClusterView before = snapshot.cluster;
    const auto* self = selfIn(before);
    const QString node = self ? self->name : snapshot.overview.nodeName;
    Confirmation asked;
    asked.title = clusterTr("Leave the cluster");
    asked.acceptText = clusterTr("Leave and delete");
    asked.subject = clusterTr("Does %1 leave the cluster “%2”? It is alone and empty then.")
                        .arg(node, before.name);
    asked.names = {node};
    asked.commands = {management::ResetNode{}};
    asked.doneText = clusterTr("%1 has left the cluster.").arg(node);
    asked.losses = [before, node](const Snapshot& now, const QList<int>&) {
        ConfirmDialog::Losses lost;
        lost.lines.append(clusterTr("what this node has: %1 with %2")
                              .arg(format::counted(now.overview.queueCount, clusterTr("1 queue"),
                                                   clusterTr("%1 queues")),
                                   format::counted(messageCount(now), clusterTr("1 message"),
                                                   clusterTr("%1 messages"))));
        const std::uint64_t onlyHere = countOnlyOn(clusterIn(now, before), node);
        if (onlyHere > 0) {
            lost.lines.append(format::counted(
                onlyHere, clusterTr("for the whole cluster: 1 queue that only this node has whole"),
                clusterTr("for the whole cluster: %1 queues that only this node has whole")));
        }
        if (now.overview.connectionCount > 0) {
            lost.lines.append(format::counted(now.overview.connectionCount,
                                              clusterTr("1 connection is cut off"),
                                              clusterTr("%1 connections are cut off")));
        }
        lost.reassurance =
            clusterTr("What the other nodes have stays with them. This cannot be undone.");
        return lost;
    };
    asked.typedName = node;
    asked.needsTyping = [](const Snapshot& now) { return messageCount(now) > 0; };
    return asked;
}

Confirmation changeTypeConfirmation(const Snapshot& snapshot)
{
    const auto* self = selfIn(snapshot.cluster);
    const bool toRamNode = self == nullptr || self->isDisk;
    const QString node = self ? self->name : snapshot.overview.nodeName;
    Confirmation asked;
    asked.title = toRamNode ? clusterTr("Become a RAM node") : clusterTr("Become a disk node");
    asked.acceptText = asked.title;
    asked.icon = Icon::Edit;
    asked.subject =
        toRamNode ? clusterTr(
                        "Does %1 become a RAM node? It keeps everything in memory then, has no "
                        "vote, and gets all it needs from the others each time it starts.")
                        .arg(node)
                  : clusterTr(
                        "Does %1 become a disk node? It votes then, and keeps definitions and "
                        "messages on its disk.")
                        .arg(node);
    asked.names = {node};
    asked.commands = {management::ChangeClusterNodeType{toRamNode}};
    asked.doneText = toRamNode ? clusterTr("%1 becomes a RAM node.").arg(node)
                               : clusterTr("%1 becomes a disk node.").arg(node);
    asked.losses = [](const Snapshot& now, const QList<int>&) {
        ConfirmDialog::Losses lost;
        if (now.overview.connectionCount > 0) {
            lost.lines.append(format::counted(now.overview.connectionCount,
                                              clusterTr("1 connection is cut off"),
                                              clusterTr("%1 connections are cut off")));
        }
        lost.reassurance = clusterTr(
            "It starts anew and gets its copies of queues from the others. While a queue is only "
            "here, or no other disk node is there, the cluster refuses this.");
        return lost;
    };
    return asked;
}

Confirmation forgetConfirmation(const Snapshot& snapshot, const QString& node)
{
    const ClusterView before = snapshot.cluster;
    Confirmation asked;
    asked.title = clusterTr("Forget a node");
    asked.acceptText = clusterTr("Forget the node");
    asked.subject = clusterTr("Do the other nodes give up %1?").arg(node);
    asked.names = {node};
    asked.commands = {management::ForgetClusterNode{node}};
    asked.doneText = clusterTr("%1 is no member any more.").arg(node);
    asked.losses = [before, node](const Snapshot& now, const QList<int>&) {
        ConfirmDialog::Losses lost;
        const std::uint64_t onlyThere = countOnlyOn(clusterIn(now, before), node);
        if (onlyThere > 0) {
            lost.lines.append(format::counted(onlyThere,
                                              clusterTr("1 queue that only it has whole"),
                                              clusterTr("%1 queues that only it has whole")));
            lost.reassurance = clusterTr("If it can be started again, they come back with it.");
        } else {
            lost.reassurance = clusterTr(
                "The other nodes have all its queues. It can come back only empty, by joining "
                "again.");
        }
        return lost;
    };
    asked.typedName = node;
    asked.needsTyping = [before, node](const Snapshot& now) {
        return countOnlyOn(clusterIn(now, before), node) > 0;
    };
    return asked;
}

}  // namespace warren::ui
