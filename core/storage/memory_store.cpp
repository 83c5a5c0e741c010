#include "core/storage/memory_store.h"

#include "core/base/check.h"
#include "core/broker/queue_settings.h"
#include "core/storage/record_format.h"

#include <algorithm>
#include <tuple>
#include <utility>
#include <variant>

namespace warren::storage {

namespace {

broker::LogPosition positionOf(const broker::StoredOperation& operation)
{
    // These carry the position of an enqueue, which they do not make durable.
    if (std::holds_alternative<broker::Remove>(operation)) return 0;
    if (std::holds_alternative<broker::CountDeliveries>(operation)) return 0;
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

void MemoryStore::load(std::vector<broker::BodyRequest>&& requests)
{
    if (m_hasFailed) return;
    for (const broker::BodyRequest& request : requests) {
        const auto at = m_messages.find(request.position);
        m_loaded.push_back(
            {request, at == m_messages.end() ? broker::MessagePtr{} : at->second.enqueue.message});
    }
    if (m_loads == Loads::AtOnce) answerLoads();
}

void MemoryStore::answerLoads(std::size_t countMax)
{
    std::vector<broker::LoadedBody> bodies;
    for (; countMax > 0 && !m_loaded.empty(); --countMax) {
        bodies.push_back(std::move(m_loaded.front()));
        m_loaded.pop_front();
    }
    if (!bodies.empty() && m_callbacks.loaded) m_callbacks.loaded(std::move(bodies));
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

void MemoryStore::crash(std::size_t survivingGroupCount, std::size_t survivingOperationCount)
{
    for (std::size_t i = 0; i < survivingGroupCount && !m_pending.empty(); ++i) {
        makeDurable(std::move(m_pending.front()));
        m_pending.pop_front();
    }
    if (!m_pending.empty()) {
        Group& torn = m_pending.front();
        torn.resize(std::min(torn.size(), survivingOperationCount));
        makeDurable(std::move(torn));
    }
    m_pending.clear();
    m_loaded.clear();
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
    const bool isNew = m_messages.try_emplace(position, StoredMessage{std::move(enqueue)}).second;
    WARREN_CHECK(isNew && position != 0);
}

void MemoryStore::apply(broker::Remove&& remove) { m_messages.erase(remove.position); }

void MemoryStore::apply(broker::CountDeliveries&& count)
{
    const auto at = m_messages.find(count.position);
    if (at != m_messages.end()) at->second.deliveryCount = count.count;
}

void MemoryStore::apply(broker::MarkDelivered&& mark)
{
    m_marks[{mark.queue, mark.priority}] = mark.upTo;
}

void MemoryStore::apply(broker::StoredChange&& stored)
{
    if (stored.isTransient) return;
    broker::CatalogueChange change = std::move(stored.change);
    if (auto* put = std::get_if<broker::PutQueue>(&change)) {
        m_lastQueueId = std::max(m_lastQueueId, put->queue.id);
        put->queue.exclusiveOwner = {};
    }
    removeContentsOfRemovedQueues(change);
    DefinitionEdit edit = editOf(change);
    if (auto* row = std::get_if<DefinitionRow>(&edit)) {
        m_definitions.insert_or_assign(DefinitionKey{row->kind, std::move(row->key)},
                                       Definition{std::move(change), std::move(row->source)});
        return;
    }
    for (const auto& selection : std::get<std::vector<DefinitionSelection>>(edit)) {
        removeDefinitions(selection);
    }
}

void MemoryStore::removeContentsOfRemovedQueues(const broker::CatalogueChange& change)
{
    if (const auto* queue = std::get_if<broker::RemoveQueue>(&change)) {
        removeQueueContents(queue->id);
    }
    const auto* vhost = std::get_if<broker::RemoveVhost>(&change);
    if (vhost == nullptr) return;
    for (const auto& [key, definition] : m_definitions) {
        const auto* put = std::get_if<broker::PutQueue>(&definition.put);
        if (put != nullptr && put->queue.vhost == vhost->name) removeQueueContents(put->queue.id);
    }
}

void MemoryStore::removeDefinitions(const DefinitionSelection& selection)
{
    using By = DefinitionSelection::By;
    const DefinitionKind kind = selection.kind;
    switch (selection.by) {
    case By::Key: m_definitions.erase({kind, selection.text}); break;
    case By::KeyPrefix:
        m_definitions.erase(m_definitions.lower_bound({kind, selection.text}),
                            m_definitions.lower_bound({kind, endOfPrefix(selection.text)}));
        break;
    case By::Source:
        std::erase_if(m_definitions, [&](const auto& one) {
            return one.first.kind == kind && one.second.source == selection.text;
        });
        break;
    }
}

void MemoryStore::removeQueueContents(QueueId queue)
{
    std::erase_if(m_messages,
                  [queue](const auto& one) { return one.second.enqueue.queue == queue; });
    std::erase_if(m_marks, [queue](const auto& one) { return one.first.queue == queue; });
}

RecoveredState MemoryStore::recover() const
{
    RecoveredState state;
    state.lastPosition = m_lastPosition;
    state.lastQueueId = m_lastQueueId;
    std::map<QueueId, std::uint8_t> priorityMaxOf;  // of the queues that there are
    for (const auto& [key, definition] : m_definitions) {
        state.definitions.push_back(definition.put);
        if (const auto* put = std::get_if<broker::PutQueue>(&definition.put)) {
            priorityMaxOf[put->queue.id] = broker::priorityMaxOf(put->queue);
        }
    }
    for (const auto& [position, stored] : m_messages) {
        const broker::Enqueue& enqueue = stored.enqueue;
        const auto priorityMax = priorityMaxOf.find(enqueue.queue);
        if (priorityMax == priorityMaxOf.end()) continue;
        if (!enqueue.message->isPersistent()) continue;  // it was here to relieve memory only
        const auto mark = m_marks.find(
            {enqueue.queue, std::min(enqueue.message->priority(), priorityMax->second)});
        state.messages.push_back(
            {.queue = enqueue.queue,
             .sequence = enqueue.sequence,
             .position = position,
             .message = enqueue.message,
             .bodyBytes = static_cast<std::uint32_t>(enqueue.message->bodyBytes()),
             .priority = enqueue.message->priority(),
             .wasDelivered = mark != m_marks.end() && enqueue.sequence <= mark->second,
             .expiresAt = enqueue.expiresAt,
             .deliveryCount = stored.deliveryCount});
    }
    std::sort(state.messages.begin(), state.messages.end(),
              [](const RecoveredMessage& a, const RecoveredMessage& b) {
                  return std::tie(a.queue, a.sequence) < std::tie(b.queue, b.sequence);
              });
    return state;
}

}  // namespace warren::storage
