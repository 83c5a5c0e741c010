#include "ui/pages/connections_page.h"

#include "ui/dialogs/close_confirmations.h"
#include "ui/format.h"
#include "ui/models/connection_model.h"
#include "ui/pages/client_panel.h"
#include "ui/theme.h"
#include "ui/widgets/badges.h"
#include "ui/widgets/card.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/fact_list.h"
#include "ui/widgets/list_panel.h"
#include "ui/widgets/resource_table.h"

#include <QHBoxLayout>
#include <QHeaderView>
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
    auto* card = new Card(tr("Connection"), this);
    m_identity = new FactList({tr("Name"), tr("Client"), tr("Product"), tr("User"),
                               tr("Virtual host"), tr("Connected at")},
                              card);
    m_identity->setObjectName(QStringLiteral("identity"));
    m_limits = new FactList({tr("Protocol"), tr("Encrypted"), tr("Certificate"), tr("Heartbeat"),
                             tr("Largest frame"), tr("Most channels"), tr("Traffic")},
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
