#pragma once

#include "core/management/snapshot.h"
#include "ui/models/badge.h"
#include "ui/models/snapshot_table_model.h"

namespace warren::ui {

/// Columns of the list of virtual hosts, in RabbitMQ's words.
enum class VhostColumn {
    Name,
    Users,
    State,
    QueueType,
    Description,
    Tags,
    Limits,
    Queues,
    Ready,
    Unacked,
    Total,
    Connections,
};

/// "running", and whether it is traced and protected.
Badges vhostStateBadges(const management::VhostRow& vhost);

/// "100 connections, 50 queues"; empty: no limits.
QString vhostLimitsText(const management::VhostRow& vhost);

/// All virtual hosts as a table. Thread: GUI.
class VhostModel final
    : public SnapshotTableModel<management::VhostRow, &management::VhostRow::name> {
public:
    explicit VhostModel(QObject* parent = nullptr);
};

}  // namespace warren::ui
