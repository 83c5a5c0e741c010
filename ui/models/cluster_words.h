#pragma once

#include "core/management/snapshot.h"
#include "ui/icons.h"
#include "ui/models/badge.h"

#include <QList>
#include <QString>
#include <QStringList>

#include <cstdint>

/// Nodes, the links between them and the replicas of queues in words. Pure; thread: any one.
namespace warren::ui {

/// A state: its word, and what repeats and explains it.
struct StateWords {
    QString word{};
    QString explanation{};
    Tone tone = Tone::Neutral;
    Icon icon = Icon::Info;
    bool operator==(const StateWords&) const = default;
};

StateWords nodeStateWords(management::ClusterNodeState state);
StateWords linkStateWords(management::ClusterLinkState state);
/// Both directions between two nodes together: the worst of both, or that only one works.
/// Of none nothing is known.
StateWords linkPairWords(const QList<management::ClusterLinkRow>& links);
/// With the progress or the lag: "synchronising 43 %", "behind 120".
StateWords replicaWords(const management::ReplicaRow& replica);

/// The words as a badge.
Badge badgeOf(const StateWords& words);

/// What a node is in the cluster: disk or RAM, whether it is the asked one, and so on; then its
/// alarms.
Badges nodeRoleBadges(const management::ClusterNodeRow& node);

/// "1.2 ms"; "–" when it was not measured.
QString roundTripText(qint64 microseconds);

/// "warren2" of "warren2@localhost".
QString shortNodeName(const QString& name);

/// One sentence about a link, for tool tips and screen readers.
QString linkSentence(const management::ClusterLinkRow& link);

/// What a queue has to tell apart from its replicas: nobody leads it, something may be lost.
Badges queueNoteBadges(const management::QueueReplicasRow& queue);

/// The node's part in a queue; null: it has none. The result points into `queue`.
const management::ReplicaRow* replicaOn(const management::QueueReplicasRow& queue,
                                        const QString& node);

/// How many queues nobody else has as completely as this node: what they hold goes with it.
std::uint64_t countOnlyOn(const management::ClusterView& cluster, const QString& node);

/// The row of the node that was asked; null: the view has none.
const management::ClusterNodeRow* selfIn(const management::ClusterView& cluster);

/// The nodes that may lead all or some of these queues: they have all of one, and don't lead it.
QStringList possibleMasters(const QList<management::QueueReplicasRow>& queues);

}  // namespace warren::ui
