#pragma once

#include "core/storage/definition_codec.h"
#include "core/storage/message_store.h"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace warren::storage {

/// A store without a disk, for RAM nodes, and for tests and simulations: it keeps its promises
/// exactly, and breaks on command.
///
/// It outlives the broker that uses it: `crash`, then `recover` for the next one. Each `append` is
/// one group: durable wholly or not at all.
class MemoryStore final : public MessageStore {
public:
    enum class Sync {
        Manual,     ///< groups become durable and are reported by `sync`
        Immediate,  ///< each is durable at once and reported before `append` returns
    };
    /// When it answers who asks for a message.
    enum class Loads { AtOnce, OnDemand };
    explicit MemoryStore(Sync sync = Sync::Manual) : m_sync(sync) {}

    void setLoads(Loads loads) { m_loads = loads; }
    /// Answers the oldest `countMax` requests.
    void answerLoads(std::size_t countMax = static_cast<std::size_t>(-1));
    std::size_t pendingLoadCount() const { return m_loaded.size(); }

    void setCallbacks(Callbacks callbacks) override;
    void append(std::vector<broker::StoredOperation>&& operations) override;
    void load(std::vector<broker::BodyRequest>&& requests) override;
    std::size_t bytesInFlight() const override { return m_bytesInFlight; }

    /// Commits the oldest `groupCountMax` groups that wait, and reports them.
    void sync(std::size_t groupCountMax = static_cast<std::size_t>(-1));
    /// Groups that wait for `sync`.
    std::size_t pendingGroupCount() const { return m_pending.size(); }

    /// The next group to be committed fails with this instead. Final, as the contract has it, until
    /// `crash`.
    void failNextCommit(IoError error) { m_nextFailure = std::move(error); }
    bool hasFailed() const { return m_hasFailed; }

    /// The process dies: what was not committed is lost, and so are the callbacks.
    ///
    /// @param survivingGroupCount  so many of the waiting groups had reached the disk, although
    /// nobody was told any more
    /// @param survivingOperationCount  so many operations of the next group had, too: where groups
    /// end is the store's affair
    void crash(std::size_t survivingGroupCount = 0, std::size_t survivingOperationCount = 0);

    /// All that is on the disk, what a restart would forget included.
    std::size_t messageCount() const { return m_messages.size(); }

    /// What a restart would find: everything committed.
    RecoveredState recover() const;

private:
    using Group = std::vector<broker::StoredOperation>;
    struct DefinitionKey {
        DefinitionKind kind;
        std::string key;
        auto operator<=>(const DefinitionKey&) const = default;
    };
    struct Definition {
        broker::CatalogueChange put;
        std::string source;  // as in DefinitionRow
    };
    struct StoredMessage {
        broker::Enqueue enqueue;
        std::uint32_t deliveryCount = 0;
    };
    struct MarkKey {
        QueueId queue;
        std::uint8_t priority = 0;
        auto operator<=>(const MarkKey&) const = default;
    };

    bool commitFront();
    void makeDurable(Group&& group);
    void apply(broker::Enqueue&& enqueue);
    void apply(broker::Remove&& remove);
    void apply(broker::CountDeliveries&& count);
    void apply(broker::MarkDelivered&& mark);
    void apply(broker::StoredChange&& change);
    void removeContentsOfRemovedQueues(const broker::CatalogueChange& change);
    void removeDefinitions(const DefinitionSelection& selection);
    void removeQueueContents(QueueId queue);

    Sync m_sync;
    Loads m_loads = Loads::AtOnce;
    std::deque<broker::LoadedBody> m_loaded;  // read, not answered yet
    Callbacks m_callbacks;
    std::deque<Group> m_pending;
    std::size_t m_bytesInFlight = 0;
    std::optional<IoError> m_nextFailure;
    bool m_hasFailed = false;

    // What is on the "disk".
    std::map<DefinitionKey, Definition> m_definitions;
    std::map<broker::LogPosition, StoredMessage> m_messages;
    std::map<MarkKey, Sequence> m_marks;
    broker::LogPosition m_lastPosition = 0;
    QueueId m_lastQueueId;
};

}  // namespace warren::storage
