#pragma once

#include <QString>

#include <cstdint>
#include <optional>

namespace warren::node {

/// The free space where the data folder is. Thread: any one.
class DiskMonitor {
public:
    /// @param folder  an existing folder
    explicit DiskMonitor(QString folder);

    /// What this user may still write, in bytes; nullopt if the system doesn't say.
    std::optional<std::uint64_t> freeBytes() const;

private:
    QString m_folder;
};

}  // namespace warren::node
