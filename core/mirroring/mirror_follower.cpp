#include "core/mirroring/mirror_follower.h"

#include <set>
#include <utility>
#include <variant>

namespace warren::mirroring {

bool MirrorFollower::isFollowed(NodeId from, QueueId queue, Epoch epoch) const
{
    const auto at = m_followed.find(queue);
    return at != m_followed.end() && at->second.master == from && at->second.epoch == epoch &&
           m_environment.isMaster(from, queue, epoch);
}

void MirrorFollower::take(NodeId from, const MirrorOpen& open)
{
    if (m_environment.isAhead(open.queue, open.epoch)) {
        m_early[open.queue] = {from, open};
        return;
    }
    const broker::Queue* queue = m_environment.broker.findQueue(open.queue);
    if (queue == nullptr || !m_environment.isMaster(from, open.queue, open.epoch)) {
        m_environment.sendRefused(from, {open.queue, open.epoch});
        return;
    }
    m_followed[open.queue] = {from, open.epoch};
    m_environment.sendState(from, {open.queue, open.epoch, queue->lastSequence(),
                                   m_environment.broker.mirrorCopies().rangesUpTo(
                                       *queue, queue->lastSequence(), MirrorState::kRangesMax)});
}

void MirrorFollower::take(NodeId from, const MirrorRanges& ranges)
{
    broker::Queue* queue = m_environment.broker.findQueue(ranges.queue);
    if (queue == nullptr || !isFollowed(from, ranges.queue, ranges.epoch)) return;
    m_environment.broker.mirrorCopies().keepOnly(*queue, ranges.ranges, ranges.upTo);
    if (ranges.missingUpTo > 0) {
        queue->beginFilling(ranges.missingAfter, ranges.missingUpTo);
    } else {
        queue->endFilling();
    }
}

void MirrorFollower::take(NodeId from, const MirrorOperations& frame)
{
    std::set<std::pair<QueueId, Epoch>> refused;
    for (const MirrorOperation& operation : frame.operations) {
        broker::Queue* queue = m_environment.broker.findQueue(operation.queue);
        if (queue != nullptr && isFollowed(from, operation.queue, operation.epoch)) {
            apply(*queue, operation);
        } else {
            refused.emplace(operation.queue, operation.epoch);
        }
    }
    for (const auto& [queue, epoch] : refused)
        m_environment.sendRefused(from, {queue, epoch});
    m_pending.push_back({from, frame.frame, m_environment.broker.lastPosition()});
    committed(m_committed);
}

void MirrorFollower::apply(broker::Queue& queue, const MirrorOperation& operation)
{
    broker::MirrorCopies& copies = m_environment.broker.mirrorCopies();
    if (const auto* enqueue = std::get_if<MirrorEnqueue>(&operation.body)) {
        copies.enqueue(queue,
                       {.queue = queue.id(),
                        .sequence = enqueue->sequence,
                        .message = enqueue->message,
                        .expiresAt = enqueue->expiresAt},
                       enqueue->deliveryCount);
    } else if (const auto* remove = std::get_if<MirrorRemove>(&operation.body)) {
        copies.remove(queue, remove->sequence);
    } else if (const auto* mark = std::get_if<MirrorMark>(&operation.body)) {
        copies.mark(queue, mark->upTo, mark->priority);
    } else if (const auto* count = std::get_if<MirrorCount>(&operation.body)) {
        copies.count(queue, count->sequence, count->deliveryCount);
    } else if (std::holds_alternative<MirrorComplete>(operation.body)) {
        queue.endFilling();
    }
}

void MirrorFollower::committed(LogPosition upTo)
{
    m_committed = std::max(m_committed, upTo);
    // One answer per node says it of all that came before.
    std::map<NodeId, std::uint64_t> acks;
    for (; !m_pending.empty() && m_pending.front().position <= m_committed; m_pending.pop_front())
        acks[m_pending.front().to] = m_pending.front().frame;
    for (const auto& [to, frame] : acks)
        m_environment.sendAck(to, {frame});
}

void MirrorFollower::learned(QueueId queue)
{
    const auto at = m_early.find(queue);
    if (at == m_early.end()) return;
    const Early early = at->second;
    m_early.erase(at);
    take(early.from, early.open);
}

void MirrorFollower::remove(QueueId queue)
{
    m_followed.erase(queue);
    m_early.erase(queue);
}

void MirrorFollower::forget(NodeId from)
{
    std::erase_if(m_early, [&](const auto& one) { return one.second.from == from; });
    std::erase_if(m_followed, [&](const auto& one) { return one.second.master == from; });
    std::erase_if(m_pending, [&](const Pending& pending) { return pending.to == from; });
}

}  // namespace warren::mirroring
