#pragma once

#include "core/base/result.h"
#include "core/storage/message_store.h"

#include <filesystem>

namespace warren::storage {

/// The folder in which a node keeps everything, reserved for this process while the object lives.
///
/// The reservation is a lock that the kernel holds on `warren.lock`: it ends with the process,
/// however that ends, so there are no stale locks to clean up. The file also names the process for
/// whoever is refused. Thread: any, one at a time.
class DataFolder {
public:
    /// Creates the folder (for its owner only) if it is missing, and reserves it. Opened first of
    /// all; a refusal leaves what is there as it was.
    /// @error NotWritable  cannot be created, is no folder, or nothing can be written into it
    /// @error InUse        another process, or another DataFolder of this one, has reserved it
    static Result<DataFolder, IoError> open(const std::filesystem::path& folder);

    DataFolder(DataFolder&& other) noexcept;
    DataFolder& operator=(DataFolder&& other) noexcept;
    ~DataFolder();

    const std::filesystem::path& path() const { return m_path; }
    /// Where the store keeps definitions and messages.
    std::filesystem::path databaseFile() const { return m_path / "warren.db"; }

private:
    DataFolder(std::filesystem::path path, int lockDescriptor);

    std::filesystem::path m_path;
    int m_lockDescriptor = -1;
};

}  // namespace warren::storage
