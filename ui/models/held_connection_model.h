#pragma once

#include "core/management/snapshot.h"
#include "ui/models/snapshot_table_model.h"

namespace warren::ui {

/// Columns of the list of connections that are held back.
enum class HeldConnectionColumn { Name, Client, State, Since, Reason };

/// Those of the connections that are blocked, will be, or are slowed down, in their order.
QList<management::ConnectionRow> heldConnections(const QList<management::ConnectionRow>& all);

/// The connections that are held back, with the reason. Thread: GUI.
class HeldConnectionModel final
    : public SnapshotTableModel<management::ConnectionRow, &management::ConnectionRow::name> {
public:
    explicit HeldConnectionModel(QObject* parent = nullptr);
};

}  // namespace warren::ui
