#include "ui/pages/exchanges_page.h"

#include "ui/dialogs/declare_exchange_dialog.h"
#include "ui/dialogs/exchange_confirmations.h"
#include "ui/dialogs/form_fields.h"
#include "ui/dialogs/publish_dialog.h"
#include "ui/icons.h"
#include "ui/models/exchange_model.h"
#include "ui/models/row_filter.h"
#include "ui/pages/exchange_pane.h"
#include "ui/theme.h"
#include "ui/widgets/badges.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/list_panel.h"
#include "ui/widgets/resource_table.h"

#include <QAction>
#include <QScopedValueRollback>
#include <QSplitter>
#include <QVBoxLayout>

#include <algorithm>

namespace warren::ui {

using management::ExchangeRow;
using management::ResourceKey;
using management::SnapshotPtr;
using management::TopicExchangeDetail;
using management::TopicExchanges;
using management::TopicVhosts;

ExchangesPage::ExchangesPage(management::BrokerClient& client, QWidget* parent)
    : Page(parent),
      m_client(client),
      m_model(new ExchangeModel(this)),
      m_list(new ListPanel(tr("Exchanges"), *m_model, this)),
      m_add(new QAction(icon(Icon::Add), tr("New…"), this)),
      m_publish(new QAction(icon(Icon::Publish), tr("Publish…"), this)),
      m_delete(new QAction(icon(Icon::Delete), tr("Delete…"), this)),
      m_pane(new ExchangePane(client, {m_publish, m_delete}, this)),
      m_vhosts{QStringLiteral("/")}
{
    buildUi();
    connectUi();
    showSelection();
}

void ExchangesPage::buildUi()
{
    m_add->setObjectName(QStringLiteral("addExchange"));
    m_add->setToolTip(tr("Declares an exchange (Ctrl+N)"));
    m_add->setShortcut(QKeySequence::New);
    addAction(m_add);
    m_publish->setObjectName(QStringLiteral("publish"));
    m_delete->setObjectName(QStringLiteral("deleteExchanges"));
    m_list->addAction(m_add);
    m_list->setEmptyState(tr("Waiting for the broker…"));

    ResourceTable* table = m_list->table();
    table->setItemDelegateForColumn(static_cast<int>(ExchangeColumn::Features),
                                    new BadgeDelegate(table));
    table->setSamples({QStringLiteral("production"), QStringLiteral("orders.created.europe"),
                       QStringLiteral("headers"), QStringLiteral("D AD I AE "),
                       QStringLiteral("99 999"), QStringLiteral("99 999")});
    table->setFlexibleColumn(static_cast<int>(ExchangeColumn::Name));
    table->setColumnShown(static_cast<int>(ExchangeColumn::Vhost), false);
    table->sortByColumn(static_cast<int>(ExchangeColumn::Name), Qt::AscendingOrder);

    auto* splitter = new QSplitter(Qt::Horizontal, this);
    splitter->setChildrenCollapsible(false);
    splitter->setHandleWidth(theme::gap(this, Gap::Medium));
    splitter->addWidget(m_list);
    splitter->addWidget(m_pane);
    splitter->setStretchFactor(0, 1);
    splitter->setStretchFactor(1, 1);
    auto* layout = new QVBoxLayout(this);
    const int margin = theme::gap(this, Gap::Large);
    layout->setContentsMargins(margin, margin, margin, margin);
    layout->addWidget(splitter);
}

void ExchangesPage::connectUi()
{
    connect(m_add, &QAction::triggered, this, &ExchangesPage::askToDeclare);
    connect(m_publish, &QAction::triggered, this, &ExchangesPage::askToPublish);
    connect(m_delete, &QAction::triggered, this, &ExchangesPage::askToDelete);
    connect(m_list->emptyState(), &EmptyState::buttonClicked, m_add, &QAction::trigger);
    connect(m_list->table(), &ResourceTable::deleteRequested, m_delete, &QAction::trigger);
    connect(m_list->table(), &ResourceTable::selectedRowsChanged, this,
            &ExchangesPage::showSelection);
    connect(m_pane, &ExchangePane::wantedChanged, this, &Page::wantedChanged);
    connect(m_pane, &ExchangePane::openQueue, this, &Page::openQueue);
    connect(m_pane, &ExchangePane::openExchange, this, &ExchangesPage::selectExchange);
    connect(m_pane, &ExchangePane::succeeded, this,
            [this](const QString& text) { emit noticeRaised(NoticeKind::Success, text); });
}

void ExchangesPage::selectExchange(const ResourceKey& key)
{
    m_toSelect = key;
    selectWanted();
}

management::WatchScope ExchangesPage::wanted() const
{
    management::WatchScope scope{TopicExchanges | TopicVhosts | m_pane->wantedTopics(),
                                 std::nullopt, m_current};
    if (m_current) scope.topics |= TopicExchangeDetail;
    return scope;
}

void ExchangesPage::showSnapshot(const SnapshotPtr& snapshot)
{
    if (snapshot->topics & TopicVhosts) {
        m_vhosts = vhostNames(*snapshot);
        m_list->table()->setColumnShown(static_cast<int>(ExchangeColumn::Vhost),
                                        m_vhosts.size() > 1);
    }
    if (snapshot->topics & TopicExchanges) {
        {
            const QScopedValueRollback filling(m_isFilling, true);
            m_model->show(snapshot->exchanges);
        }
        selectWanted();
        showSelection();
    }
    const bool hasDetail = (snapshot->topics & TopicExchangeDetail) && snapshot->exchange;
    if (hasDetail && snapshot->exchange->key == m_current) {
        m_pane->showBindings(snapshot->exchangeBindingsFrom, snapshot->exchangeBindingsTo);
    }
}

bool ExchangesPage::focusFilter()
{
    m_list->focusFilter();
    return true;
}

void ExchangesPage::setActionsEnabled(bool enabled)
{
    m_isReachable = enabled;
    m_pane->setActionsEnabled(enabled);
    showActions();
}

void ExchangesPage::showSelection()
{
    // The selection may change while the model does; it is looked at when the model is done.
    if (m_isFilling) return;
    const auto row = m_list->table()->currentSourceRow();
    const auto current = row ? std::optional(m_model->rowAt(*row)) : std::nullopt;
    m_pane->showExchange(current);
    showActions();
    const auto key = current ? std::optional(current->key) : std::nullopt;
    if (key == m_current) return;
    m_current = key;
    emit wantedChanged();
}

void ExchangesPage::showActions()
{
    m_add->setEnabled(m_isReachable);
    m_list->emptyState()->setButtonEnabled(m_isReachable);

    const auto row = m_list->table()->currentSourceRow();
    const bool isInternal = row && m_model->rowAt(*row).isInternal;
    m_publish->setEnabled(m_isReachable && row && !isInternal);
    m_publish->setToolTip(isInternal ? tr("Nobody can publish to an internal exchange.")
                                     : tr("Publishes a message to the exchange"));

    const QList<ResourceKey> keys = selectedKeys();
    const bool hasReserved = std::ranges::any_of(
        keys, [](const ResourceKey& key) { return isReservedExchange(key.name); });
    m_delete->setEnabled(m_isReachable && !keys.isEmpty() && !hasReserved);
    m_delete->setToolTip(
        hasReserved
            ? tr("The default exchange and the amq.* exchanges are always there: nobody can delete "
                 "them.")
            : tr("Deletes the selected exchanges (Del)"));
}

void ExchangesPage::selectWanted()
{
    if (!m_toSelect) return;
    for (int row = 0; row < m_model->rowCount(); ++row) {
        if (m_model->rowAt(row).key != *m_toSelect) continue;
        m_toSelect.reset();
        const QModelIndex shown = m_list->filter()->mapFromSource(m_model->index(row, 0));
        // The filter may hide it.
        if (!shown.isValid()) return;
        m_list->table()->selectRow(shown.row());
        m_list->table()->scrollTo(m_list->table()->currentIndex());
        return;
    }
}

QList<ResourceKey> ExchangesPage::selectedKeys() const
{
    QList<ResourceKey> keys;
    for (const int row : m_list->table()->selectedSourceRows()) {
        keys.append(m_model->rowAt(row).key);
    }
    return keys;
}

void ExchangesPage::askToDeclare()
{
    auto* dialog = new DeclareExchangeDialog(m_client, m_vhosts, this);
    connect(dialog, &DeclareExchangeDialog::declared, this, &ExchangesPage::selectExchange);
    openDialog(dialog);
}

void ExchangesPage::askToDelete()
{
    const QList<ResourceKey> keys = selectedKeys();
    if (keys.isEmpty()) return;
    auto* dialog = new DeleteExchangesDialog(m_client, keys, this);
    openDialog(dialog);
}

void ExchangesPage::askToPublish()
{
    if (!m_current) return;
    auto* dialog = new PublishDialog(m_client, m_current->vhost, m_current->name, {}, this);
    openDialog(dialog);
}

}  // namespace warren::ui
