#include "ui/models/held_connection_model.h"

#include "ui/format.h"
#include "ui/models/connection_model.h"
#include "ui/models/flow_stages.h"

#include <QCoreApplication>

#include <algorithm>
#include <iterator>

namespace warren::ui {

using management::ConnectionRow;
using management::ConnectionState;

namespace {

QString tr(const char* text) { return QCoreApplication::translate("HeldConnections", text); }

bool isHeld(const ConnectionRow& row)
{
    switch (row.state) {
    case ConnectionState::Flow:
    case ConnectionState::Blocking:
    case ConnectionState::Blocked: return true;
    case ConnectionState::Starting:
    case ConnectionState::Tuning:
    case ConnectionState::Opening:
    case ConnectionState::Running:
    case ConnectionState::Closing: break;
    }
    return row.credit.heldBy.has_value();
}

/// In the order of HeldConnectionColumn.
std::vector<TableColumn<ConnectionRow>> heldConnectionColumns()
{
    auto reason = textColumn<ConnectionRow>(tr("Why"), &holdText);
    reason.toolTip = &holdText;
    return {connectionNameColumn(), connectionClientColumn(), connectionStateColumn(),
            numberColumn<ConnectionRow>(tr("Since"), &stateSince, &format::dateTime), reason};
}

}  // namespace

QList<ConnectionRow> heldConnections(const QList<ConnectionRow>& all)
{
    QList<ConnectionRow> held;
    std::ranges::copy_if(all, std::back_inserter(held), &isHeld);
    return held;
}

HeldConnectionModel::HeldConnectionModel(QObject* parent)
    : SnapshotTableModel(heldConnectionColumns(), parent)
{
}

}  // namespace warren::ui
