#pragma once

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/broker/definition.h"
#include "core/cluster/field_codec.h"
#include "core/cluster/refusal.h"
#include "core/storage/definition_codec.h"

#include <compare>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace warren::cluster {

/// What is declared in the whole cluster: part of the agreed state. Kept as the rows that a store
/// keeps of it, since all it has to know is what belongs to what.
///
/// Always: everything is in a vhost that is there, the ends of each binding are there, and no two
/// queues have one id, nor had. So a broker can be given all of it without another look.
///
/// Cost: O(log n) per row that a change puts or removes.
class DefinitionSet {
public:
    static constexpr std::size_t kDefinitionsMax = 1'000'000;

    /// @returns the queues that are gone by it
    /// @error why nothing has changed
    Result<std::vector<QueueId>, Refusal> apply(const broker::CatalogueChange& change);

    bool hasQueue(QueueId queue) const { return m_queues.contains(queue); }
    /// The change that would remove the queue.
    std::optional<broker::RemoveQueue> removalOf(QueueId queue) const;
    /// In an order in which a broker can take them.
    std::vector<broker::CatalogueChange> all() const;
    std::size_t count() const { return m_rows.size(); }
    /// The highest that a queue ever had; the next one has a higher one.
    QueueId lastQueueId() const { return m_lastQueueId; }

    bool operator==(const DefinitionSet&) const = default;

    /// definitions = last-queue-id:u64 count:u32 row*, ordered by kind and key
    /// row         = kind:u8 key:text value:text, as in core/storage/definition_codec.h
    void encode(FieldWriter& to) const;
    /// Nothing unless it is what a sequence of changes can make.
    static std::optional<DefinitionSet> decode(FieldReader& from);

private:
    struct Key {
        storage::DefinitionKind kind;
        std::string text;
        auto operator<=>(const Key&) const = default;
    };
    struct Row {
        std::string value;
        std::string source;  // as in storage::DefinitionRow
        bool operator==(const Row&) const = default;
    };
    /// Kind, source, key.
    using BySource = std::set<std::tuple<storage::DefinitionKind, std::string, std::string>>;
    struct Judge;

    const Row* find(storage::DefinitionKind kind, const std::string& key) const;
    bool hasVhost(const std::string& name) const;
    bool hasExchange(const std::string& vhost, const std::string& name) const;
    bool hasQueue(const std::string& vhost, const std::string& name) const;
    Status<Refusal> judge(const broker::CatalogueChange& change) const;
    void put(const storage::DefinitionRow& row);
    void remove(const storage::DefinitionSelection& selection, std::vector<QueueId>& removedQueues);
    void removeRow(const Key& key, std::vector<QueueId>& removedQueues);

    std::map<Key, Row> m_rows;
    BySource m_bySource;
    std::map<QueueId, std::string> m_queues;  // the keys of their rows
    QueueId m_lastQueueId;
};

}  // namespace warren::cluster
