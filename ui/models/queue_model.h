#pragma once

#include "core/management/snapshot.h"
#include "ui/models/snapshot_table_model.h"

namespace warren::ui {

/// Columns of the queue list, in RabbitMQ's words.
enum class QueueColumn {
    Vhost,
    Name,
    Features,
    Policy,
    State,
    Ready,
    Unacked,
    Total,
    Incoming,
    Deliver,
    Ack,
    Consumers,
    Memory,
};

/// The names of both policies of a queue; empty when it has none.
QString queuePolicyText(const management::QueueRow& queue);

/// The queues of the last snapshot as a table. See SnapshotTableModel.
class QueueModel final
    : public SnapshotTableModel<management::QueueRow, &management::QueueRow::key> {
public:
    explicit QueueModel(QObject* parent = nullptr);
};

}  // namespace warren::ui
