#pragma once

#include "core/base/prng.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct sqlite3_vfs;

namespace warren::test {

/// The disk below SQLite, which fails on command: SQLite's default file system for as long as this
/// lives, around the usual one.
///
/// Every write, sync, truncation and deletion in the watched folder is a step, counted from 1. One
/// step, the first at or after the chosen one that can fail in the chosen way, does so. What a file
/// would hold after a loss of power is kept beside it: its state at its last sync, and the changes
/// since then.
/// Thread: any; one at a time but for SQLite's calls.
class FaultDisk {
public:
    enum class Fault : std::uint8_t {
        None,
        ShortWrite,  ///< half of a write arrives, and no more fits
        WriteError,  ///< a write fails
        SyncError,   ///< a sync fails; as on Linux, what it should have written is given up
        DiskFull,    ///< from here on no file grows
        PowerCut,    ///< from here on nothing works
    };

    FaultDisk();
    ~FaultDisk();
    FaultDisk(const FaultDisk&) = delete;
    FaultDisk& operator=(const FaultDisk&) = delete;

    /// Begins anew, with the files of this folder as they are, all of them synced.
    void watch(const std::filesystem::path& folder);
    void failAt(std::uint64_t step, Fault fault);
    /// No more faults: the disk was repaired, or there is space again.
    void repair();
    std::uint64_t stepCount() const { return m_stepCount; }
    /// Whether the fault has happened.
    bool hasFailed() const { return m_hasFailed; }

    /// Makes the files of the folder what a loss of power leaves, at this moment or when it
    /// happened: of the changes that were not synced any, some of them in part.
    /// @pre SQLite has closed them
    void losePower(Prng& random);

private:
    friend struct FaultDiskCalls;
    using FileId = std::pair<std::uint64_t, std::uint64_t>;  // device and inode: names change
    struct Change {
        bool isTruncation = false;
        std::uint64_t offset = 0;  // or the new size
        std::string bytes{};
    };
    struct Image {
        std::string synced;
        bool isNameSynced = false;
        std::vector<Change> lost{};     // by a sync that failed; nobody knows what arrived
        std::vector<Change> pending{};  // since the last sync
    };
    enum class Call : std::uint8_t { Write, Growth, Sync, Other };

    /// Counts a step. @returns the fault that this call has to have
    Fault step(Call call);
    bool isWatched(std::string_view path) const;
    static FileId idOf(const std::filesystem::path& path);
    Image& imageOf(FileId id) { return m_images[id]; }
    void note(FileId id, Change change);
    void noteSync(FileId id, bool isLost);
    void noteOpen(const std::filesystem::path& path, bool isNew);
    void noteDeletion(const std::filesystem::path& path, FileId id, bool isSynced);
    static void apply(const Change& change, std::string& content);
    static std::string afterLossOfPower(const Image& image, Prng& random);

    struct FileSystem;
    std::unique_ptr<FileSystem> m_fileSystem;
    mutable std::recursive_mutex m_mutex;
    std::filesystem::path m_folder;
    std::map<FileId, Image> m_images;
    std::map<std::string, Image> m_deleted;  // whose deletion is not synced, by path
    std::uint64_t m_stepCount = 0;
    std::uint64_t m_failAt = 0;
    Fault m_fault = Fault::None;
    bool m_hasFailed = false;
    bool m_isDead = false;
    bool m_isFull = false;
};

/// For people.
const char* nameOf(FaultDisk::Fault fault);

}  // namespace warren::test
