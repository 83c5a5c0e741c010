#include "core/storage/memory_store.h"

#include "core/base/check.h"
#include "core/storage/record_format.h"

#include <algorithm>
#include <tuple>
#include <utility>
#include <variant>

namespace warren::storage {

namespace {

broker::LogPosition positionOf(const broker::StoredOperation& operation)
{
    // A removal carries the position of its enqueue, which it does not make durable.
    if (std::holds_alternative<broker::Remove>(operation)) return 0;
    return std::visit([](const auto& one) { return one.position; }, operation);
}

std::size_t bytesOfGroup(const std::vector<broker::StoredOperation>& group)
{
    std::size_t bytes = 0;
    for (const broker::StoredOperation& operation : group) {
        if (const auto* enqueue = std::get_if<broker::Enqueue>(&operation)) {
            bytes += recordBytes(*enqueue->message);
        }
    }
    return bytes;
}

}  // namespace

void MemoryStore::setCallbacks(Callbacks callbacks) { m_callbacks = std::move(callbacks); }

void MemoryStore::append(std::vector<broker::StoredOperation>&& operations)
{
    if (m_hasFailed || operations.empty()) return;
    m_bytesInFlight += bytesOfGroup(operations);
    m_pending.push_back(std::move(operations));
    if (m_sync == Sync::Immediate) sync();
}

void MemoryStore::sync(std::size_t groupCountMax)
{
    const broker::LogPosition before = m_lastPosition;
    bool isGood = true;
    for (std::size_t i = 0; i < groupCountMax && isGood && !m_pending.empty(); ++i) {
        isGood = commitFront();
    }
    // Copies: a callback may crash or replace what it was called from.
    const Callbacks callbacks = m_callbacks;
    const std::optional<IoError> failure = isGood ? std::nullopt : std::exchange(m_nextFailure, {});
    if (m_lastPosition > before && callbacks.committed) callbacks.committed(m_lastPosition);
    if (failure && callbacks.failed) callbacks.failed(*failure);
}

bool MemoryStore::commitFront()
{
    if (m_nextFailure) {
        m_hasFailed = true;
        m_pending.clear();
        m_bytesInFlight = 0;
        return false;
    }
    Group group = std::move(m_pending.front());
    m_pending.pop_front();
    m_bytesInFlight -= bytesOfGroup(group);
    makeDurable(std::move(group));
    return true;
}

void MemoryStore::crash(std::size_t survivingGroupCount)
{
    for (std::size_t i = 0; i < survivingGroupCount && !m_pending.empty(); ++i) {
        makeDurable(std::move(m_pending.front()));
        m_pending.pop_front();
    }
    m_pending.clear();
    m_bytesInFlight = 0;
    m_callbacks = {};
    m_nextFailure.reset();
    m_hasFailed = false;
}

void MemoryStore::makeDurable(Group&& group)
{
    for (broker::StoredOperation& operation : group) {
        m_lastPosition = std::max(m_lastPosition, positionOf(operation));
        std::visit([this](auto& one) { apply(std::move(one)); }, operation);
    }
}

void MemoryStore::apply(broker::Enqueue&& enqueue)
{
    const broker::LogPosition position = enqueue.position;
    const bool isNew = m_messages.try_emplace(position, std::move(enqueue)).second;
    WARREN_CHECK(isNew && position != 0);
}

void MemoryStore::apply(broker::Remove&& remove) { m_messages.erase(remove.position); }

void MemoryStore::apply(broker::CountDeliveries&&) {}

void MemoryStore::apply(broker::MarkDelivered&& mark) { m_marks[mark.queue] = mark.upTo; }

void MemoryStore::apply(broker::StoredChange&& stored)
{
    broker::CatalogueChange change = std::move(stored.change);
    if (const auto* putVhost = std::get_if<broker::PutVhost>(&change)) {
        put(rowOf(putVhost->vhost), std::move(change));
    } else if (const auto* putExchange = std::get_if<broker::PutExchange>(&change)) {
        put(rowOf(putExchange->exchange), std::move(change));
    } else if (auto* putQueue = std::get_if<broker::PutQueue>(&change)) {
        m_lastQueueId = std::max(m_lastQueueId, putQueue->queue.id);
        putQueue->queue.exclusiveOwner = {};
        put(rowOf(putQueue->queue), std::move(change));
    } else if (const auto* putBinding = std::get_if<broker::PutBinding>(&change)) {
        put(rowOf(putBinding->binding), std::move(change));
    } else if (const auto* vhost = std::get_if<broker::RemoveVhost>(&change)) {
        const std::string prefix = vhostPrefix(vhost->name);
        for (const auto& [key, definition] : m_definitions) {
            const auto* queue = std::get_if<broker::PutQueue>(&definition.put);
            if (queue != nullptr && queue->queue.vhost == vhost->name) {
                removeQueueContents(queue->queue.id);
            }
        }
        for (const auto kind : {DefinitionKind::Vhost, DefinitionKind::Exchange,
                                DefinitionKind::Queue, DefinitionKind::Binding}) {
            removeDefinitions(kind, prefix);
        }
    } else if (const auto* exchange = std::get_if<broker::RemoveExchange>(&change)) {
        const std::string name = nameKey(exchange->vhost, exchange->name);
        m_definitions.erase({DefinitionKind::Exchange, name});
        std::erase_if(m_definitions, [&](const auto& one) { return one.second.source == name; });
        removeDefinitions(
            DefinitionKind::Binding,
            destinationPrefix(exchange->vhost, broker::DestinationKind::Exchange, exchange->name));
    } else if (const auto* queue = std::get_if<broker::RemoveQueue>(&change)) {
        m_definitions.erase({DefinitionKind::Queue, nameKey(queue->vhost, queue->name)});
        removeDefinitions(
            DefinitionKind::Binding,
            destinationPrefix(queue->vhost, broker::DestinationKind::Queue, queue->name));
        removeQueueContents(queue->id);
    } else if (const auto* binding = std::get_if<broker::RemoveBinding>(&change)) {
        m_definitions.erase({DefinitionKind::Binding, rowOf(binding->binding).key});
    }
}

void MemoryStore::put(DefinitionRow&& row, broker::CatalogueChange&& change)
{
    m_definitions.insert_or_assign(DefinitionKey{row.kind, std::move(row.key)},
                                   Definition{std::move(change), std::move(row.source)});
}

void MemoryStore::removeDefinitions(DefinitionKind kind, const std::string& keyPrefix)
{
    m_definitions.erase(m_definitions.lower_bound({kind, keyPrefix}),
                        m_definitions.lower_bound({kind, endOfPrefix(keyPrefix)}));
}

void MemoryStore::removeQueueContents(QueueId queue)
{
    std::erase_if(m_messages, [queue](const auto& one) { return one.second.queue == queue; });
    m_marks.erase(queue);
}

RecoveredState MemoryStore::recover() const
{
    RecoveredState state;
    state.lastPosition = m_lastPosition;
    state.lastQueueId = m_lastQueueId;
    std::map<QueueId, Sequence> markOfQueue;  // of the queues that there are
    for (const auto& [key, definition] : m_definitions) {
        state.definitions.push_back(definition.put);
        if (const auto* put = std::get_if<broker::PutQueue>(&definition.put)) {
            const auto mark = m_marks.find(put->queue.id);
            markOfQueue[put->queue.id] = mark == m_marks.end() ? 0 : mark->second;
        }
    }
    for (const auto& [position, enqueue] : m_messages) {
        const auto mark = markOfQueue.find(enqueue.queue);
        if (mark == markOfQueue.end()) continue;
        state.messages.push_back({.queue = enqueue.queue,
                                  .sequence = enqueue.sequence,
                                  .position = position,
                                  .message = enqueue.message,
                                  .wasDelivered = enqueue.sequence <= mark->second});
    }
    std::sort(state.messages.begin(), state.messages.end(),
              [](const RecoveredMessage& a, const RecoveredMessage& b) {
                  return std::tie(a.queue, a.sequence) < std::tie(b.queue, b.sequence);
              });
    return state;
}

}  // namespace warren::storage
