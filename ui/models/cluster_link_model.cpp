#include "ui/models/cluster_link_model.h"

#include "ui/format.h"
#include "ui/models/cluster_words.h"

#include <QCoreApplication>

#include <cstdint>

namespace warren::ui {

using management::ClusterLinkRow;

namespace {

QString tr(const char* text) { return QCoreApplication::translate("ClusterLinks", text); }

TableColumn<ClusterLinkRow> nodeColumn(const QString& title, QString ClusterLinkRow::*node)
{
    auto column =
        textColumn<ClusterLinkRow>(title, [node](const ClusterLinkRow& row) { return row.*node; });
    column.toolTip = [node](const ClusterLinkRow& row) { return row.*node; };
    return column;
}

TableColumn<ClusterLinkRow> stateColumn()
{
    auto column = textColumn<ClusterLinkRow>(
        tr("State"), [](const ClusterLinkRow& row) { return linkStateWords(row.state).word; });
    column.toolTip = &linkSentence;
    column.extra = [](const ClusterLinkRow& row, int role) {
        return role == kBadgesRole ? QVariant::fromValue(Badges{badgeOf(linkStateWords(row.state))})
                                   : QVariant();
    };
    return column;
}

/// Of other nodes' links nobody knows; of this one's, nothing is the rule.
QString unsentText(std::uint64_t bytes)
{
    return bytes == 0 ? QStringLiteral("–") : format::bytes(bytes);
}

/// In the order of ClusterLinkColumn.
std::vector<TableColumn<ClusterLinkRow>> linkColumns()
{
    auto roundTrip = numberColumn<ClusterLinkRow>(
        tr("Round trip"), &ClusterLinkRow::roundTripMicroseconds, &roundTripText);
    roundTrip.headerToolTip = tr("From a question to its answer; – when it was not measured");
    auto unsent =
        numberColumn<ClusterLinkRow>(tr("Unsent"), &ClusterLinkRow::unsentBytes, &unsentText);
    unsent.headerToolTip =
        tr("What waits to be sent to the other node; – when nothing does, or it is not known");
    auto reason = textColumn<ClusterLinkRow>(
        tr("Why"), [](const ClusterLinkRow& row) { return format::orDash(row.reason); });
    reason.toolTip = [](const ClusterLinkRow& row) { return row.reason; };
    return {nodeColumn(tr("From"), &ClusterLinkRow::from),
            nodeColumn(tr("To"), &ClusterLinkRow::to),
            stateColumn(),
            roundTrip,
            unsent,
            reason};
}

}  // namespace

ClusterLinkModel::ClusterLinkModel(QObject* parent) : SnapshotTableModel(linkColumns(), parent) {}

}  // namespace warren::ui
