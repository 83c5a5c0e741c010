#include "ui/models/vhost_model.h"

#include "ui/format.h"

#include <QCoreApplication>

namespace warren::ui {

using management::VhostRow;

namespace {

QString tr(const char* text) { return QCoreApplication::translate("VhostModel", text); }

TableColumn<VhostRow> listColumn(const QString& title, QStringList VhostRow::*value)
{
    auto column = textColumn<VhostRow>(
        title, [value](const VhostRow& row) { return (row.*value).join(QStringLiteral(", ")); });
    column.toolTip = [value](const VhostRow& row) { return (row.*value).join(u'\n'); };
    return column;
}

/// In the order of VhostColumn.
std::vector<TableColumn<VhostRow>> vhostColumns()
{
    auto name = textColumn<VhostRow>(tr("Name"), &VhostRow::name);
    name.toolTip = &VhostRow::name;
    auto state = textColumn<VhostRow>(
        tr("State"), [](const VhostRow& row) { return badgesText(vhostStateBadges(row)); });
    state.extra = [](const VhostRow& row, int role) {
        return role == kBadgesRole ? QVariant::fromValue(vhostStateBadges(row)) : QVariant();
    };
    auto queueType = textColumn<VhostRow>(tr("Queue type"), [](const VhostRow& row) {
        return row.defaultQueueType.isEmpty() ? tr("classic") : row.defaultQueueType;
    });
    queueType.headerToolTip = tr("What queues are that are declared without a type");
    auto description = textColumn<VhostRow>(tr("Description"), &VhostRow::description);
    description.toolTip = &VhostRow::description;
    auto limits = textColumn<VhostRow>(tr("Limits"), &vhostLimitsText);
    limits.toolTip = limits.text;
    return {name,
            listColumn(tr("Users"), &VhostRow::users),
            state,
            queueType,
            description,
            listColumn(tr("Tags"), &VhostRow::tags),
            limits,
            numberColumn<VhostRow>(tr("Queues"), &VhostRow::queueCount, &format::count),
            numberColumn<VhostRow>(tr("Ready"), &VhostRow::readyCount, &format::count),
            numberColumn<VhostRow>(tr("Unacked"), &VhostRow::unackedCount, &format::count),
            numberColumn<VhostRow>(tr("Total"), &VhostRow::messageCount, &format::count),
            numberColumn<VhostRow>(tr("Connections"), &VhostRow::connectionCount, &format::count)};
}

}  // namespace

Badges vhostStateBadges(const VhostRow& vhost)
{
    Badges badges{{tr("running"), tr("Clients can use the virtual host."), Tone::Good}};
    if (vhost.isProtected) {
        badges.append({tr("protected"), tr("It cannot be deleted until the protection is lifted."),
                       Tone::Accent});
    }
    if (vhost.isTracing) {
        badges.append({tr("traced"),
                       tr("A copy of every message goes to the exchange amq.rabbitmq.trace."),
                       Tone::Caution});
    }
    return badges;
}

QString vhostLimitsText(const VhostRow& vhost)
{
    QStringList limits;
    if (vhost.maxConnections) limits.append(tr("%1 connections").arg(*vhost.maxConnections));
    if (vhost.maxQueues) limits.append(tr("%1 queues").arg(*vhost.maxQueues));
    return limits.join(QStringLiteral(", "));
}

VhostModel::VhostModel(QObject* parent) : SnapshotTableModel(vhostColumns(), parent) {}

}  // namespace warren::ui
