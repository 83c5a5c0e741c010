#include "ui/models/resource_words.h"

#include "ui/format.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>

namespace warren::ui {

using management::AlarmKind;
using management::AlarmRow;
using management::DiskUse;
using management::MemoryUse;
using management::Overview;

namespace {

constexpr int kWholePercent = 100;

QString tr(const char* text) { return QCoreApplication::translate("ResourceWords", text); }

/// " (since 12:21:05, 4 min 5 s)"; empty when the broker does not say since when.
QString sinceText(const Overview& overview, AlarmKind kind, const QDateTime& now)
{
    const auto alarm = std::ranges::find(overview.alarms, kind, &AlarmRow::kind);
    if (alarm == overview.alarms.end() || !alarm->since.isValid()) return {};
    const std::chrono::seconds lasting(std::max<qint64>(alarm->since.secsTo(now), 0));
    return tr(" (since %1, %2)").arg(format::moment(alarm->since, now), format::duration(lasting));
}

/// Who is blocked, by name: the first ones, and how many more.
QString blockedText(const Overview& overview)
{
    constexpr qsizetype kNamesShown = 3;
    if (overview.blockedCount == 0) {
        return tr("Nobody is blocked yet: whoever publishes will be. Consumers go on.");
    }
    const QStringList names = overview.blockedConnections.mid(0, kNamesShown);
    const auto more = static_cast<qint64>(overview.blockedCount) - names.size();
    QString text = names.join(QStringLiteral(", "));
    if (text.isEmpty()) {
        text = format::counted(overview.blockedCount, tr("1 connection"), tr("%1 connections"));
    } else if (more > 0) {
        text = tr("%1 and %2 more").arg(text, format::count(static_cast<std::uint64_t>(more)));
    }
    return tr("Blocked until there is room: %1. Consumers go on.").arg(text);
}

}  // namespace

QString memoryText(const MemoryUse& memory, bool hasAlarm)
{
    const QString use =
        tr("%1 of %2 (%3)")
            .arg(format::bytes(memory.residentBytes), format::bytes(memory.watermarkBytes),
                 format::percent(static_cast<double>(memory.residentBytes),
                                 static_cast<double>(memory.watermarkBytes)));
    return hasAlarm ? tr("%1 – publishers are blocked").arg(use) : use;
}

QString diskText(const DiskUse& disk, bool hasAlarm)
{
    const QString room = tr("%1 free").arg(format::bytes(disk.freeBytes));
    return hasAlarm ? tr("%1 – publishers are blocked").arg(room) : room;
}

std::uint64_t watermarkBytes(const MemoryUse& memory, int percent)
{
    const double ratio = static_cast<double>(percent) / kWholePercent;
    return static_cast<std::uint64_t>(static_cast<double>(memory.totalBytes) * ratio);
}

int watermarkPercent(const MemoryUse& memory)
{
    double ratio = memory.watermarkRatio.value_or(0);
    if (!memory.watermarkRatio && memory.totalBytes > 0) {
        ratio = static_cast<double>(memory.watermarkBytes) / static_cast<double>(memory.totalBytes);
    }
    return static_cast<int>(std::lround(std::clamp(ratio, 0.0, 1.0) * kWholePercent));
}

QString watermarkEffect(const MemoryUse& memory, std::uint64_t watermarkBytes)
{
    if (memory.residentBytes > watermarkBytes) {
        return tr("Below the %1 in use: publishers are blocked.")
            .arg(format::bytes(memory.residentBytes));
    }
    return tr("Publishers are blocked above it; %1 are left.")
        .arg(format::bytes(watermarkBytes - memory.residentBytes));
}

QString diskLimitEffect(const DiskUse& disk, std::uint64_t limitBytes)
{
    if (disk.freeBytes < limitBytes) {
        return tr("More than the %1 that are free: publishers are blocked.")
            .arg(format::bytes(disk.freeBytes));
    }
    return tr("Publishers are blocked below it; %1 may still be written.")
        .arg(format::bytes(disk.freeBytes - limitBytes));
}

QString alarmText(const Overview& overview, const QDateTime& now)
{
    QStringList sentences;
    if (overview.hasMemoryAlarm) {
        sentences.append(tr("Memory is short%1: %2 used, the watermark is %3.")
                             .arg(sinceText(overview, AlarmKind::Memory, now),
                                  format::bytes(overview.memory.residentBytes),
                                  format::bytes(overview.memory.watermarkBytes)));
    }
    if (overview.hasDiskAlarm) {
        sentences.append(tr("Disk space is short%1: %2 free, %3 must stay free.")
                             .arg(sinceText(overview, AlarmKind::Disk, now),
                                  format::bytes(overview.disk.freeBytes),
                                  format::bytes(overview.disk.limitBytes)));
    }
    if (sentences.isEmpty()) return {};
    sentences.append(blockedText(overview));
    return sentences.join(u' ');
}

}  // namespace warren::ui
