#include "ui/models/log_model.h"

#include "ui/format.h"

#include <QCoreApplication>

namespace warren::ui {

using management::LogLevel;
using management::LogRow;

namespace {

QString tr(const char* text) { return QCoreApplication::translate("LogModel", text); }

Tone toneOf(LogLevel level)
{
    switch (level) {
    case LogLevel::Debug:
    case LogLevel::Info: return Tone::Neutral;
    case LogLevel::Warning: return Tone::Caution;
    case LogLevel::Error: return Tone::Bad;
    }
    return Tone::Neutral;
}

/// In the order of LogColumn.
std::vector<TableColumn<LogRow>> logColumns()
{
    auto time =
        textColumn<LogRow>(tr("Time"), [](const LogRow& row) { return format::timeOfDay(row.at); });
    time.isLess = [](const LogRow& left, const LogRow& right) {
        return left.sequence < right.sequence;
    };
    time.toolTip = [](const LogRow& row) { return format::dateTime(row.at); };
    auto level =
        textColumn<LogRow>(tr("Level"), [](const LogRow& row) { return logLevelText(row.level); });
    level.extra = [](const LogRow& row, int role) {
        if (role != kBadgesRole) return QVariant();
        return QVariant::fromValue(
            Badges{{logLevelText(row.level), QString(), toneOf(row.level), false}});
    };
    auto text = textColumn<LogRow>(tr("Text"), &LogRow::text);
    text.toolTip = &LogRow::text;
    return {time, level, text};
}

}  // namespace

QString logLevelText(LogLevel level)
{
    switch (level) {
    case LogLevel::Debug: return tr("debug");
    case LogLevel::Info: return tr("info");
    case LogLevel::Warning: return tr("warning");
    case LogLevel::Error: return tr("error");
    }
    return {};
}

QString logLineText(const LogRow& line)
{
    return QStringLiteral("%1 %2 [%3] %4")
        .arg(line.at.toLocalTime().toString(QStringLiteral("yyyy-MM-dd")),
             format::timeOfDay(line.at), logLevelText(line.level), line.text);
}

LogModel::LogModel(QObject* parent) : SnapshotTableModel(logColumns(), parent) {}

}  // namespace warren::ui
