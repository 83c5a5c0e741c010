#include "core/node/disk_monitor.h"

#include <filesystem>
#include <system_error>
#include <utility>

namespace warren::node {

DiskMonitor::DiskMonitor(QString folder) : m_folder(std::move(folder)) {}

std::optional<std::uint64_t> DiskMonitor::freeBytes() const
{
    // Not QStorageInfo: it looks the folder up in the list of mounts, and in a chroot or a
    // container the list may not have it.
    std::error_code error;
    const auto space = std::filesystem::space(m_folder.toStdString(), error);
    if (error) return std::nullopt;
    return space.available;
}

}  // namespace warren::node
