#pragma once

#include "core/management/snapshot.h"
#include "ui/models/snapshot_table_model.h"

namespace warren::ui {

/// Columns of the list of closes.
enum class ClosedChannelColumn { Time, Connection, Channel, Vhost, User, Code, Text };

/// The channel's number, or that it was the whole connection.
QString closedChannelText(const management::ClosedChannelRow& close);

/// What a close means and what to do about it, in one or two sentences; for any code and text.
QString closeExplanation(std::uint16_t code, const QString& text);

/// The last channels and connections that were closed for a fault, as a table. Thread: GUI.
class ClosedChannelModel final
    : public SnapshotTableModel<management::ClosedChannelRow,
                                &management::ClosedChannelRow::sequence> {
public:
    explicit ClosedChannelModel(QObject* parent = nullptr);
};

}  // namespace warren::ui
