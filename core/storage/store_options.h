#pragma once

#include "core/storage/message_store.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace warren::storage {

/// When a commit returns.
enum class Synchronous {
    Full,    ///< when it would survive a loss of power
    Normal,  ///< when it would survive a crash of the process only; whoever wants it asks by name
};

/// How the store on disk is opened.
struct StoreOptions {
    std::filesystem::path databaseFile;  ///< DataFolder::databaseFile()
    Synchronous synchronous = Synchronous::Full;

    /// So much of the messages, the first ones, is in memory at once after a restart; the others
    /// stay on disk until they are wanted.
    std::size_t recoveredBodyBytesMax = 16 * 1024 * 1024;

    /// Gets what is worth a line in the log, such as messages that were dropped on recovery. May be
    /// empty. Called while the store is being opened, on the store's thread.
    std::function<void(const std::string& line)> log;

    /// The database refuses to grow beyond so many pages (kPageBytes), as if the disk were full; 0:
    /// no limit. For tests.
    std::uint32_t pageCountMax = 0;
    /// Asked before each commit, on the store's thread; an error fails the commit. For tests.
    std::function<std::optional<IoError>()> writeFault;
};

}  // namespace warren::storage
