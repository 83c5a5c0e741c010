#include "core/broker/mirror_copies.h"

#include "core/broker/connection.h"

#include <algorithm>

namespace warren::broker {

namespace {

/// Calls `visit(entry)` for what the queue has beside its ready messages: what consumers hold, and
/// what has died and is not safe elsewhere yet. Should this node be lost now, that must still be
/// there.
template <typename Visit>
void forEachHeld(const State& state, QueueId queue, Visit visit)
{
    for (const auto& [id, connection] : state.connections) {
        connection->forEachChannel([&](Channel& channel) {
            channel.unacked.forEachLive([&](const UnackedMessage& message) {
                if (message.queue == queue) visit(message.entry);
            });
        });
    }
    const Ring<DeadLetter>& letters = state.deadLetters;
    for (std::size_t i = 0; i < letters.size(); ++i) {
        const DeadLetter& letter = letters[i];
        const bool wasInQueue = letter.entry.sequence != 0 && !letter.isLost;
        if (letter.queue == queue && wasInQueue) visit(letter.entry);
    }
    for (const DelayedRemoval& removal : state.delayedRemovals) {
        if (removal.queue == queue) visit(removal.entry);
    }
}

}  // namespace

void MirrorCopies::enqueue(Queue& queue, const Enqueue& operation, std::uint32_t deliveryCount)
{
    const bool isMissing = queue.isMissing(operation.sequence);
    if (!isMissing && operation.sequence <= queue.lastSequence()) return;
    const LogPosition position = m_state.nextPosition();
    const std::uint8_t priority = queue.priorityOf(*operation.message);
    m_state.log(
        Enqueue{queue.id(), operation.sequence, position, operation.message, operation.expiresAt});
    if (deliveryCount > 0)
        m_state.log(CountDeliveries{queue.id(), position, deliveryCount, operation.sequence});
    QueueEntry entry{.message = operation.message,
                     .sequence = operation.sequence,
                     .position = position,
                     .expiresAt = operation.expiresAt};
    entry.deliveryCount =
        std::min(deliveryCount, QueueEntry::kDeliveryCountMax) & QueueEntry::kDeliveryCountMax;
    if (isMissing) {
        queue.fillIn(std::move(entry));
    } else {
        queue.enqueue(std::move(entry));
    }
    m_paging.noteEnqueued(queue, priority);
    m_paging.noteGrown(queue);
}

void MirrorCopies::remove(Queue& queue, Sequence sequence)
{
    const auto entry = queue.removeAt(sequence);
    if (!entry || entry->position == 0) return;
    m_state.log(Remove{queue.id(), sequence, entry->position, RemovalReason::Acked});
}

void MirrorCopies::mark(Queue& queue, Sequence upTo, std::uint8_t priority)
{
    if (priority > queue.settings().priorityMax) return;
    RedeliveryMark& mark = queue.lane(priority).mark;
    if (upTo <= mark.upTo()) return;
    const LogPosition position = m_state.nextPosition();
    mark.extend(upTo, position, m_state.committed());
    m_state.log(MarkDelivered{queue.id(), upTo, position, priority});
}

void MirrorCopies::count(Queue& queue, Sequence sequence, std::uint32_t deliveryCount)
{
    const auto position = queue.countAt(sequence, deliveryCount);
    if (position) m_state.log(CountDeliveries{queue.id(), *position, deliveryCount, sequence});
}

void MirrorCopies::keepOnly(Queue& queue, const std::vector<SequenceRange>& ranges, Sequence upTo)
{
    std::vector<Sequence> doomed;
    auto range = ranges.begin();
    std::vector<Sequence> all;
    queue.forEachReadyOrWaiting([&](const QueueEntry& entry) {
        all.push_back(entry.sequence);
        return true;
    });
    std::ranges::sort(all);
    for (const Sequence sequence : all) {
        while (range != ranges.end() && range->last < sequence)
            ++range;
        const bool isIn = range != ranges.end() && range->first <= sequence && sequence <= upTo;
        if (!isIn) doomed.push_back(sequence);
    }
    for (const Sequence sequence : doomed)
        remove(queue, sequence);
}

std::vector<QueueEntry> MirrorCopies::messagesAfter(const Queue& queue, Sequence after,
                                                    std::size_t countMax) const
{
    std::vector<QueueEntry> found;
    const auto isEarlier = [](const QueueEntry& a, const QueueEntry& b) {
        return a.sequence < b.sequence;
    };
    queue.forEachLane([&](std::uint8_t, const QueueLane& lane) {
        lane.forEachAfter(after, countMax,
                          [&](const QueueEntry& entry) { found.push_back(entry); });
    });
    forEachHeld(m_state, queue.id(), [&](const QueueEntry& entry) {
        if (entry.sequence > after) found.push_back(entry);
    });
    std::ranges::sort(found, isEarlier);
    if (found.size() > countMax) found.resize(countMax);
    return found;
}

std::vector<SequenceRange> MirrorCopies::rangesUpTo(const Queue& queue, Sequence upTo,
                                                    std::size_t rangesMax) const
{
    std::vector<Sequence> all;
    const auto note = [&](const QueueEntry& entry) {
        if (entry.sequence <= upTo) all.push_back(entry.sequence);
        return true;
    };
    queue.forEachReadyOrWaiting(note);
    forEachHeld(m_state, queue.id(), note);
    // Mostly they are.
    if (!std::ranges::is_sorted(all)) std::ranges::sort(all);
    std::vector<SequenceRange> ranges;
    for (const Sequence sequence : all) {
        if (!ranges.empty() && ranges.back().last + 1 == sequence) {
            ranges.back().last = sequence;
        } else if (ranges.size() == rangesMax) {
            break;
        } else {
            ranges.push_back({sequence, sequence});
        }
    }
    return ranges;
}

}  // namespace warren::broker
