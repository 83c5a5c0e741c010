#pragma once

#include "core/management/snapshot.h"
#include "ui/models/cluster_words.h"
#include "ui/models/snapshot_table_model.h"

#include <QList>
#include <QMetaType>
#include <QString>
#include <QStringList>

namespace warren::ui {

/// The first columns of the table of replicas; then comes one for each node, then the notes.
enum class ReplicaColumn { Vhost, Queue, Policy, FirstNode };

/// What a node has of a queue, as ReplicaDelegate draws it.
struct ReplicaCell {
    StateWords words{};
    /// Drawn as a bar while the replica is being filled, 0 to 1; else negative.
    double progress = -1;
};

/// Role under which ReplicaModel hands a ReplicaCell to ReplicaDelegate; invalid: the node has
/// nothing of the queue.
inline constexpr int kReplicaRole = Qt::UserRole + 101;

/// Which node has which queue, and how completely: a row for each queue, a column for each node.
///
/// Thread: GUI. Selection, order and scroll position survive a refresh as long as the number of
/// nodes stays the same.
class ReplicaModel final
    : public SnapshotTableModel<management::QueueReplicasRow, &management::QueueReplicasRow::key> {
public:
    explicit ReplicaModel(QObject* parent = nullptr);

    /// Makes a column for each. Their states stand in the headings.
    /// @returns true if the number of columns is another now: their widths are to be set again
    bool setNodes(const QList<management::ClusterNodeRow>& nodes);

    const QStringList& nodes() const { return m_names; }
    /// The node that a column is about; empty: none.
    QString nodeAt(int column) const;
    int notesColumn() const { return columnCount() - 1; }
    bool hasNotes() const;

private:
    struct NodeHeading {
        QString name;
        management::ClusterNodeState state = management::ClusterNodeState::Running;
        bool operator==(const NodeHeading&) const = default;
    };

    static std::vector<TableColumn<management::QueueReplicasRow>> columnsFor(
        const QList<NodeHeading>& headings);

    QList<NodeHeading> m_headings;
    QStringList m_names;
};

}  // namespace warren::ui

Q_DECLARE_METATYPE(warren::ui::ReplicaCell)
