#include "core/node/resource_alarms.h"

namespace warren::node {

namespace {

std::uint64_t scaled(std::uint64_t bytes, double factor)
{
    return static_cast<std::uint64_t>(static_cast<double>(bytes) * factor);
}

void set(std::optional<QDateTime>& since, bool isOn, const QDateTime& now)
{
    if (!isOn) {
        since.reset();
    } else if (!since) {
        since = now;
    }
}

}  // namespace

std::uint64_t ResourceAlarms::pagingBytes() const
{
    return scaled(watermarkBytes(), m_pagingRatio);
}

std::uint64_t ResourceAlarms::memoryClearBytes() const
{
    return scaled(watermarkBytes(), kHysteresis);
}

std::uint64_t ResourceAlarms::diskClearBytes() const
{
    return scaled(diskLimitBytes(), 1 / kHysteresis);
}

void ResourceAlarms::update(std::uint64_t usedBytes, std::optional<std::uint64_t> diskFreeBytes,
                            const QDateTime& now)
{
    set(m_memorySince, usedBytes > (m_memorySince ? memoryClearBytes() : watermarkBytes()), now);
    const std::uint64_t wanted = m_diskSince ? diskClearBytes() : diskLimitBytes();
    set(m_diskSince, diskFreeBytes && *diskFreeBytes < wanted, now);
}

broker::Alarms ResourceAlarms::alarms() const
{
    return {.isLowOnMemory = m_memorySince.has_value(), .isLowOnDisk = m_diskSince.has_value()};
}

void ResourceAlarms::describe(management::Overview& overview) const
{
    overview.memory.totalBytes = m_totalBytes;
    overview.memory.watermarkBytes = watermarkBytes();
    overview.memory.clearBytes = memoryClearBytes();
    overview.memory.pagingRatio = m_pagingRatio;
    overview.memory.pagingBytes = pagingBytes();
    if (!m_watermark.absoluteBytes) overview.memory.watermarkRatio = m_watermark.relative;
    overview.disk.limitBytes = diskLimitBytes();
    overview.disk.clearBytes = diskClearBytes();
    overview.disk.limitRatio = m_diskLimit.relativeToMemory;
    overview.hasMemoryAlarm = m_memorySince.has_value();
    overview.hasDiskAlarm = m_diskSince.has_value();
    using management::AlarmKind;
    if (m_memorySince) overview.alarms.append({AlarmKind::Memory, *m_memorySince});
    if (m_diskSince) overview.alarms.append({AlarmKind::Disk, *m_diskSince});
}

}  // namespace warren::node
