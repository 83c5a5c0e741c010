#pragma once

#include "core/base/result.h"
#include "core/broker/alarm.h"
#include "core/management/management_command.h"
#include "core/management/snapshot.h"
#include "core/node/disk_monitor.h"
#include "core/node/memory_books.h"
#include "core/node/memory_monitor.h"
#include "core/node/resource_alarms.h"

#include <QDateTime>
#include <QString>

#include <cstdint>
#include <optional>

namespace warren::node {

/// Memory and disk of a node: what the system says of both, what the books say between two
/// readings, the limits in force, and the alarms that follow.
///
/// Thread: the broker's. It decides; who is blocked is the broker's business.
class ResourceWatch {
public:
    explicit ResourceWatch(const NodeConfig& config);

    /// The data folder is there, on the disk that counts.
    void setFolder(const QString& folder) { m_disk.emplace(folder); }
    /// What is resident now is the program's own.
    void noteStart() { m_books.noteStart(m_memoryReading.residentBytes); }

    /// Asks the system. Alarms begin and end by that.
    void read(const MemoryBooks::Amounts& amounts);
    /// Between two readings memory may grow far: by the books an alarm begins in time. It ends by a
    /// reading only.
    void foresee(const MemoryBooks::Amounts& amounts);
    broker::Alarms alarms() const { return m_alarms.alarms(); }

    MemoryBooks::BodyLimits bodyLimits(const MemoryBooks::Amounts& amounts) const
    {
        return MemoryBooks::bodyLimits(amounts, m_alarms.pagingBytes());
    }
    /// As MemoryBooks::mayGiveBack.
    bool mayGiveBack(const MemoryBooks::Amounts& amounts, bool hasWork, Instant now)
    {
        return m_books.mayGiveBack(amounts, hasWork, alarms().isLowOnMemory, now);
    }

    /// Other limits, from the next reading on. @error Invalid
    Status<management::CommandResult> set(const management::SetMemoryWatermark& command);
    Status<management::CommandResult> set(const management::SetDiskFreeLimit& command);

    std::uint64_t residentBytes() const { return m_memoryReading.residentBytes; }
    std::uint64_t diskFreeBytes() const { return m_diskFreeBytes.value_or(0); }
    const ResourceAlarms& limits() const { return m_alarms; }
    /// Readings, limits and alarms, as the outside sees them.
    void describe(management::Overview& overview) const;

private:
    void update(std::uint64_t usedBytes)
    {
        m_alarms.update(usedBytes, m_diskFreeBytes, QDateTime::currentDateTime());
    }

    MemoryMonitor m_memory;
    MemoryReading m_memoryReading;
    MemoryBooks m_books;
    ResourceAlarms m_alarms;
    std::optional<DiskMonitor> m_disk;
    std::optional<std::uint64_t> m_diskFreeBytes;  // unknown: no reason for an alarm
};

}  // namespace warren::node
