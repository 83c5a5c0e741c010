#include "ui/models/connection_model.h"

#include "ui/format.h"

#include <QCoreApplication>

namespace warren::ui {

using management::ConnectionRow;
using management::ConnectionState;

namespace {

QString tr(const char* text) { return QCoreApplication::translate("ConnectionModel", text); }

/// In the order of ConnectionColumn.
std::vector<TableColumn<ConnectionRow>> connectionColumns()
{
    auto fromClient = numberColumn<ConnectionRow>(
        tr("From client"), &ConnectionRow::receivedBytesRate, &format::bytesRate);
    fromClient.toolTip = [](const ConnectionRow& row) {
        return tr("%1 in all").arg(format::bytes(row.receivedBytes));
    };
    auto toClient = numberColumn<ConnectionRow>(tr("To client"), &ConnectionRow::sentBytesRate,
                                                &format::bytesRate);
    toClient.toolTip = [](const ConnectionRow& row) {
        return tr("%1 in all").arg(format::bytes(row.sentBytes));
    };
    auto connectedAt = numberColumn<ConnectionRow>(tr("Connected at"), &ConnectionRow::connectedAt,
                                                   &format::dateTime);
    return {
        connectionNameColumn(),
        connectionClientColumn(),
        textColumn<ConnectionRow>(tr("User"), &ConnectionRow::user),
        textColumn<ConnectionRow>(tr("Virtual host"), &ConnectionRow::vhost),
        connectionStateColumn(),
        numberColumn<ConnectionRow>(tr("Channels"), &ConnectionRow::channelCount, &format::count),
        fromClient,
        toClient,
        connectedAt,
    };
}

}  // namespace

Badge connectionStateBadge(ConnectionState state)
{
    switch (state) {
    case ConnectionState::Starting:
        return {tr("starting"), tr("The client says who it is."), Tone::Neutral, false};
    case ConnectionState::Tuning:
        return {tr("tuning"), tr("Both sides settle their limits."), Tone::Neutral, false};
    case ConnectionState::Opening:
        return {tr("opening"), tr("The client opens its virtual host."), Tone::Neutral, false};
    case ConnectionState::Running:
        return {tr("running"), tr("Everything flows."), Tone::Good, false};
    case ConnectionState::Flow:
        return {tr("flow"), tr("It publishes faster than the broker can take: it is slowed down."),
                Tone::Caution, false};
    case ConnectionState::Blocking:
        return {tr("blocking"),
                tr("Memory or disk is short: it will be blocked when it publishes."), Tone::Caution,
                false};
    case ConnectionState::Blocked:
        return {tr("blocked"), tr("Memory or disk is short: what it publishes is not read."),
                Tone::Bad, false};
    case ConnectionState::Closing:
        return {tr("closing"), tr("One side has said good-bye."), Tone::Neutral, false};
    }
    return {};
}

QString clientText(const ConnectionRow& connection)
{
    return connection.clientName.isEmpty() ? connection.product : connection.clientName;
}

TableColumn<ConnectionRow> connectionNameColumn()
{
    auto name = textColumn<ConnectionRow>(tr("Name"), &ConnectionRow::name);
    name.toolTip = name.text;
    return name;
}

TableColumn<ConnectionRow> connectionClientColumn()
{
    auto client = textColumn<ConnectionRow>(tr("Client"), &clientText);
    client.toolTip = &ConnectionRow::product;
    return client;
}

TableColumn<ConnectionRow> connectionStateColumn()
{
    auto state = textColumn<ConnectionRow>(
        tr("State"), [](const ConnectionRow& row) { return connectionStateBadge(row.state).text; });
    state.toolTip = [](const ConnectionRow& row) {
        return connectionStateBadge(row.state).toolTip;
    };
    state.extra = [](const ConnectionRow& row, int role) {
        return role == kBadgesRole ? QVariant::fromValue(Badges{connectionStateBadge(row.state)})
                                   : QVariant();
    };
    return state;
}

ConnectionModel::ConnectionModel(QObject* parent) : SnapshotTableModel(connectionColumns(), parent)
{
}

}  // namespace warren::ui
