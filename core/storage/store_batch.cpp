#include "core/storage/store_batch.h"

#include "core/base/check.h"
#include "core/storage/record_format.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <unordered_set>
#include <utility>
#include <variant>

namespace warren::storage {

namespace {

/// Whether nobody wants the message back, not even if the process dies before the operations
/// between its enqueue and its removal are on disk.
bool mayForgetAtOnce(broker::RemovalReason reason)
{
    switch (reason) {
    case broker::RemovalReason::Acked:
    case broker::RemovalReason::Purged:
    case broker::RemovalReason::QueueDeleted:
    case broker::RemovalReason::Dropped: return true;
    case broker::RemovalReason::DeadLettered: return false;
    }
    return false;
}

/// The slot of this position; the end if there is none. @pre ordered by position
auto slotAt(auto& slots, broker::LogPosition position)
{
    const auto at = std::lower_bound(
        slots.begin(), slots.end(), position,
        [](const auto& slot, broker::LogPosition wanted) { return slot.position < wanted; });
    return at != slots.end() && at->position == position ? at : slots.end();
}

}  // namespace

void BatchBuilder::add(std::vector<broker::StoredOperation>&& operations)
{
    for (broker::StoredOperation& operation : operations) {
        std::visit([this](auto& one) { add(std::move(one)); }, operation);
    }
}

BatchBuilder::Slot& BatchBuilder::addSlot(broker::LogPosition position, Slot::Kind kind)
{
    WARREN_CHECK(position > m_lastPosition);
    m_lastPosition = position;
    return m_slots.emplace_back(Slot{.position = position,
                                     .queue = {},
                                     .sequence = 0,
                                     .message = {},
                                     .expiresAt = {},
                                     .kind = kind,
                                     .priority = 0});
}

void BatchBuilder::add(broker::Enqueue&& enqueue)
{
    Slot& slot = addSlot(enqueue.position, Slot::Kind::Message);
    slot.queue = enqueue.queue;
    slot.sequence = enqueue.sequence;
    slot.message = std::move(enqueue.message);
    slot.expiresAt = enqueue.expiresAt;
    m_pendingBytes += recordBytes(*slot.message);
}

void BatchBuilder::add(broker::Remove&& remove)
{
    if (remove.position == 0) return;
    WARREN_CHECK(remove.position <= m_lastPosition);
    Slot* slot = findSlot(remove.position);
    if (slot != nullptr && !slot->message) return;
    if (slot == nullptr || !mayForgetAtOnce(remove.reason)) {
        m_removals.push_back({.operation = {.queue = remove.queue, .position = remove.position},
                              .after = m_lastPosition});
        return;
    }
    m_pendingBytes -= recordBytes(*slot->message);
    m_elidedCount += 1;
    slot->message.reset();
}

void BatchBuilder::add(broker::CountDeliveries&& count)
{
    WARREN_CHECK(count.position <= m_lastPosition);
    m_counts.push_back(
        {.operation = {.position = count.position, .count = count.count}, .after = m_lastPosition});
}

void BatchBuilder::add(broker::MarkDelivered&& mark)
{
    Slot& slot = addSlot(mark.position, Slot::Kind::Mark);
    slot.queue = mark.queue;
    slot.sequence = mark.upTo;
    slot.priority = mark.priority;
}

void BatchBuilder::add(broker::StoredChange&& change)
{
    addSlot(change.position, change.isTransient ? Slot::Kind::Nothing : Slot::Kind::Change);
    if (change.isTransient) return;
    m_changes.push_back(std::move(change.change));
}

BatchBuilder::Slot* BatchBuilder::findSlot(broker::LogPosition position)
{
    if (m_slots.empty() || position < m_slots.front().position) return nullptr;
    // Positions mostly follow one another.
    const broker::LogPosition hint = position - m_slots.front().position;
    if (hint < m_slots.size() && m_slots[hint].position == position) return &m_slots[hint];
    const auto at = slotAt(m_slots, position);
    return at == m_slots.end() ? nullptr : &*at;
}

std::size_t BatchBuilder::slotCountOfNextBatch() const
{
    std::size_t bytes = 0;
    broker::LogPosition segmentId = 0;
    const broker::Message* previous = nullptr;
    std::size_t count = 0;
    for (const Slot& slot : m_slots) {
        if (slot.message) {
            const std::size_t added =
                slot.message.get() == previous ? 0 : recordBytes(*slot.message);
            if (segmentId == 0) segmentId = slot.position;
            if (bytes > 0 && bytes + added > kRecordBytesMax) break;
            if (slot.position - segmentId >= kSlotCountMax) break;
            bytes += added;
            previous = slot.message.get();
        }
        count += 1;
    }
    return count;
}

StoreBatch BatchBuilder::take()
{
    WARREN_CHECK(!isEmpty());
    StoreBatch batch;
    const broker::LogPosition first =
        m_slots.empty() ? m_lastPosition + 1 : m_slots.front().position;
    std::vector<Slot> messages = takeSlots(batch);
    for (const Slot& slot : messages) {
        batch.pendingBytes += recordBytes(*slot.message);
    }
    m_pendingBytes -= batch.pendingBytes;

    dropRemovedQueues(messages, batch);
    // What has no position may become durable with what came before it, never sooner.
    const broker::LogPosition upTo = m_slots.empty() ? m_lastPosition : batch.lastPosition;
    takeRemovals(first, upTo, messages, batch);
    takeCounts(first, upTo, messages, batch);
    encode(std::move(messages), batch);
    return batch;
}

std::vector<BatchBuilder::Slot> BatchBuilder::takeSlots(StoreBatch& batch)
{
    std::vector<Slot> messages;
    std::map<std::pair<QueueId, std::uint8_t>, std::size_t> markOf;  // index in batch.marks
    for (std::size_t left = slotCountOfNextBatch(); left > 0; --left) {
        Slot& slot = m_slots.front();
        batch.lastPosition = slot.position;
        switch (slot.kind) {
        case Slot::Kind::Message:
            if (slot.message) messages.push_back(std::move(slot));
            break;
        case Slot::Kind::Mark: {
            const auto [at, isNew] =
                markOf.try_emplace({slot.queue, slot.priority}, batch.marks.size());
            if (isNew) {
                batch.marks.push_back({.queue = slot.queue, .priority = slot.priority, .upTo = 0});
            }
            batch.marks[at->second].upTo = slot.sequence;
            break;
        }
        case Slot::Kind::Nothing: break;
        case Slot::Kind::Change:
            batch.changes.push_back(std::move(m_changes.front()));
            m_changes.pop_front();
            break;
        }
        m_slots.pop_front();
    }
    return messages;
}

void BatchBuilder::dropRemovedQueues(std::vector<Slot>& messages, StoreBatch& batch)
{
    std::unordered_set<QueueId> removed;
    for (const broker::CatalogueChange& change : batch.changes) {
        if (const auto* one = std::get_if<broker::RemoveQueue>(&change)) removed.insert(one->id);
    }
    if (removed.empty()) return;
    m_elidedCount +=
        std::erase_if(messages, [&](const Slot& slot) { return removed.contains(slot.queue); });
    std::erase_if(batch.marks,
                  [&](const StoreBatch::Mark& mark) { return removed.contains(mark.queue); });
}

void BatchBuilder::takeRemovals(broker::LogPosition first, broker::LogPosition upTo,
                                std::vector<Slot>& messages, StoreBatch& batch)
{
    bool hasElided = false;
    for (; !m_removals.empty() && m_removals.front().after <= upTo; m_removals.pop_front()) {
        const StoreBatch::Removal& removal = m_removals.front().operation;
        if (removal.position < first) {
            batch.removals.push_back(removal);
            continue;
        }
        // It moved elsewhere, and this batch has its new places too: nobody needs the old one.
        const auto at = slotAt(messages, removal.position);
        if (at == messages.end()) continue;
        at->message.reset();
        hasElided = true;
    }
    if (!hasElided) return;
    m_elidedCount += std::erase_if(messages, [](const Slot& slot) { return !slot.message; });
}

void BatchBuilder::takeCounts(broker::LogPosition first, broker::LogPosition upTo,
                              const std::vector<Slot>& messages, StoreBatch& batch)
{
    for (; !m_counts.empty() && m_counts.front().after <= upTo; m_counts.pop_front()) {
        const StoreBatch::Count& count = m_counts.front().operation;
        const bool isElided =
            count.position >= first && slotAt(messages, count.position) == messages.end();
        if (!isElided) batch.counts.push_back(count);
    }
}

void BatchBuilder::encode(std::vector<Slot>&& messages, StoreBatch& batch)
{
    if (messages.empty()) return;
    batch.segmentId = messages.front().position;
    const std::size_t slotCount = messages.back().position - batch.segmentId + 1;
    const std::size_t indexBytes = slotCount * IndexEntry::kBytes;
    std::byte* const index = batch.index.extend(indexBytes);
    if (messages.size() < slotCount) std::memset(index, 0, indexBytes);

    std::size_t bytes = 0;
    const broker::Message* previous = nullptr;
    for (const Slot& slot : messages) {
        if (slot.message.get() != previous) bytes += recordBytes(*slot.message);
        previous = slot.message.get();
    }
    WARREN_CHECK(bytes <= UINT32_MAX);

    std::byte* const records = batch.records.extend(bytes);
    IndexEntry entry;
    std::size_t end = 0;
    previous = nullptr;
    for (const Slot& slot : messages) {
        if (slot.message.get() != previous) {
            entry.recordOffset = static_cast<std::uint32_t>(end);
            entry.recordBytes = static_cast<std::uint32_t>(recordBytes(*slot.message));
            storeRecord(records + end, *slot.message);
            end += entry.recordBytes;
            previous = slot.message.get();
        }
        entry.queue = slot.queue;
        entry.sequence = slot.sequence;
        entry.expiresAt = slot.expiresAt;
        storeIndexEntry(index + (slot.position - batch.segmentId) * IndexEntry::kBytes, entry);
    }
}

}  // namespace warren::storage
