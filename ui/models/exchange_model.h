#pragma once

#include "core/management/snapshot.h"
#include "ui/models/snapshot_table_model.h"

namespace warren::ui {

/// Columns of the exchange list, in RabbitMQ's words.
enum class ExchangeColumn { Vhost, Name, Type, Features, RateIn, RateOut };

/// The name as the window shows it: the default exchange has none of its own.
QString exchangeDisplayName(const QString& name);

/// Whether nobody may delete or redeclare the exchange: the default one and amq.*.
/// Spec: AMQP 0-9-1 §3.1.3.1 (default exchange), exchange.declare/reserved.
bool isReservedExchange(const QString& name);

/// The exchanges of the last snapshot as a table. See SnapshotTableModel.
class ExchangeModel final
    : public SnapshotTableModel<management::ExchangeRow, &management::ExchangeRow::key> {
public:
    explicit ExchangeModel(QObject* parent = nullptr);
};

}  // namespace warren::ui
