#include "core/cluster/definition_set.h"

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/broker/predeclared_exchanges.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <string_view>
#include <utility>
#include <variant>

namespace warren::cluster {
namespace {

using storage::DefinitionKind;
using storage::DefinitionRow;
using storage::DefinitionSelection;

// Ids rise by one each, so this is never reached; from a peer it would leave none to give.
constexpr QueueId kQueueIdMax{std::numeric_limits<std::uint64_t>::max() / 2};

bool isPredeclared(std::string_view exchange)
{
    return std::any_of(
        std::begin(broker::kPredeclaredExchanges), std::end(broker::kPredeclaredExchanges),
        [&](const broker::PredeclaredExchange& one) { return one.name == exchange; });
}

std::string exchangeKey(const std::string& vhost, const std::string& name)
{
    broker::ExchangeDefinition exchange;
    exchange.vhost = vhost;
    exchange.name = name;
    return storage::rowOf(exchange).key;
}

std::string queueKey(const std::string& vhost, const std::string& name)
{
    broker::QueueDefinition queue;
    queue.vhost = vhost;
    queue.name = name;
    return storage::rowOf(queue).key;
}

std::optional<broker::QueueDefinition> queueOfRow(const std::string& key, const std::string& value)
{
    const auto change = storage::changeOf(DefinitionKind::Queue, bytesOf(key), bytesOf(value));
    if (!change) return std::nullopt;
    return std::get<broker::PutQueue>(*change).queue;
}

}  // namespace

/// Whether a change fits what is there.
struct DefinitionSet::Judge {
    const DefinitionSet& set;

