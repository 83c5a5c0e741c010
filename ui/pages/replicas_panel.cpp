#include "ui/pages/replicas_panel.h"

#include "ui/icons.h"
#include "ui/models/cluster_words.h"
#include "ui/models/replica_model.h"
#include "ui/widgets/badges.h"
#include "ui/widgets/list_panel.h"
#include "ui/widgets/replica_delegate.h"
#include "ui/widgets/resource_table.h"

#include <QAction>
#include <QHeaderView>
#include <QMenu>
#include <QScopedValueRollback>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace warren::ui {

using management::CancelSynchronisation;
using management::ClusterNodeRow;
using management::ManagementCommand;
using management::MoveMaster;
using management::QueueReplicasRow;
using management::ReplicaRow;
using management::ReplicaState;
using management::SynchroniseQueue;

namespace {

bool hasReplica(const QueueReplicasRow& queue, ReplicaState state)
{
    return std::ranges::find(queue.replicas, state, &ReplicaRow::state) != queue.replicas.end();
}

bool mayLead(const QueueReplicasRow& queue, const QString& node)
{
    const ReplicaRow* replica = replicaOn(queue, node);
    return replica && replica->state == ReplicaState::InSync;
}

}  // namespace

ReplicasPanel::ReplicasPanel(QWidget* parent)
    : QWidget(parent),
      m_model(new ReplicaModel(this)),
      m_open(new QAction(icon(Icon::Browse), tr("Open"), this)),
      m_synchronise(new QAction(icon(Icon::Synchronise), tr("Synchronise"), this)),
      m_cancel(new QAction(icon(Icon::Close), tr("Cancel"), this))
{
    buildUi();
    showSelection();
}

void ReplicasPanel::buildUi()
{
    m_list = new ListPanel(tr("Queues on nodes"), *m_model, this);
    m_list->setObjectName(QStringLiteral("replicas"));
    m_list->setEmptyState(tr("There are no queues yet that nodes could share."));
    m_open->setObjectName(QStringLiteral("openQueue"));
    m_open->setToolTip(tr("Shows the queue's messages, consumers and bindings (Enter)"));
    connect(m_open, &QAction::triggered, this, [this] {
        if (const auto row = m_list->table()->currentSourceRow()) {
            emit openQueue(m_model->rowAt(*row).key);
        }
    });
    m_synchronise->setObjectName(QStringLiteral("synchronise"));
    connect(m_synchronise, &QAction::triggered, this, &ReplicasPanel::synchronise);
    m_cancel->setObjectName(QStringLiteral("cancelSynchronisation"));
    m_cancel->setIconText(tr("Cancel"));
    m_cancel->setText(tr("Cancel synchronisation"));
    connect(m_cancel, &QAction::triggered, this, &ReplicasPanel::cancelSynchronisation);

    m_moveMaster = new QToolButton(this);
    m_moveMaster->setObjectName(QStringLiteral("moveMaster"));
    m_moveMaster->setIcon(icon(Icon::Master));
    m_moveMaster->setText(tr("Move the master"));
    m_moveMaster->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_moveMaster->setPopupMode(QToolButton::InstantPopup);
    m_moveMaster->setFocusPolicy(Qt::StrongFocus);
    auto* masters = new QMenu(m_moveMaster);
    connect(masters, &QMenu::aboutToShow, this, [this, masters] {
        masters->clear();
        fillMasterMenu(masters);
    });
    m_moveMaster->setMenu(masters);

    m_list->addAction(m_open);
    m_list->addTool(m_moveMaster);
    m_list->addAction(m_synchronise);
    m_list->addAction(m_cancel);

    ResourceTable* table = m_list->table();
    constexpr int kTableLinesMin = 11;
    table->setMinimumHeight(fontMetrics().height() * kTableLinesMin);
    table->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(table, &QWidget::customContextMenuRequested, this, &ReplicasPanel::openRowMenu);
    connect(table, &ResourceTable::rowActivated, this,
            [this](int row) { emit openQueue(m_model->rowAt(row).key); });
    connect(table, &ResourceTable::selectedRowsChanged, this, &ReplicasPanel::showSelection);
    // The word for a node's state makes its heading longer.
    connect(m_model, &QAbstractItemModel::headerDataChanged, this, &ReplicasPanel::widenColumns);
    layOutColumns();
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_list);
}

void ReplicasPanel::setReachable(bool isReachable)
{
    m_isReachable = isReachable;
    showSelection();
}

void ReplicasPanel::focusFilter() { m_list->focusFilter(); }

void ReplicasPanel::showQueues(const QList<ClusterNodeRow>& nodes,
                               const QList<QueueReplicasRow>& queues)
{
    {
        const QScopedValueRollback filling(m_isFilling, true);
        if (m_model->setNodes(nodes)) layOutColumns();
        m_model->show(queues);
    }
    ResourceTable* table = m_list->table();
    // Rows are sorted by virtual host.
    const bool hasSeveral =
        !queues.isEmpty() && queues.first().key.vhost != queues.last().key.vhost;
    table->setColumnShown(static_cast<int>(ReplicaColumn::Vhost), hasSeveral);
    table->setColumnShown(m_model->notesColumn(), m_model->hasNotes());
    showSelection();
}

