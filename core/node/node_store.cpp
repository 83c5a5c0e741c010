#include "core/node/node_store.h"

#include "core/base/check.h"

namespace warren::node {

using cluster::NodeType;
using storage::IoError;
using storage::MemoryStore;

NodeStore::NodeStore(storage::StoreOptions options, storage::MessageStore::Callbacks callbacks)
    : m_options(std::move(options)), m_callbacks(std::move(callbacks))
{
}

Status<IoError> NodeStore::open(NodeType type)
{
    WARREN_CHECK(m_disk == nullptr && m_memory == nullptr);
    if (type == NodeType::Ram) {
        m_memory = std::make_unique<MemoryStore>();
        m_memory->setLoads(MemoryStore::Loads::OnDemand);
        m_memory->setCallbacks(m_callbacks);
        return {};
    }
    auto store = storage::StoreThread::open(m_options, m_context.get());
    if (!store) return store.error();
    m_disk = std::move(*store);
    m_disk->setCallbacks(m_callbacks);
    return {};
}

storage::RecoveredState NodeStore::takeRecovered()
{
    return m_disk != nullptr ? m_disk->takeRecovered() : storage::RecoveredState{};
}

Status<IoError> NodeStore::change(NodeType type)
{
    const bool isInMemory = m_memory != nullptr;
    if (isInMemory == (type == NodeType::Ram)) return {};
    if (m_disk != nullptr) {
        if (auto closed = m_disk->closeCleanly(); !closed) return closed;
        m_disk.reset();
    } else if (m_memory != nullptr) {
        m_memory->sync();
        m_memory.reset();
    }
    return open(type);
}

void NodeStore::append(std::vector<broker::StoredOperation>&& operations)
{
    if (m_disk != nullptr) return m_disk->append(std::move(operations));
    if (m_memory == nullptr) return;
    m_memory->append(std::move(operations));
    answerLater();
}

void NodeStore::load(std::vector<broker::BodyRequest>&& requests)
{
    if (m_disk != nullptr) return m_disk->load(std::move(requests));
    if (m_memory == nullptr) return;
    m_memory->load(std::move(requests));
    answerLater();
}

/// As the disk's answers do, those of the memory come when the caller has returned.
void NodeStore::answerLater()
{
    if (std::exchange(m_isAnswerDue, true)) return;
    QMetaObject::invokeMethod(
        m_context.get(),
        [this] {
            m_isAnswerDue = false;
            if (m_memory != nullptr) m_memory->sync();
            if (m_memory != nullptr) m_memory->answerLoads();
        },
        Qt::QueuedConnection);
}

std::size_t NodeStore::bytesInFlight() const
{
    if (m_disk != nullptr) return m_disk->bytesInFlight();
    return m_memory != nullptr ? m_memory->bytesInFlight() : 0;
}

storage::StoreStats NodeStore::stats() const
{
    if (m_disk != nullptr) return m_disk->stats();
    return {.bytesInFlight = bytesInFlight()};
}

Status<IoError> NodeStore::closeCleanly()
{
    if (m_disk != nullptr) return m_disk->closeCleanly();
    if (m_memory != nullptr) m_memory->sync();
    return {};
}

}  // namespace warren::node
