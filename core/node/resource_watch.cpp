#include "core/node/resource_watch.h"

#include "core/node/resource_commands.h"

namespace warren::node {

ResourceWatch::ResourceWatch(const NodeConfig& config)
    : m_alarms(config.memoryWatermark, config.memoryPagingRatio, config.diskFreeLimit,
               m_memory.totalBytes())
{
}

void ResourceWatch::read(const MemoryBooks::Amounts& amounts)
{
    m_memoryReading = m_memory.read();
    if (m_disk) m_diskFreeBytes = m_disk->freeBytes();
    m_books.noteReading(m_memoryReading.residentBytes, amounts);
    update(m_memoryReading.residentBytes);
}

void ResourceWatch::foresee(const MemoryBooks::Amounts& amounts)
{
    if (alarms().isLowOnMemory) return;
    const std::uint64_t used = m_books.foreseenBytes(amounts);
    if (used > m_alarms.watermarkBytes()) update(used);
}

Status<management::CommandResult> ResourceWatch::set(const management::SetMemoryWatermark& command)
{
    const auto watermark = watermarkOf(command);
    if (!watermark) return watermark.error();
    m_alarms.setWatermark(*watermark);
    if (command.pagingRatio) m_alarms.setPagingRatio(*command.pagingRatio);
    return {};
}

Status<management::CommandResult> ResourceWatch::set(const management::SetDiskFreeLimit& command)
{
    const auto limit = diskLimitOf(command);
    if (!limit) return limit.error();
    m_alarms.setDiskLimit(*limit);
    return {};
}

void ResourceWatch::describe(management::Overview& overview) const
{
    overview.memory.residentBytes = residentBytes();
    overview.disk.freeBytes = diskFreeBytes();
    m_alarms.describe(overview);
}

}  // namespace warren::node
