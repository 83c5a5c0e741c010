#include "ui/pages/connections_page.h"

#include "ui/dialogs/close_confirmations.h"
#include "ui/format.h"
#include "ui/models/connection_model.h"
#include "ui/models/flow_stages.h"
#include "ui/models/row_filter.h"
#include "ui/pages/client_panel.h"
#include "ui/theme.h"
#include "ui/widgets/badges.h"
#include "ui/widgets/card.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/fact_list.h"
#include "ui/widgets/flow_chain.h"
#include "ui/widgets/list_panel.h"
#include "ui/widgets/resource_table.h"
#include "ui/widgets/state_history.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QTabWidget>
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

/// "TLSv1.3, TLS_AES_256_GCM_SHA384".
QString encryptionText(const ConnectionRow& connection)
{
    if (!connection.usesTls) return ConnectionsPage::tr("no");
    QStringList parts{connection.tlsProtocol, connection.tlsCipher};
    parts.removeAll(QString{});
    return parts.isEmpty() ? ConnectionsPage::tr("yes, TLS") : parts.join(QStringLiteral(", "));
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
      m_panel(new ClientPanel(tr("Connections"), *m_model,
                              tr("Closes the selected connections (Delete)"), this))
{
    buildUi();
    connect(m_panel, &ClientPanel::closeRequested, this, &ConnectionsPage::askToClose);
    connect(m_panel, &ClientPanel::detailsWanted, this,
            [this](int row) { showDetails(m_model->rowAt(row)); });
    connect(m_panel->list()->emptyState(), &EmptyState::buttonClicked, this,
            [this] { copyConnectionString(m_client); });
}

void ConnectionsPage::buildUi()
{
    ListPanel* list = m_panel->list();
    list->setEmptyState(
        tr("No client is connected. Give one the connection string, and it shows up here."),
        tr("Copy the connection string"));
    list->table()->setItemDelegateForColumn(static_cast<int>(ConnectionColumn::State),
                                            new BadgeDelegate(list->table()));
    list->table()->setSamples({QStringLiteral("127.0.0.1:40000 -> 127.0.0.1:5672"),
                               QStringLiteral("order-service-worker-1"),
                               QStringLiteral("guest-user"), QStringLiteral("/production"),
                               QStringLiteral(" blocking "), QStringLiteral("2047"),
                               QStringLiteral("999.9 MiB/s"), QStringLiteral("999.9 MiB/s"),
                               QStringLiteral("2025-03-01 12:34:56")});

    list->table()->setFlexibleColumn(static_cast<int>(ConnectionColumn::Client));

    m_panel->setDetails(buildDetails());
    auto* layout = new QVBoxLayout(this);
    const int margin = theme::gap(this, Gap::Large);
    layout->setContentsMargins(margin, margin, margin, margin);
    layout->addWidget(m_panel);
}

Card* ConnectionsPage::buildDetails()
{
    auto* card = new Card(QString(), this);
    m_tabs = new QTabWidget(card);
    m_tabs->setObjectName(QStringLiteral("connectionTabs"));
    m_tabs->addTab(buildClientTab(), tr("Client"));
    m_tabs->addTab(buildFlowTab(), tr("State"));
    card->body()->addWidget(m_tabs, 1);
    return card;
}

QWidget* ConnectionsPage::buildClientTab()
{
    auto* tab = new QWidget(this);
    m_identity = new FactList({tr("Name"), tr("Client"), tr("Product"), tr("User"),
                               tr("Virtual host"), tr("Connected at")},
                              tab);
    m_identity->setObjectName(QStringLiteral("identity"));
    m_limits = new FactList({tr("Protocol"), tr("Encrypted"), tr("Certificate"), tr("Heartbeat"),
                             tr("Largest frame"), tr("Most channels"), tr("Traffic")},
                            tab);
    m_limits->setObjectName(QStringLiteral("limits"));
    m_properties = new QTreeWidget(tab);
    m_properties->setObjectName(QStringLiteral("properties"));
    m_properties->setAccessibleName(tr("Client properties"));
    m_properties->setHeaderLabels({tr("Client property"), tr("Value")});
    m_properties->setUniformRowHeights(true);
    m_properties->setFrameShape(QFrame::NoFrame);
    m_properties->header()->setSectionResizeMode(0, QHeaderView::ResizeToContents);
    m_properties->setMinimumHeight(fontMetrics().height() * 9);

    auto* columns = new QHBoxLayout(tab);
    const int margin = theme::gap(this, Gap::Small);
    columns->setContentsMargins(0, margin, 0, 0);
    columns->setSpacing(theme::gap(this, Gap::Large));
    columns->addWidget(m_identity, 5, Qt::AlignTop);
    columns->addWidget(m_limits, 4, Qt::AlignTop);
    columns->addWidget(m_properties, 5);
    return tab;
}

QWidget* ConnectionsPage::buildFlowTab()
{
    auto* tab = new QWidget(this);
    m_history = new StateHistory(tab);
    m_hold = new QLabel(tab);
    m_hold->setObjectName(QStringLiteral("hold"));
    m_hold->setTextFormat(Qt::PlainText);
    m_hold->setWordWrap(true);
    m_chain = new FlowChain(tab);
    m_chain->setObjectName(QStringLiteral("flowChain"));
    m_chain->setStages(flowStages(ConnectionRow{}));

    const int margin = theme::gap(this, Gap::Small);
    auto* way = new QVBoxLayout;
    way->setSpacing(margin);
    way->addWidget(m_hold);
    way->addWidget(m_chain);
    way->addStretch();
    auto* columns = new QHBoxLayout(tab);
    columns->setContentsMargins(0, margin, 0, 0);
    columns->setSpacing(theme::gap(this, Gap::Large));
    columns->addLayout(way, 2);
    columns->addWidget(m_history, 1);
    return tab;
}

void ConnectionsPage::selectConnection(const QString& name)
{
    m_toSelect = name;
    m_tabs->setCurrentIndex(1);
    selectWanted();
}

void ConnectionsPage::selectWanted()
{
    if (m_toSelect.isEmpty()) return;
    for (int row = 0; row < m_model->rowCount(); ++row) {
        if (m_model->rowAt(row).name != m_toSelect) continue;
        m_toSelect.clear();
        ListPanel* list = m_panel->list();
        const QModelIndex shown = list->filter()->mapFromSource(m_model->index(row, 0));
        // The filter may hide it.
        if (!shown.isValid()) return;
        list->table()->selectRow(shown.row());
        list->table()->scrollTo(list->table()->currentIndex());
        return;
    }
}

management::WatchScope ConnectionsPage::wanted() const
{
    return {.topics = TopicConnections, .queue = {}, .exchange = {}};
}

void ConnectionsPage::showSnapshot(const SnapshotPtr& snapshot)
{
    if ((snapshot->topics & TopicConnections) == 0) return;
    m_shownAt = snapshot->takenAt;
    m_model->show(snapshot->connections);
    selectWanted();
    m_panel->showSelection();
}

bool ConnectionsPage::focusFilter()
{
    m_panel->list()->focusFilter();
    return true;
}

void ConnectionsPage::setActionsEnabled(bool enabled) { m_panel->setActionsEnabled(enabled); }

void ConnectionsPage::showDetails(const ConnectionRow& connection)
{
    m_identity->setValues({connection.name, connection.clientName, connection.product,
                           connection.user, connection.vhost,
                           format::dateTime(connection.connectedAt)});
    m_limits->setValues(
        {connection.protocol, encryptionText(connection), connection.peerCertificateSubject,
         connection.heartbeatSeconds == 0
             ? tr("off")
             : format::duration(std::chrono::seconds(connection.heartbeatSeconds)),
         format::bytes(connection.frameBytesMax),
         connection.channelMax == 0 ? tr("unlimited") : format::count(connection.channelMax),
         tr("%1 in, %2 out")
             .arg(format::bytes(connection.receivedBytes), format::bytes(connection.sentBytes))});
    showProperties(connection.clientProperties);
    showFlow(connection);
}

void ConnectionsPage::showFlow(const ConnectionRow& connection)
{
    const QString state = connectionStateBadge(connection.state).text;
    m_tabs->setTabText(1, tr("State: %1").arg(state));
    const QString hold = holdText(connection);
    m_hold->setText(hold.isEmpty() ? tr("Nothing holds it back.") : hold);
    m_chain->setStages(flowStages(connection));
    m_history->setHistory(connection.stateHistory, m_shownAt);
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

void ConnectionsPage::askToClose(const QList<int>& rows)
{
    QList<ConnectionRow> chosen;
    for (const int row : rows) {
        chosen.append(m_model->rowAt(row));
    }
    openDialog(new CloseConnectionsDialog(m_client, chosen, this));
}

}  // namespace warren::ui
