#pragma once

#include "core/management/snapshot.h"

#include <QString>

#include <cstdint>

/// Memory, disk and their alarms in words. Pure; thread: any one.
namespace warren::ui {

/// "1.2 GiB of 3.1 GiB (38 %)", and what follows while there is an alarm.
QString memoryText(const management::MemoryUse& memory, bool hasAlarm);

/// "31 MiB free", likewise.
QString diskText(const management::DiskUse& disk, bool hasAlarm);

/// What this share of the machine's memory is in bytes, as the broker counts it.
std::uint64_t watermarkBytes(const management::MemoryUse& memory, int percent);

/// The watermark as a share of the machine's memory, 0 to 100; rounded when it was set in bytes.
int watermarkPercent(const management::MemoryUse& memory);

/// What a watermark of so many bytes does, with the memory that is in use now.
QString watermarkEffect(const management::MemoryUse& memory, std::uint64_t watermarkBytes);

/// What a limit of so many bytes does, with the space that is free now.
QString diskLimitEffect(const management::DiskUse& disk, std::uint64_t limitBytes);

/// Which alarms are on and since when, and who is blocked; empty: no alarm.
QString alarmText(const management::Overview& overview, const QDateTime& now);

}  // namespace warren::ui
