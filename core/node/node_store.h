#pragma once

#include "core/base/result.h"
#include "core/cluster/node_type.h"
#include "core/storage/memory_store.h"
#include "core/storage/store_thread.h"

#include <QObject>

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace warren::node {

/// Where a node keeps what it has: on its disk, or, while it is a RAM node of a cluster, in memory.
///
/// In memory everything is kept as on a disk, and is gone when the node ends; answers come from the
/// event loop too.
/// Thread: the broker's, which must run Qt's event loop.
class NodeStore {
public:
    /// @param options  of the store on disk, whenever there is one
    NodeStore(storage::StoreOptions options, storage::MessageStore::Callbacks callbacks);

    /// @pre it is not open  @error as StoreThread::open
    Status<storage::IoError> open(cluster::NodeType type);
    /// What was there when it was opened. Once.
    storage::RecoveredState takeRecovered();
    /// Keeps what comes from now on in the other way; what it had is not taken along, and new
    /// positions start above takeRecovered's. Blocks until the disk has what it was given, and
    /// calls the callbacks for that.
    /// @error what the disk failed with
    Status<storage::IoError> change(cluster::NodeType type);

    void append(std::vector<broker::StoredOperation>&& operations);
    void load(std::vector<broker::BodyRequest>&& requests);
    std::size_t bytesInFlight() const;
    /// All 0 in memory: there is no file.
    storage::StoreStats stats() const;

    /// As StoreThread's: the last call.
    Status<storage::IoError> closeCleanly();

private:
    void answerLater();

    const storage::StoreOptions m_options;
    const storage::MessageStore::Callbacks m_callbacks;
    std::unique_ptr<QObject> m_context = std::make_unique<QObject>();
    std::unique_ptr<storage::StoreThread> m_disk;
    std::unique_ptr<storage::MemoryStore> m_memory;
    bool m_isAnswerDue = false;
};

}  // namespace warren::node
