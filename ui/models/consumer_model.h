#pragma once

#include "core/management/snapshot.h"
#include "ui/models/snapshot_table_model.h"

#include <tuple>

namespace warren::ui {

/// A consumer tag is unique on its channel.
using ConsumerKey = std::tuple<QString, std::uint16_t, QString>;
ConsumerKey consumerKey(const management::ConsumerRow& consumer);

/// Columns of the consumer list, in RabbitMQ's words.
enum class ConsumerColumn {
    Tag,
    Connection,
    Channel,
    AckRequired,
    Exclusive,
    Active,
    Priority,
    Prefetch,
    Unacked,
    Arguments,
};

/// Consumers of one queue as a table. Thread: GUI.
class ConsumerModel final : public SnapshotTableModel<management::ConsumerRow, &consumerKey> {
public:
    explicit ConsumerModel(QObject* parent = nullptr);

    /// @param consumers  without duplicates, in any order
    void showConsumers(const QList<management::ConsumerRow>& consumers);
};

}  // namespace warren::ui
