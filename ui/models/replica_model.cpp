#include "ui/models/replica_model.h"

#include "ui/format.h"

#include <QCoreApplication>

#include <algorithm>
#include <tuple>

namespace warren::ui {

using management::ClusterNodeRow;
using management::ClusterNodeState;
using management::QueueReplicasRow;
using management::ReplicaRow;
using management::ReplicaState;

namespace {

QString tr(const char* text) { return QCoreApplication::translate("Replicas", text); }

/// For sorting a node's column: its masters first, then what it has, the most complete first.
std::tuple<int, double, std::uint64_t> rankOf(const QueueReplicasRow& queue, const QString& node)
{
    constexpr int kNothing = 100;
    const ReplicaRow* replica = replicaOn(queue, node);
    if (!replica) return {kNothing, 0, 0};
    return {static_cast<int>(replica->state), -replica->progress, replica->lagCount};
}

QString wordOn(const QueueReplicasRow& queue, const QString& node)
{
    const ReplicaRow* replica = replicaOn(queue, node);
    return replica ? replicaWords(*replica).word : QString{};
}

TableColumn<QueueReplicasRow> queueColumn()
{
    auto column = textColumn<QueueReplicasRow>(
        tr("Queue"), [](const QueueReplicasRow& row) { return row.key.name; });
    column.toolTip = [](const QueueReplicasRow& row) { return row.key.name; };
    return column;
}

TableColumn<QueueReplicasRow> policyColumn()
{
    auto column = textColumn<QueueReplicasRow>(
        tr("Policy"), [](const QueueReplicasRow& row) { return format::orDash(row.policy); });
    column.headerToolTip = tr("The policy says whether a queue is mirrored, and where");
    column.toolTip = [](const QueueReplicasRow& row) { return row.policy; };
    return column;
}

TableColumn<QueueReplicasRow> nodeColumn(const QString& node, ClusterNodeState state)
{
    auto column = textColumn<QueueReplicasRow>(
        node, [node](const QueueReplicasRow& row) { return wordOn(row, node); });
    const StateWords words = nodeStateWords(state);
    // A heading has no colours: the word alone says that a node is not as it should be.
    if (state != ClusterNodeState::Running) column.title = tr("%1 (%2)").arg(node, words.word);
    column.headerToolTip = tr("%1: %2. %3").arg(node, words.word, words.explanation);
    column.toolTip = [node](const QueueReplicasRow& row) {
        const ReplicaRow* replica = replicaOn(row, node);
        if (!replica) return tr("%1 has nothing of “%2”.").arg(node, row.key.name);
        const StateWords has = replicaWords(*replica);
        return tr("“%1” on %2: %3").arg(row.key.name, node, has.word) + QLatin1Char('\n') +
               has.explanation;
    };
    column.isLess = [node](const QueueReplicasRow& left, const QueueReplicasRow& right) {
        return rankOf(left, node) < rankOf(right, node);
    };
    column.extra = [node](const QueueReplicasRow& row, int role) {
        const ReplicaRow* replica = role == kReplicaRole ? replicaOn(row, node) : nullptr;
        if (!replica) return QVariant();
        const bool isFilling = replica->state == ReplicaState::Synchronising;
        return QVariant::fromValue(ReplicaCell{
            replicaWords(*replica), isFilling ? std::clamp(replica->progress, 0.0, 1.0) : -1});
    };
    return column;
}

TableColumn<QueueReplicasRow> columnOfNotes()
{
    auto column = textColumn<QueueReplicasRow>(
        tr("Notes"), [](const QueueReplicasRow& row) { return badgesText(queueNoteBadges(row)); });
    column.headerToolTip = tr("Queues that nobody leads, or that may have lost something");
    column.toolTip = [](const QueueReplicasRow& row) {
        return badgesToolTip(queueNoteBadges(row));
    };
    column.extra = [](const QueueReplicasRow& row, int role) {
        return role == kBadgesRole ? QVariant::fromValue(queueNoteBadges(row)) : QVariant();
    };
    return column;
}

}  // namespace

ReplicaModel::ReplicaModel(QObject* parent) : SnapshotTableModel(columnsFor({}), parent) {}

/// In the order of ReplicaColumn.
std::vector<TableColumn<QueueReplicasRow>> ReplicaModel::columnsFor(
    const QList<NodeHeading>& headings)
{
    std::vector<TableColumn<QueueReplicasRow>> columns{
        textColumn<QueueReplicasRow>(tr("Virtual host"),
                                     [](const QueueReplicasRow& row) { return row.key.vhost; }),
        queueColumn(), policyColumn()};
    for (const NodeHeading& heading : headings) {
        columns.push_back(nodeColumn(heading.name, heading.state));
    }
    columns.push_back(columnOfNotes());
    return columns;
}

bool ReplicaModel::setNodes(const QList<ClusterNodeRow>& nodes)
{
    QList<NodeHeading> headings;
    QStringList names;
    for (const ClusterNodeRow& node : nodes) {
        headings.append({node.name, node.state});
        names.append(node.name);
    }
    if (headings == m_headings) return false;
    const bool isOtherCount = headings.size() != m_headings.size();
    m_headings = headings;
    m_names = names;
    replaceColumns(columnsFor(headings));
    return isOtherCount;
}

QString ReplicaModel::nodeAt(int column) const
{
    return m_names.value(column - static_cast<int>(ReplicaColumn::FirstNode));
}

bool ReplicaModel::hasNotes() const
{
    for (int row = 0; row < rowCount(); ++row) {
        const QueueReplicasRow& queue = rowAt(row);
        if (queue.master.isEmpty() || queue.lossCount > 0) return true;
    }
    return false;
}

}  // namespace warren::ui
