#pragma once

#include "core/management/snapshot.h"
#include "ui/models/badge.h"
#include "ui/models/snapshot_table_model.h"

namespace warren::ui {

/// Columns of the connection list, in RabbitMQ's words.
enum class ConnectionColumn {
    Name,
    Client,
    User,
    Vhost,
    State,
    Channels,
    FromClient,
    ToClient,
    ConnectedAt,
};

/// The state in one word, as RabbitMQ has it; the colour only repeats it.
Badge connectionStateBadge(management::ConnectionState state);

/// What the client calls itself: its connection name, else its product.
QString clientText(const management::ConnectionRow& connection);

/// Columns that every list of connections has.
TableColumn<management::ConnectionRow> connectionNameColumn();
TableColumn<management::ConnectionRow> connectionClientColumn();
TableColumn<management::ConnectionRow> connectionStateColumn();

/// All connections as a table. Thread: GUI.
class ConnectionModel final
    : public SnapshotTableModel<management::ConnectionRow, &management::ConnectionRow::name> {
public:
    explicit ConnectionModel(QObject* parent = nullptr);
};

}  // namespace warren::ui
