#include "ui/pages/connections_page.h"

#include "ui/dialogs/close_confirmations.h"
#include "ui/format.h"
#include "ui/icons.h"
#include "ui/models/connection_model.h"
#include "ui/models/row_filter.h"
#include "ui/theme.h"
#include "ui/widgets/badges.h"
#include "ui/widgets/card.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/fact_list.h"
#include "ui/widgets/list_panel.h"
#include "ui/widgets/resource_table.h"

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QSplitter>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace warren::ui {

using management::ConnectionRow;
using management::SnapshotPtr;
using management::TopicConnections;

namespace {

QString textOf(const QVariant& value)
{
    if (value.typeId() == QMetaType::Bool) {
        return value.toBool() ? QStringLiteral("true") : QStringLiteral("false");
    }
    return value.toString();
}

/// Adds a property, and those inside it below it.
void addProperty(QTreeWidgetItem* parent, const QString& name, const QVariant& value)
{
    auto* item = new QTreeWidgetItem(parent, {name, textOf(value)});
    if (value.typeId() != QMetaType::QVariantMap) return;
    const QVariantMap inner = value.toMap();
    // Deeper tables are shown as their text: clients nest one level (capabilities).
    for (auto it = inner.cbegin(); it != inner.cend(); ++it) {
        new QTreeWidgetItem(item, {it.key(), textOf(it.value())});
    }
}

}  // namespace

ConnectionsPage::ConnectionsPage(management::BrokerClient& client, QWidget* parent)
    : Page(parent),
      m_client(client),
      m_model(new ConnectionModel(this)),
      m_list(new ListPanel(tr("Connections"), *m_model, this)),
      m_closeAction(new QAction(icon(Icon::Close), tr("Close…"), this))
{
    buildUi();
    connect(m_closeAction, &QAction::triggered, this, &ConnectionsPage::askToClose);
    connect(m_list->emptyState(), &EmptyState::buttonClicked, this,
            &ConnectionsPage::copyConnectionString);
    connect(m_list->table(), &ResourceTable::deleteRequested, m_closeAction, &QAction::trigger);
    connect(m_list->table(), &ResourceTable::selectedRowsChanged, this,
            &ConnectionsPage::showSelection);
    showSelection();
}

void ConnectionsPage::buildUi()
{
    m_closeAction->setObjectName(QStringLiteral("close"));
    m_closeAction->setToolTip(tr("Closes the selected connections (Delete)"));
    m_list->addAction(m_closeAction);
    m_list->setEmptyState(
        tr("No client is connected. Give one the connection string, and it shows up here."),
        tr("Copy the connection string"));
    m_list->table()->setItemDelegateForColumn(static_cast<int>(ConnectionColumn::State),
                                              new BadgeDelegate(m_list->table()));
    m_list->table()->setSamples({QStringLiteral("127.0.0.1:40000 -> 127.0.0.1:5672"),
                                 QStringLiteral("order-service-worker-1"),
                                 QStringLiteral("guest-user"), QStringLiteral("/production"),
                                 QStringLiteral(" blocking "), QStringLiteral("2047"),
                                 QStringLiteral("999.9 MiB/s"), QStringLiteral("999.9 MiB/s"),
                                 QStringLiteral("2025-03-01 12:34:56")});

    m_list->table()->setFlexibleColumn(static_cast<int>(ConnectionColumn::Client));

    auto* splitter = new QSplitter(Qt::Vertical, this);
    splitter->addWidget(m_list);
    splitter->addWidget(buildDetails());
    splitter->setStretchFactor(0, 1);
    splitter->setChildrenCollapsible(false);
    splitter->setHandleWidth(theme::gap(this, Gap::Medium));
    auto* layout = new QVBoxLayout(this);
    const int margin = theme::gap(this, Gap::Large);
    layout->setContentsMargins(margin, margin, margin, margin);
    layout->addWidget(splitter);
}

QWidget* ConnectionsPage::buildDetails()
{
    auto* card = new Card(tr("Connection"), this);
    m_details = card;
    m_details->setObjectName(QStringLiteral("details"));
    m_identity = new FactList({tr("Name"), tr("Client"), tr("Product"), tr("User"),
                               tr("Virtual host"), tr("Connected at")},
                              card);
    m_identity->setObjectName(QStringLiteral("identity"));
    m_limits = new FactList({tr("Protocol"), tr("Encrypted"), tr("Heartbeat"), tr("Largest frame"),
                             tr("Most channels"), tr("Traffic")},
                            card);
    m_limits->setObjectName(QStringLiteral("limits"));
    m_properties = new QTreeWidget(card);
    m_properties->setObjectName(QStringLiteral("properties"));
    m_properties->setAccessibleName(tr("Client properties"));
    m_properties->setHeaderLabels({tr("Client property"), tr("Value")});
    m_properties->setUniformRowHeights(true);
    m_properties->setFrameShape(QFrame::NoFrame);
    m_properties->header()->setSectionResizeMode(0, QHeaderView::ResizeToContents);
    m_properties->setMinimumHeight(fontMetrics().height() * 9);

    auto* columns = new QHBoxLayout;
    columns->setSpacing(theme::gap(this, Gap::Large));
    columns->addWidget(m_identity, 5, Qt::AlignTop);
    columns->addWidget(m_limits, 4, Qt::AlignTop);
    columns->addWidget(m_properties, 5);
    card->body()->addLayout(columns, 1);
    return card;
}

management::WatchScope ConnectionsPage::wanted() const
{
    return {.topics = TopicConnections, .queue = {}, .exchange = {}};
}

void ConnectionsPage::showSnapshot(const SnapshotPtr& snapshot)
{
    if ((snapshot->topics & TopicConnections) == 0) return;
    m_model->show(snapshot->connections);
    showSelection();
}

bool ConnectionsPage::focusFilter()
{
    m_list->focusFilter();
    return true;
}

void ConnectionsPage::setActionsEnabled(bool enabled)
{
    m_isReachable = enabled;
    showSelection();
}

void ConnectionsPage::showSelection()
{
    const auto row = m_list->table()->currentSourceRow();
    m_closeAction->setEnabled(m_isReachable && m_list->table()->selectionModel()->hasSelection());
    m_details->setVisible(row.has_value());
    if (row) showDetails(m_model->rowAt(*row));
}

void ConnectionsPage::showDetails(const ConnectionRow& connection)
{
    m_identity->setValues({connection.name, connection.clientName, connection.product,
                           connection.user, connection.vhost,
                           format::dateTime(connection.connectedAt)});
    m_limits->setValues(
        {connection.protocol, connection.usesTls ? tr("yes, TLS") : tr("no"),
         connection.heartbeatSeconds == 0
             ? tr("off")
             : format::duration(std::chrono::seconds(connection.heartbeatSeconds)),
         format::bytes(connection.frameBytesMax),
         connection.channelMax == 0 ? tr("unlimited") : format::count(connection.channelMax),
         tr("%1 in, %2 out")
             .arg(format::bytes(connection.receivedBytes), format::bytes(connection.sentBytes))});
    showProperties(connection.clientProperties);
}

void ConnectionsPage::showProperties(const QVariantMap& properties)
{
    // Refilled only when they differ, so that what the user unfolded stays so.
    if (properties == m_shownProperties && m_properties->topLevelItemCount() > 0) return;
    m_shownProperties = properties;
    m_properties->clear();
    for (auto it = properties.cbegin(); it != properties.cend(); ++it) {
        addProperty(m_properties->invisibleRootItem(), it.key(), it.value());
    }
    m_properties->expandAll();
}

void ConnectionsPage::copyConnectionString()
{
    const QString text = m_client.snapshot()->overview.connectionString;
    QGuiApplication::clipboard()->setText(text);
    emit noticeRaised(NoticeKind::Success, tr("Copied: %1").arg(text));
}

void ConnectionsPage::askToClose()
{
    QList<ConnectionRow> chosen;
    for (const int row : m_list->table()->selectedSourceRows()) {
        chosen.append(m_model->rowAt(row));
    }
    if (chosen.isEmpty()) return;
    auto* dialog = new CloseConnectionsDialog(m_client, chosen, this);  // deletes itself
    connect(dialog, &CloseConnectionsDialog::succeeded, this,
            [this](const QString& text) { emit noticeRaised(NoticeKind::Success, text); });
    dialog->open();
}

}  // namespace warren::ui
