#include "ui/models/cluster_words.h"

#include "ui/format.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>

namespace warren::ui {

using management::ClusterLinkRow;
using management::ClusterLinkState;
using management::ClusterNodeRow;
using management::ClusterNodeState;
using management::ClusterView;
using management::QueueReplicasRow;
using management::ReplicaRow;
using management::ReplicaState;

namespace {

QString tr(const char* text) { return QCoreApplication::translate("Cluster", text); }

/// At most three digits, without a point when there are that many.
QString scaled(double value, const QString& unit)
{
    constexpr double kWhole = 10;
    return QString::number(value, 'f', value < kWhole ? 1 : 0) + QChar(QChar::Nbsp) + unit;
}

/// Whether it has everything that was ever confirmed.
bool isComplete(const ReplicaRow& replica)
{
    return replica.state == ReplicaState::Master || replica.state == ReplicaState::InSync;
}

}  // namespace

StateWords nodeStateWords(ClusterNodeState state)
{
    switch (state) {
    case ClusterNodeState::Running:
        return {tr("running"), tr("The node works."), Tone::Good, Icon::Success};
    case ClusterNodeState::Joining:
        return {tr("joining"), tr("The cluster has accepted the node; it is catching up."),
                Tone::Accent, Icon::Synchronise};
    case ClusterNodeState::Paused:
        return {tr("paused"),
                tr("The node sees no majority of the cluster, and refuses clients until it does."),
                Tone::Caution, Icon::Pause};
    case ClusterNodeState::Stopping:
        return {tr("stopping"),
                tr("The node was told to stop: the others take over what it leads, and then it is "
                   "gone."),
                Tone::Caution, Icon::Leave};
    case ClusterNodeState::Unreachable:
        return {tr("unreachable"),
                tr("A member that this node hears nothing of: it may have stopped, or the network "
                   "between them is cut."),
                Tone::Bad, Icon::Warning};
    case ClusterNodeState::Down:
        return {tr("down"), tr("The cluster agrees that the node has stopped or is lost."),
                Tone::Bad, Icon::Error};
    }
    return {};
}

StateWords linkStateWords(ClusterLinkState state)
{
    switch (state) {
    case ClusterLinkState::Up:
        return {tr("up"), tr("The nodes talk to each other."), Tone::Good, Icon::Success};
    case ClusterLinkState::Unknown:
        return {tr("unknown"),
                tr("Whoever could tell is not heard by this node, or has said nothing yet."),
                Tone::Neutral, Icon::Info};
    case ClusterLinkState::Down:
        return {tr("down"), tr("Nothing goes this way; it is tried again and again."), Tone::Bad,
                Icon::Close};
    case ClusterLinkState::Connecting:
        return {tr("connecting"), tr("Nobody has answered yet; it is tried again and again."),
                Tone::Caution, Icon::Synchronise};
    case ClusterLinkState::Refused:
        return {tr("refused"), tr("The other node has answered, and will not have this one."),
                Tone::Bad, Icon::Error};
    }
    return {};
}

StateWords linkPairWords(const QList<ClusterLinkRow>& links)
{
    if (links.isEmpty()) return linkStateWords(ClusterLinkState::Unknown);
    // Those that work come first.
    const auto [best, worst] = std::ranges::minmax(links, {}, &ClusterLinkRow::state);
    const bool isOneWay = best.state == ClusterLinkState::Up &&
                          worst.state != ClusterLinkState::Up &&
                          worst.state != ClusterLinkState::Unknown;
    if (!isOneWay) return linkStateWords(worst.state);
    return {tr("one way"), tr("Only one of the nodes reaches the other."),
            linkStateWords(worst.state).tone, Icon::Warning};
}

StateWords replicaWords(const ReplicaRow& replica)
{
    switch (replica.state) {
    case ReplicaState::Master:
        return {tr("master"), tr("Leads the queue: everything goes through it."), Tone::Accent,
                Icon::Master};
    case ReplicaState::InSync:
        return {tr("in sync"),
                tr("A mirror that has everything that was ever confirmed; it may become the "
                   "master."),
                Tone::Good, Icon::Success};
    case ReplicaState::Synchronising:
        return {
            tr("synchronising %1").arg(format::percent(std::clamp(replica.progress, 0.0, 1.0), 1)),
            tr("A mirror that is being given what the queue had before it came."), Tone::Accent,
            Icon::Synchronise};
    case ReplicaState::Behind: {
        const QString explanation =
            tr("A mirror that lacks messages, and nobody brings them: synchronise the queue, or "
               "wait until they are consumed.");
        if (replica.lagCount == 0) {
            return {tr("behind"), explanation, Tone::Caution, Icon::Warning};
        }
        return {tr("behind %1").arg(format::count(replica.lagCount)),
                format::counted(replica.lagCount, tr("Lacks about 1 message."),
                                tr("Lacks about %1 messages.")) +
                    QLatin1Char('\n') + explanation,
                Tone::Caution, Icon::Warning};
    }
    case ReplicaState::Gone:
        return {tr("gone"), tr("Its node is not there; it comes back with it."), Tone::Bad,
                Icon::Close};
    }
    return {};
}

Badge badgeOf(const StateWords& words)
{
    return {words.word, words.explanation, words.tone, false, false};
}

Badges nodeRoleBadges(const ClusterNodeRow& node)
{
    Badges badges;
    if (node.isDisk) {
        badges.append({tr("disk"), tr("Keeps the cluster's definitions on its disk."),
                       Tone::Neutral, false, false});
    } else {
        badges.append({tr("RAM"),
                       tr("Keeps the cluster's definitions in memory, and gets them from a disk "
                          "node when it starts."),
                       Tone::Neutral, false, false});
    }
    if (node.isSelf) {
        badges.append(
            {tr("this node"), tr("The node that this window shows."), Tone::Accent, false, false});
    }
    if (node.leadsDefinitions) {
        badges.append({tr("leads definitions"),
                       tr("Changes of queues, exchanges, bindings, users and policies go through "
                          "this node."),
                       Tone::Neutral, false, false});
    }
    if (node.hasMemoryAlarm) {
        badges.append({tr("memory alarm"),
                       tr("The node uses more memory than it may: publishers "
                          "are blocked in the whole cluster."),
                       Tone::Bad, false, false});
    }
    if (node.hasDiskAlarm) {
        badges.append({tr("disk alarm"),
                       tr("The node has too little free space: publishers are "
                          "blocked in the whole cluster."),
                       Tone::Bad, false, false});
    }
    return badges;
}

QString roundTripText(qint64 microseconds)
{
    if (microseconds < 0) return QStringLiteral("–");
    constexpr double kMillisecond = 1e3;
    constexpr double kSecond = 1e6;
    const auto value = static_cast<double>(microseconds);
    if (value < kMillisecond) return scaled(value, QStringLiteral("µs"));
    if (value < kSecond) return scaled(value / kMillisecond, QStringLiteral("ms"));
    return scaled(value / kSecond, QStringLiteral("s"));
}

QString shortNodeName(const QString& name) { return name.section(u'@', 0, 0); }

QString linkSentence(const ClusterLinkRow& link)
{
    const StateWords words = linkStateWords(link.state);
    QString text = tr("%1 to %2: %3").arg(link.from, link.to, words.word);
    if (link.state == ClusterLinkState::Up) {
        if (link.isEncrypted) {
            text += *link.isEncrypted ? tr(", encrypted with TLS") : tr(", not encrypted");
        }
        if (link.roundTripMicroseconds >= 0) {
            text += tr(", round trip %1").arg(roundTripText(link.roundTripMicroseconds));
        }
    } else if (!link.reason.isEmpty()) {
        text += tr(" (%1)").arg(link.reason);
    }
    if (link.unsentBytes > 0) text += tr(", %1 unsent").arg(format::bytes(link.unsentBytes));
    return text;
}

Badges queueNoteBadges(const QueueReplicasRow& queue)
{
    Badges badges;
    if (queue.master.isEmpty()) {
        badges.append({tr("no master"),
                       tr("Nobody leads the queue now: it takes and gives no messages until one of "
                          "its nodes comes back."),
                       Tone::Bad, false, false});
    }
    if (queue.lossCount > 0) {
        badges.append(
            {tr("⚠ losses %1×").arg(queue.lossCount),
             format::counted(queue.lossCount,
                             tr("Once a node became master that may not have had everything: "
                                "confirmed messages may have been lost."),
                             tr("%1 times a node became master that may not have had everything: "
                                "confirmed messages may have been lost.")) +
                 QLatin1Char('\n') + tr("The queue has had %1 masters.").arg(queue.epoch),
             Tone::Caution, false, false});
    }
    return badges;
}

const ReplicaRow* replicaOn(const QueueReplicasRow& queue, const QString& node)
{
    const auto found = std::ranges::find(queue.replicas, node, &ReplicaRow::node);
    return found == queue.replicas.end() ? nullptr : &*found;
}

std::uint64_t countOnlyOn(const ClusterView& cluster, const QString& node)
{
    return static_cast<std::uint64_t>(
        std::ranges::count_if(cluster.queues, [&node](const QueueReplicasRow& queue) {
            if (!replicaOn(queue, node)) return false;
            return std::ranges::none_of(queue.replicas, [&node](const ReplicaRow& replica) {
                return replica.node != node && isComplete(replica);
            });
        }));
}

const ClusterNodeRow* selfIn(const ClusterView& cluster)
{
    const auto found = std::ranges::find(cluster.nodes, true, &ClusterNodeRow::isSelf);
    return found == cluster.nodes.end() ? nullptr : &*found;
}

QStringList possibleMasters(const QList<QueueReplicasRow>& queues)
{
    QStringList nodes;
    for (const QueueReplicasRow& queue : queues) {
        for (const ReplicaRow& replica : queue.replicas) {
            if (replica.state == ReplicaState::InSync && !nodes.contains(replica.node)) {
                nodes.append(replica.node);
            }
        }
    }
    nodes.sort();
    return nodes;
}

}  // namespace warren::ui
