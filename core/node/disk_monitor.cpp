#include "core/node/disk_monitor.h"

#include <QStorageInfo>

#include <utility>

namespace warren::node {

DiskMonitor::DiskMonitor(QString folder) : m_folder(std::move(folder)) {}

std::optional<std::uint64_t> DiskMonitor::freeBytes() const
{
    const QStorageInfo storage(m_folder);
    if (!storage.isValid() || storage.bytesAvailable() < 0) return std::nullopt;
    return static_cast<std::uint64_t>(storage.bytesAvailable());
}

}  // namespace warren::node