    Status<Refusal> operator()(const broker::PutExchange& put) const
    {
        const broker::ExchangeDefinition& exchange = put.exchange;
        if (!set.hasVhost(exchange.vhost)) return Refusal::NoSuchVhost;
        if (isPredeclared(exchange.name)) return Refusal::Predeclared;
        return judgeRedeclaration(storage::rowOf(exchange));
    }
    Status<Refusal> operator()(const broker::PutQueue& put) const
    {
        const broker::QueueDefinition& queue = put.queue;
        if (!queue.id || queue.id > kQueueIdMax || queue.name.empty()) return Refusal::Malformed;
        if (!set.hasVhost(queue.vhost)) return Refusal::NoSuchVhost;
        const DefinitionRow row = storage::rowOf(queue);
        if (set.find(row.kind, row.key) != nullptr) return judgeRedeclaration(row);
        if (queue.id <= set.m_lastQueueId) return Refusal::IdUsed;
        return {};
    }
    Status<Refusal> operator()(const broker::PutBinding& put) const
    {
        const broker::BindingDefinition& binding = put.binding;
        if (!set.hasVhost(binding.vhost)) return Refusal::NoSuchVhost;
        if (!set.hasExchange(binding.vhost, binding.source)) return Refusal::NoSuchExchange;
        if (binding.destinationKind == broker::DestinationKind::Queue) {
            if (!set.hasQueue(binding.vhost, binding.destination)) return Refusal::NoSuchQueue;
        } else if (!set.hasExchange(binding.vhost, binding.destination)) {
            return Refusal::NoSuchExchange;
        }
        return {};
    }
    Status<Refusal> operator()(const broker::PutPolicy& put) const
    {
        if (!set.hasVhost(put.policy.vhost)) return Refusal::NoSuchVhost;
        return {};
    }
    Status<Refusal> operator()(const broker::RemoveExchange& removed) const
    {
        if (isPredeclared(removed.name)) return Refusal::Predeclared;
        return {};
    }
    Status<Refusal> operator()(const broker::RemoveQueue& removed) const
    {
        const std::string key = queueKey(removed.vhost, removed.name);
        const Row* row = set.find(DefinitionKind::Queue, key);
        if (row == nullptr) return {};
        // One of this name may have been declared anew since.
        const auto queue = queueOfRow(key, row->value);
        if (!queue || queue->id != removed.id) return Refusal::NoSuchQueue;
        return {};
    }
    /// Users and rights may refer to names that are not there, and the last word of each holds.
    template <typename Other>
    Status<Refusal> operator()(const Other&) const
    {
        return {};
    }

private:
    /// Of two nodes that declare one name in two ways, the second is refused.
    Status<Refusal> judgeRedeclaration(const DefinitionRow& row) const
    {
        const Row* present = set.find(row.kind, row.key);
        if (present != nullptr && present->value != row.value) return Refusal::Differs;
        return {};
    }
};

Status<Refusal> DefinitionSet::judge(const broker::CatalogueChange& change) const
{
    return std::visit(Judge{*this}, change);
}

Result<std::vector<QueueId>, Refusal> DefinitionSet::apply(const broker::CatalogueChange& change)
{
    if (const auto judged = judge(change); !judged) return judged.error();
    const storage::DefinitionEdit edit = storage::editOf(change);
    std::vector<QueueId> removedQueues;
    if (const auto* row = std::get_if<DefinitionRow>(&edit)) {
        const bool isNew = find(row->kind, row->key) == nullptr;
        if (isNew && m_rows.size() >= kDefinitionsMax) return Refusal::TooMany;
        put(*row);
    } else {
        for (const DefinitionSelection& one : *std::get_if<1>(&edit)) {
            remove(one, removedQueues);
        }
    }
    return removedQueues;
}

const DefinitionSet::Row* DefinitionSet::find(DefinitionKind kind, const std::string& key) const
{
    const auto at = m_rows.find(Key{kind, key});
    return at == m_rows.end() ? nullptr : &at->second;
}

bool DefinitionSet::hasVhost(const std::string& name) const
{
    return find(DefinitionKind::Vhost, storage::vhostPrefix(name)) != nullptr;
}

bool DefinitionSet::hasExchange(const std::string& vhost, const std::string& name) const
{
    return isPredeclared(name) || find(DefinitionKind::Exchange, exchangeKey(vhost, name));
}

bool DefinitionSet::hasQueue(const std::string& vhost, const std::string& name) const
{
    return find(DefinitionKind::Queue, queueKey(vhost, name)) != nullptr;
}

void DefinitionSet::put(const DefinitionRow& row)
{
    m_rows[Key{row.kind, row.key}] = {row.value, row.source};
    // The source follows from the key, so a row that is replaced had the same.
    if (!row.source.empty()) m_bySource.emplace(row.kind, row.source, row.key);
    if (row.kind != DefinitionKind::Queue) return;
    const auto queue = queueOfRow(row.key, row.value);
    WARREN_CHECK(queue.has_value());
    m_queues[queue->id] = row.key;
    m_lastQueueId = std::max(m_lastQueueId, queue->id);
}

void DefinitionSet::remove(const DefinitionSelection& selection,
                           std::vector<QueueId>& removedQueues)
{
    std::vector<Key> keys;
    switch (selection.by) {
    case DefinitionSelection::By::Key: keys.push_back({selection.kind, selection.text}); break;
    case DefinitionSelection::By::KeyPrefix:
        for (auto at = m_rows.lower_bound(Key{selection.kind, selection.text});
             at != m_rows.end() && at->first.kind == selection.kind &&
             at->first.text.starts_with(selection.text);
             ++at) {
            keys.push_back(at->first);
        }
        break;
    case DefinitionSelection::By::Source:
        for (auto at = m_bySource.lower_bound({selection.kind, selection.text, {}});
             at != m_bySource.end() && std::get<0>(*at) == selection.kind &&
             std::get<1>(*at) == selection.text;
             ++at) {
            keys.push_back({selection.kind, std::get<2>(*at)});
        }
        break;
    }
    for (const Key& key : keys) {
        removeRow(key, removedQueues);
    }
}

void DefinitionSet::removeRow(const Key& key, std::vector<QueueId>& removedQueues)
{
    const auto at = m_rows.find(key);
    if (at == m_rows.end()) return;
    if (!at->second.source.empty()) m_bySource.erase({key.kind, at->second.source, key.text});
    if (key.kind == DefinitionKind::Queue) {
        const auto queue = queueOfRow(key.text, at->second.value);
        WARREN_CHECK(queue.has_value());
        m_queues.erase(queue->id);
        removedQueues.push_back(queue->id);
    }
    m_rows.erase(at);
}

std::optional<broker::RemoveQueue> DefinitionSet::removalOf(QueueId queue) const
{
    const auto at = m_queues.find(queue);
    if (at == m_queues.end()) return std::nullopt;
    const auto definition =
        queueOfRow(at->second, m_rows.at({DefinitionKind::Queue, at->second}).value);
    WARREN_CHECK(definition.has_value());
    return broker::RemoveQueue{queue, definition->vhost, definition->name};
}

std::vector<broker::CatalogueChange> DefinitionSet::all() const
{
    std::vector<broker::CatalogueChange> changes;
    changes.reserve(m_rows.size());
    for (const auto& [key, row] : m_rows) {
        auto change = storage::changeOf(key.kind, bytesOf(key.text), bytesOf(row.value));
        WARREN_CHECK(change.has_value());
        changes.push_back(std::move(*change));
    }
    return changes;
}

void DefinitionSet::encode(FieldWriter& to) const
{
    to.u64(m_lastQueueId.value);
    to.u32(static_cast<std::uint32_t>(m_rows.size()));
    for (const auto& [key, row] : m_rows) {
        to.u8(static_cast<std::uint8_t>(key.kind));
        to.text(key.text);
        to.text(row.value);
    }
}

std::optional<DefinitionSet> DefinitionSet::decode(FieldReader& from)
{
    DefinitionSet set;
    const QueueId lastQueueId{from.u64()};
    if (lastQueueId > kQueueIdMax) return std::nullopt;
    Key last{};
    for (std::size_t left = from.count(kDefinitionsMax); left > 0; --left) {
        const auto kind = static_cast<DefinitionKind>(from.u8());
        Key key{kind, from.text()};
        const ByteView value = from.bytes();
        if (!from.isGood() || key <= last) return std::nullopt;
        const auto change = storage::changeOf(kind, bytesOf(key.text), value);
        if (!change) return std::nullopt;
        const storage::DefinitionEdit edit = storage::editOf(*change);
        const auto* row = std::get_if<DefinitionRow>(&edit);
        // Only what comes out again as it is: everybody's snapshot has the same bytes.
        if (row == nullptr || row->key != key.text || row->value != warren::textOf(value))
            return std::nullopt;
        // Rows are ordered by name and not by id, so the last id can't be judged on the way.
        set.m_lastQueueId = {};
        if (const auto* queue = std::get_if<broker::PutQueue>(&*change)) {
            if (queue->queue.id > lastQueueId || set.hasQueue(queue->queue.id)) return std::nullopt;
        }
        if (!set.apply(*change)) return std::nullopt;
        last = std::move(key);
    }
    if (!from.isGood()) return std::nullopt;
    set.m_lastQueueId = lastQueueId;
    return set;
}

}  // namespace warren::cluster
