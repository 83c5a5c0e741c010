#pragma once

#include "core/base/result.h"
#include "core/storage/message_store.h"
#include "core/storage/store_options.h"

#include <cstddef>
#include <cstdint>
#include <memory>

class QObject;

namespace warren::storage {

/// What the store can tell about itself; for people.
struct StoreStats {
    std::uint64_t databaseBytes = 0;  ///< database and write-ahead log on disk, at the last commit
    std::size_t bytesInFlight = 0;
    std::size_t cacheBytes = 0;     ///< of SQLite's page caches, at most
    std::uint64_t commitCount = 0;  ///< batches written
    std::uint64_t elidedCount = 0;  ///< messages removed before they were written
};

/// The store on disk: SQLite on a thread of its own, with group commit.
///
/// While one batch is on its way to the disk, what arrives is collected for the next; no timer
/// delays a message. A second thread keeps the write-ahead log short. Results come back to the
/// broker thread as one event per wake-up.
/// Thread: the broker's, which must run Qt's event loop; `open` and the destructor too.
class StoreThread final : public MessageStore {
public:
    /// Opens or creates the database and reads what it holds; blocks meanwhile.
    ///
    /// @param brokerContext  lives on the broker thread, where the callbacks will be called, and
    /// outlives the store
    /// @error as SqliteStore::open
    static Result<std::unique_ptr<StoreThread>, IoError> open(StoreOptions options,
                                                              QObject* brokerContext);

    /// Waits for the commit that is under way, and leaves the file as a crash would.
    ~StoreThread() override;

    /// What the file held when it was opened. Once.
    RecoveredState takeRecovered();

    void setCallbacks(Callbacks callbacks) override;
    /// Refused without a sound once the store has failed or was closed.
    void append(std::vector<broker::StoredOperation>&& operations) override;
    /// Likewise.
    void load(std::vector<broker::BodyRequest>&& requests) override;
    std::size_t bytesInFlight() const override;
    StoreStats stats() const;

    /// Writes everything that was appended, notes that nothing is missing, and closes the file.
    /// Blocks; calls the callbacks for what was outstanding. The last call.
    /// @error what a commit failed with
    Status<IoError> closeCleanly();

private:
    class Impl;
    explicit StoreThread(std::unique_ptr<Impl> impl);

    std::unique_ptr<Impl> m_impl;
};

}  // namespace warren::storage
