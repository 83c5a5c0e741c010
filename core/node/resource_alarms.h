#pragma once

#include "core/broker/alarm.h"
#include "core/management/snapshot.h"
#include "core/node/node_config.h"

#include <QDateTime>
#include <QList>

#include <cstdint>
#include <optional>

namespace warren::node {

/// When publishers are blocked: the limits in force, which may change while the node runs, and what
/// readings say about them.
///
/// An alarm begins as soon as its limit is passed and ends only at kHysteresis of the watermark, or
/// the limit of the disk divided by it, so that it does not flicker.
/// Pure: readings and times come in. Thread: one.
class ResourceAlarms {
public:
    static constexpr double kHysteresis = 0.95;

    /// @param totalMemoryBytes  what relative limits are relative to
    ResourceAlarms(const MemoryWatermark& watermark, double pagingRatio, const DiskFreeLimit& limit,
                   std::uint64_t totalMemoryBytes)
        : m_watermark(watermark),
          m_pagingRatio(pagingRatio),
          m_diskLimit(limit),
          m_totalBytes(totalMemoryBytes)
    {
    }

    void setWatermark(const MemoryWatermark& watermark) { m_watermark = watermark; }
    void setPagingRatio(double ratio) { m_pagingRatio = ratio; }
    void setDiskLimit(const DiskFreeLimit& limit) { m_diskLimit = limit; }

    std::uint64_t watermarkBytes() const { return m_watermark.bytes(m_totalBytes); }
    std::uint64_t pagingBytes() const;
    std::uint64_t diskLimitBytes() const { return m_diskLimit.bytes(m_totalBytes); }

    /// What a reading says. @param diskFreeBytes  unknown: no reason for an alarm
    void update(std::uint64_t usedBytes, std::optional<std::uint64_t> diskFreeBytes,
                const QDateTime& now);
    broker::Alarms alarms() const;

    /// Limits and alarms, as the outside sees them.
    void describe(management::Overview& overview) const;

private:
    std::uint64_t memoryClearBytes() const;
    std::uint64_t diskClearBytes() const;

    MemoryWatermark m_watermark;
    double m_pagingRatio;
    DiskFreeLimit m_diskLimit;
    const std::uint64_t m_totalBytes;
    std::optional<QDateTime> m_memorySince;  // none: there is no alarm
    std::optional<QDateTime> m_diskSince;
};

}  // namespace warren::node