void ReplicasPanel::layOutColumns()
{
    ResourceTable* table = m_list->table();
    QStringList samples{QStringLiteral("production"), QStringLiteral("orders.created"),
                        QStringLiteral("ha-everywhere")};
    auto* replicas = new ReplicaDelegate(table);
    for (int column = 0; column < m_model->columnCount(); ++column) {
        table->setColumnShown(column, true);
        const bool isNode = !m_model->nodeAt(column).isEmpty();
        table->setItemDelegateForColumn(column, isNode ? replicas : nullptr);
        if (isNode) samples.append(QStringLiteral("OO synchronising 99 %"));
    }
    samples.append(QStringLiteral("no master losses 99x"));
    table->setItemDelegateForColumn(m_model->notesColumn(), new BadgeDelegate(table));
    table->setSamples(samples);
    table->setFlexibleColumn(static_cast<int>(ReplicaColumn::Queue));
    table->sortByColumn(static_cast<int>(ReplicaColumn::Queue), Qt::AscendingOrder);
}

void ReplicasPanel::widenColumns()
{
    ResourceTable* table = m_list->table();
    const QHeaderView* header = table->horizontalHeader();
    for (int column = 0; column < m_model->columnCount(); ++column) {
        if (m_model->nodeAt(column).isEmpty()) continue;
        const int wanted = header->sectionSizeHint(column);
        if (table->columnWidth(column) < wanted) table->setColumnWidth(column, wanted);
    }
}

void ReplicasPanel::showSelection()
{
    // The selection may change while the model does; it is looked at when the model is done.
    if (m_isFilling) return;
    const QList<QueueReplicasRow> queues = selectedQueues();
    const auto say = [this](QAction* action, bool isUseful, const QString& toolTip,
                            const QString& refusal) {
        action->setEnabled(m_isReachable && isUseful);
        action->setToolTip(isUseful ? toolTip : refusal);
    };
    m_open->setEnabled(m_list->table()->currentSourceRow().has_value());
    say(m_synchronise,
        std::ranges::any_of(
            queues, [](const auto& queue) { return hasReplica(queue, ReplicaState::Behind); }),
        tr("Brings the mirrors up that lack something"),
        tr("Select a queue with a mirror that is behind"));
    say(m_cancel,
        std::ranges::any_of(
            queues,
            [](const auto& queue) { return hasReplica(queue, ReplicaState::Synchronising); }),
        tr("Stops filling the mirrors of the selected queues"),
        tr("Select a queue with a mirror that is synchronising"));
    const bool canMove = !possibleMasters(queues).isEmpty();
    m_moveMaster->setEnabled(m_isReachable && canMove);
    m_moveMaster->setToolTip(canMove ? tr("Another node leads the selected queues")
                                     : tr("Select a queue with a mirror that is in sync"));
}

QList<QueueReplicasRow> ReplicasPanel::selectedQueues() const
{
    QList<QueueReplicasRow> queues;
    for (const int row : m_list->table()->selectedSourceRows()) {
        queues.append(m_model->rowAt(row));
    }
    return queues;
}

void ReplicasPanel::fillMasterMenu(QMenu* menu)
{
    const QList<QueueReplicasRow> queues = selectedQueues();
    for (const QString& node : m_model->nodes()) {
        const bool isPossible = std::ranges::any_of(
            queues, [&node](const auto& queue) { return mayLead(queue, node); });
        QAction* action = menu->addAction(isPossible ? tr("Make %1 the master").arg(node)
                                                     : tr("%1 (has no mirror in sync)").arg(node),
                                          this, [this, node] { moveMasters(node); });
        action->setObjectName(QStringLiteral("master-") + node);
        action->setEnabled(isPossible && m_isReachable);
    }
}

void ReplicasPanel::openRowMenu(const QPoint& position)
{
    const ResourceTable* table = m_list->table();
    const QModelIndex index = table->indexAt(position);
    if (!index.isValid()) return;
    auto* menu = new QMenu(this);
    menu->setObjectName(QStringLiteral("rowMenu"));
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addAction(m_open);
    menu->addSeparator();
    const QString node = m_model->nodeAt(index.column());
    if (node.isEmpty()) {
        fillMasterMenu(menu);
    } else {
        const QList<QueueReplicasRow> queues = selectedQueues();
        QAction* action = menu->addAction(icon(Icon::Master), tr("Make %1 the master").arg(node),
                                          this, [this, node] { moveMasters(node); });
        action->setObjectName(QStringLiteral("master-") + node);
        action->setEnabled(m_isReachable && std::ranges::any_of(queues, [&node](const auto& queue) {
                               return mayLead(queue, node);
                           }));
    }
    menu->addSeparator();
    menu->addAction(m_synchronise);
    menu->addAction(m_cancel);
    menu->popup(table->viewport()->mapToGlobal(position));
}

void ReplicasPanel::moveMasters(const QString& node)
{
    QList<ManagementCommand> commands;
    for (const QueueReplicasRow& queue : selectedQueues()) {
        if (mayLead(queue, node)) commands.append(MoveMaster{queue.key, node});
    }
    emit commandsWanted(commands, tr("%1 leads now.").arg(node));
}

void ReplicasPanel::synchronise()
{
    QList<ManagementCommand> commands;
    for (const QueueReplicasRow& queue : selectedQueues()) {
        if (hasReplica(queue, ReplicaState::Behind)) commands.append(SynchroniseQueue{queue.key});
    }
    emit commandsWanted(commands, tr("The mirrors are being brought up."));
}

void ReplicasPanel::cancelSynchronisation()
{
    QList<ManagementCommand> commands;
    for (const QueueReplicasRow& queue : selectedQueues()) {
        if (hasReplica(queue, ReplicaState::Synchronising)) {
            commands.append(CancelSynchronisation{queue.key});
        }
    }
    emit commandsWanted(commands, tr("The synchronisation is cancelled."));
}

}  // namespace warren::ui
