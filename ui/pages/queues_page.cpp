#include "ui/pages/queues_page.h"

#include "ui/dialogs/declare_queue_dialog.h"
#include "ui/dialogs/form_fields.h"
#include "ui/dialogs/queue_confirmations.h"
#include "ui/icons.h"
#include "ui/models/queue_model.h"
#include "ui/models/row_filter.h"
#include "ui/theme.h"
#include "ui/widgets/badges.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/list_panel.h"
#include "ui/widgets/resource_table.h"

#include <QAction>
#include <QScopedValueRollback>
#include <QVBoxLayout>

#include <algorithm>

namespace warren::ui {

using management::QueueRow;
using management::ResourceKey;
using management::SnapshotPtr;
using management::TopicQueueDetail;
using management::TopicQueues;
using management::TopicVhosts;

QueuesPage::QueuesPage(management::BrokerClient& client, QWidget* parent)
    : Page(parent),
      m_client(client),
      m_model(new QueueModel(this)),
      m_list(new ListPanel(tr("Queues"), *m_model, this)),
      m_add(new QAction(icon(Icon::Add), tr("New queue…"), this)),
      m_open(new QAction(icon(Icon::Browse), tr("Open"), this)),
      m_purge(new QAction(icon(Icon::Purge), tr("Purge…"), this)),
      m_delete(new QAction(icon(Icon::Delete), tr("Delete…"), this)),
      m_vhosts{QStringLiteral("/")}
{
    buildUi();
    connectUi();
    showSelection();
}

void QueuesPage::buildUi()
{
    m_add->setObjectName(QStringLiteral("addQueue"));
    m_add->setToolTip(tr("Declares a queue (Ctrl+N)"));
    m_add->setShortcut(QKeySequence::New);
    addAction(m_add);
    m_open->setObjectName(QStringLiteral("openQueue"));
    m_open->setToolTip(tr("Shows the queue's messages, consumers and bindings (Enter)"));
    m_purge->setObjectName(QStringLiteral("purgeQueues"));
    m_purge->setToolTip(tr("Removes the ready messages of the selected queues"));
    m_delete->setObjectName(QStringLiteral("deleteQueues"));
    m_delete->setToolTip(tr("Deletes the selected queues (Del)"));
    for (QAction* action : {m_add, m_open, m_purge, m_delete}) {
        m_list->addAction(action);
    }
    m_list->setEmptyState(tr("Waiting for the broker…"));

    ResourceTable* table = m_list->table();
    for (const QueueColumn column : {QueueColumn::Features, QueueColumn::State}) {
        table->setItemDelegateForColumn(static_cast<int>(column), new BadgeDelegate(table));
    }
    const QString count = QStringLiteral("1 000 000");
    const QString rate = QStringLiteral("9 999");
    table->setSamples({QStringLiteral("production"), QStringLiteral("orders.created"),
                       QStringLiteral("D TTL DLX Pri SAC +22"), QStringLiteral("keep-a-week"),
                       QStringLiteral(" blocked "), count, QStringLiteral("99 999"), count, rate,
                       rate, rate, QStringLiteral("999"), QStringLiteral("99.9 MiB")});
    table->setFlexibleColumn(static_cast<int>(QueueColumn::Name));
    table->setColumnShown(static_cast<int>(QueueColumn::Vhost), false);
    table->sortByColumn(static_cast<int>(QueueColumn::Name), Qt::AscendingOrder);

    auto* layout = new QVBoxLayout(this);
    const int margin = theme::gap(this, Gap::Large);
    layout->setContentsMargins(margin, margin, margin, margin);
    layout->addWidget(m_list);
}

void QueuesPage::connectUi()
{
    connect(m_add, &QAction::triggered, this, &QueuesPage::askToDeclare);
    connect(m_open, &QAction::triggered, this, &QueuesPage::openCurrent);
    connect(m_purge, &QAction::triggered, this, &QueuesPage::askToPurge);
    connect(m_delete, &QAction::triggered, this, &QueuesPage::askToDelete);
    connect(m_list->emptyState(), &EmptyState::buttonClicked, m_add, &QAction::trigger);
    connect(m_list->table(), &ResourceTable::deleteRequested, m_delete, &QAction::trigger);
    connect(m_list->table(), &ResourceTable::rowActivated, this,
            [this](int row) { emit openQueue(m_model->rowAt(row).key); });
    connect(m_list->table(), &ResourceTable::selectedRowsChanged, this, &QueuesPage::showSelection);
}

management::WatchScope QueuesPage::wanted() const
{
    management::WatchScope scope{TopicQueues | TopicVhosts, m_watched, std::nullopt};
    if (m_watched) scope.topics |= TopicQueueDetail;
    return scope;
}

void QueuesPage::showSnapshot(const SnapshotPtr& snapshot)
{
    if (snapshot->topics & TopicVhosts) {
        m_vhosts = vhostNames(*snapshot);
        m_list->table()->setColumnShown(static_cast<int>(QueueColumn::Vhost), m_vhosts.size() > 1);
    }
    if ((snapshot->topics & TopicQueues) == 0) return;
    m_list->setEmptyState(tr("There are no queues yet. Clients declare them, and so can you."),
                          m_add->text());
    {
        const QScopedValueRollback filling(m_isFilling, true);
        m_model->show(snapshot->queues);
    }
    selectDeclared();
    showSelection();
}

bool QueuesPage::focusFilter()
{
    m_list->focusFilter();
    return true;
}

void QueuesPage::setActionsEnabled(bool enabled)
{
    m_isReachable = enabled;
    showSelection();
}

void QueuesPage::showSelection()
{
    // The selection may change while the model does; it is looked at when the model is done.
    if (m_isFilling) return;
    const bool hasSelection = m_list->table()->selectionModel()->hasSelection();
    m_add->setEnabled(m_isReachable);
    m_list->emptyState()->setButtonEnabled(m_isReachable);
    m_purge->setEnabled(m_isReachable && hasSelection);
    m_delete->setEnabled(m_isReachable && hasSelection);
    m_open->setEnabled(m_list->table()->currentSourceRow().has_value());

    std::optional<ResourceKey> watched;
    const QModelIndexList selected = m_list->table()->selectionModel()->selectedRows();
    if (selected.size() == 1) {
        watched = m_model->rowAt(m_list->filter()->mapToSource(selected.first()).row()).key;
    }
    if (watched == m_watched) return;
    m_watched = watched;
    emit wantedChanged();
}

QList<QueueRow> QueuesPage::selectedQueues() const
{
    QList<QueueRow> queues;
    for (const int row : m_list->table()->selectedSourceRows()) {
        queues.append(m_model->rowAt(row));
    }
    return queues;
}

void QueuesPage::selectDeclared()
{
    if (!m_declared) return;
    for (int row = 0; row < m_model->rowCount(); ++row) {
        if (m_model->rowAt(row).key != *m_declared) continue;
        m_declared.reset();
        const QModelIndex shown = m_list->filter()->mapFromSource(m_model->index(row, 0));
        // The filter may hide it.
        if (!shown.isValid()) return;
        m_list->table()->selectRow(shown.row());
        m_list->table()->scrollTo(m_list->table()->currentIndex());
        return;
    }
}

void QueuesPage::askToDeclare()
{
    auto* dialog = new DeclareQueueDialog(m_client, m_vhosts, this);
    connect(dialog, &DeclareQueueDialog::declared, this, [this](const ResourceKey& key) {
        m_declared = key;
        selectDeclared();
    });
    openDialog(dialog);
}

void QueuesPage::askToPurge()
{
    const QList<QueueRow> queues = selectedQueues();
    if (queues.isEmpty()) return;
    auto* dialog = new PurgeQueuesDialog(m_client, queues, this);
    openDialog(dialog);
}

void QueuesPage::askToDelete()
{
    const QList<QueueRow> queues = selectedQueues();
    if (queues.isEmpty()) return;
    auto* dialog = new DeleteQueuesDialog(m_client, queues, this);
    openDialog(dialog);
}

void QueuesPage::openCurrent()
{
    if (const auto row = m_list->table()->currentSourceRow()) {
        emit openQueue(m_model->rowAt(*row).key);
    }
}

}  // namespace warren::ui
