#pragma once

#include "core/management/snapshot.h"
#include "ui/models/snapshot_table_model.h"

#include <tuple>

namespace warren::ui {

/// What makes a binding the one it is: both ends, the routing key and the arguments.
using BindingKey = std::tuple<QString, QString, int, QString, QString>;
BindingKey bindingKey(const management::BindingRow& binding);

/// Which end of its bindings a table shows; the other end is the page it stands on.
enum class BindingEnd { Source, Destination };

/// Bindings of one queue or exchange as a table: the other end, routing key, arguments.
///
/// Thread: GUI. Cost of a refresh without change: O(rows).
class BindingModel final : public SnapshotTableModel<management::BindingRow, &bindingKey> {
public:
    explicit BindingModel(BindingEnd shownEnd, QObject* parent = nullptr);

    /// @param bindings  without duplicates, in any order
    void showBindings(const QList<management::BindingRow>& bindings);

private:
    QList<management::BindingRow> m_shown;
};

/// Whether the broker made the binding itself and refuses to remove it.
/// Spec: AMQP 0-9-1 §3.1.3.1: each queue is bound to the default exchange by its name.
bool isImplicitBinding(const management::BindingRow& binding);

}  // namespace warren::ui
