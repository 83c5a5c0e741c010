#pragma once

#include "core/management/snapshot.h"
#include "ui/models/badge.h"
#include "ui/models/snapshot_table_model.h"

namespace warren::ui {

/// Columns of the log.
enum class LogColumn { Time, Level, Text };

QString logLevelText(management::LogLevel level);

/// One line as it goes to the clipboard: date, time, level, text.
QString logLineText(const management::LogRow& line);

/// The last log lines as a table, oldest first. Thread: GUI.
class LogModel final
    : public SnapshotTableModel<management::LogRow, &management::LogRow::sequence> {
public:
    explicit LogModel(QObject* parent = nullptr);
};

}  // namespace warren::ui
