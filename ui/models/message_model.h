#pragma once

#include "core/management/management_command.h"
#include "ui/models/badge.h"
#include "ui/models/snapshot_table_model.h"

namespace warren::ui {

/// Columns of the message list.
enum class MessageColumn {
    Position,
    State,
    Flags,
    Exchange,
    RoutingKey,
    Size,
    ContentType,
};

/// "ready", or "unacked" with who holds the message as its tool tip.
Badge messageStateBadge(const management::MessageRow& message);

/// P for persistent, R for redelivered.
Badges messageFlags(const management::MessageRow& message);

/// One page of a queue's messages, oldest first. Thread: GUI.
class MessageModel final
    : public SnapshotTableModel<management::MessageRow, &management::MessageRow::position> {
public:
    explicit MessageModel(QObject* parent = nullptr);
};

}  // namespace warren::ui
