#include "core/mirroring/mirror_leader.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <limits>
#include <variant>

namespace warren::mirroring {

namespace {

using Ranges = std::vector<broker::SequenceRange>;

constexpr std::size_t kBatchCountMax = 1024;  // of messages that are copied at once
constexpr std::size_t kPacedBatchCountMax = 128;

/// What is in both, which are ordered.
Ranges commonOf(const Ranges& some, const Ranges& others)
{
    Ranges common;
    auto a = some.begin();
    auto b = others.begin();
    while (a != some.end() && b != others.end()) {
        const broker::SequenceRange both{std::max(a->first, b->first), std::min(a->last, b->last)};
        if (both.first <= both.last) common.push_back(both);
        if (a->last < b->last) {
            ++a;
        } else {
            ++b;
        }
    }
    return common;
}

std::size_t countOf(const Ranges& ranges)
{
    std::size_t count = 0;
    for (const broker::SequenceRange& range : ranges)
        count += range.last - range.first + 1;
    return count;
}

}  // namespace

// -------------------------------------------------------------------------------- who follows whom

void MirrorLeader::lead(QueueId queue, Epoch epoch, const std::vector<MirrorTarget>& mirrors,
                        std::size_t batchCountMax)
{
    Led& led = m_led[queue];
    if (led.epoch != epoch) {
        if (isWaiting(queue, led)) m_environment.deposed(queue);
        for (auto& [node, leg] : led.legs)
            drop(queue, node, leg);
        led.legs.clear();
        led.epoch = epoch;
    }
    led.batchCountMax = std::max<std::size_t>(batchCountMax, 1);
    for (auto at = led.legs.begin(); at != led.legs.end();) {
        const bool isThere = std::ranges::any_of(
            mirrors, [&](const MirrorTarget& target) { return target.node == at->first; });
        if (!isThere) drop(queue, at->first, at->second);
        at = isThere ? std::next(at) : led.legs.erase(at);
    }
    for (const MirrorTarget& target : mirrors) {
        Leg& leg = led.legs[target.node];
        const bool hasLeft = leg.isInSync && !target.isInSync && !leg.isPledged;
        leg.isInSync = target.isInSync;
        leg.isWanted = target.isWanted;
        if (hasLeft && leg.phase != Phase::Live) drop(queue, target.node, leg);
        if (leg.phase == Phase::Idle) open(queue, led, target.node, leg);
    }
}

void MirrorLeader::forget(QueueId queue)
{
    const auto at = m_led.find(queue);
    if (at == m_led.end()) return;
    // Nothing will come any more of what waits: that must not look as if it had.
    if (isWaiting(queue, at->second)) m_environment.deposed(queue);
    remove(queue);
}

void MirrorLeader::remove(QueueId queue)
{
    const auto at = m_led.find(queue);
    if (at == m_led.end()) return;
    for (auto& [node, leg] : at->second.legs)
        drop(queue, node, leg);
    m_led.erase(at);
}

bool MirrorLeader::isWaiting(QueueId queue, const Led& led) const
{
    return std::ranges::any_of(led.legs, [&](const auto& one) {
        if (!one.second.unsent.empty()) return true;
        const auto node = m_nodes.find(one.first);
        return node != m_nodes.end() &&
               std::ranges::any_of(node->second.outstanding, [&](const Outstanding& outstanding) {
                   return outstanding.queue == queue;
               });
    });
}

void MirrorLeader::nodeUp(NodeId id)
{
    Node& node = m_nodes[id];
    if (node.isUp) return;
    node.isUp = true;
    node.lastFrame = 0;
    node.ackedFrame = 0;
    for (auto& [queue, led] : m_led) {
        const auto leg = led.legs.find(id);
        if (leg != led.legs.end()) open(queue, led, id, leg->second);
    }
}

void MirrorLeader::nodeDown(NodeId id)
{
    Node& node = m_nodes[id];
    if (!node.isUp) return;
    node.isUp = false;
    (void)node.writer.take(0);
    node.bytesInFlight.clear();
    node.bytes = 0;
    for (auto& [queue, led] : m_led) {
        const auto leg = led.legs.find(id);
        if (leg != led.legs.end()) close(queue, id, leg->second);
    }
}

void MirrorLeader::open(QueueId queue, Led& led, NodeId id, Leg& leg)
{
    if (!m_nodes[id].isUp) return;
    leg.phase = Phase::Opening;
    leg.copiedCount = 0;
    leg.copyCredit = 0;
    m_environment.sendOpen(id, {queue, led.epoch});
}

/// What waits for it goes on doing so if nothing may be confirmed without it.
void MirrorLeader::close(QueueId queue, NodeId id, Leg& leg)
{
    leg.phase = Phase::Idle;
    leg.had.clear();
    leg.loading.clear();
    m_readers.erase(leg.reader);
    leg.reader = 0;
    Node& node = m_nodes[id];
    std::vector<LogPosition> open;
    std::erase_if(node.outstanding, [&](const Outstanding& one) {
        if (one.queue != queue) return false;
        open.push_back(one.position);
        return true;
    });
    leg.unsent.insert(leg.unsent.begin(), open.begin(), open.end());
    if (leg.isNeeded()) return;
    for (const LogPosition position : leg.unsent)
        m_frontier.satisfy(position);
    leg.unsent.clear();
}

void MirrorLeader::drop(QueueId queue, NodeId id, Leg& leg)
{
    leg.isInSync = false;
    leg.isPledged = false;
    close(queue, id, leg);
}

// -------------------------------------------------------------------------------------- operations

void MirrorLeader::wait(NodeId id, Leg& leg, QueueId queue, LogPosition position, bool wasSent)
{
    if (position == 0 || (!leg.isNeeded() && !wasSent)) return;
    m_frontier.expect(position);
    if (wasSent) {
        Node& node = m_nodes[id];
        node.outstanding.push_back({node.lastFrame + 1, position, queue});
    } else {
        leg.unsent.push_back(position);
    }
}

template <typename Operation>
void MirrorLeader::stream(const Led& led, QueueId queue, NodeId id, const Operation& operation)
{
    Node& node = m_nodes[id];
    node.writer.add(queue, led.epoch, operation);
    if (node.writer.bytes() >= kFrameBytes) sendFrame(id, node);
}

void MirrorLeader::note(const std::vector<broker::StoredOperation>& operations)
{
    if (m_led.empty()) return;
    for (const broker::StoredOperation& operation : operations)
        std::visit([this](const auto& one) { noteOne(one); }, operation);
}

void MirrorLeader::noteOne(const broker::Enqueue& operation)
{
    const auto at = m_led.find(operation.queue);
    if (at == m_led.end()) return;
    m_pace.notePublished();
    for (auto& [node, leg] : at->second.legs) {
        // Else it is copied later.
        const bool isNew = leg.phase == Phase::Live ||
                           (leg.phase == Phase::Copying && operation.sequence > leg.missingUpTo);
        wait(node, leg, operation.queue, operation.position, isNew);
        if (!isNew) continue;
        stream(at->second, operation.queue, node,
               MirrorEnqueue{.sequence = operation.sequence,
                             .expiresAt = operation.expiresAt,
                             .message = operation.message});
    }
}

void MirrorLeader::noteOne(const broker::Remove& operation)
{
    const auto at = m_led.find(operation.queue);
    if (at == m_led.end()) return;
    for (auto& [node, leg] : at->second.legs) {
        leg.loading.erase(operation.sequence);
        if (!leg.isFollowing()) continue;
        stream(at->second, operation.queue, node, MirrorRemove{operation.sequence});
    }
}

void MirrorLeader::noteOne(const broker::CountDeliveries& operation)
{
    const auto at = m_led.find(operation.queue);
    if (at == m_led.end()) return;
    for (auto& [node, leg] : at->second.legs) {
        if (!leg.isFollowing()) continue;
        stream(at->second, operation.queue, node, MirrorCount{operation.sequence, operation.count});
    }
}

void MirrorLeader::noteOne(const broker::MarkDelivered& operation)
{
    const auto at = m_led.find(operation.queue);
    if (at == m_led.end()) return;
    for (auto& [node, leg] : at->second.legs) {
        wait(node, leg, operation.queue, operation.position, leg.isFollowing());
        if (!leg.isFollowing()) continue;
        stream(at->second, operation.queue, node, MirrorMark{operation.upTo, operation.priority});
    }
}

void MirrorLeader::sendFrame(NodeId id, Node& node)
{
    node.lastFrame += 1;
    std::string frame = node.writer.take(node.lastFrame);
    node.bytesInFlight.emplace_back(node.lastFrame, frame.size());
    node.bytes += frame.size();
    // Without a link it is lost, and nodeDown follows.
    (void)m_environment.sendOperations(id, std::move(frame));
}

void MirrorLeader::flush()
{
    for (auto& [queue, led] : m_led) {
        for (auto& [node, leg] : led.legs) {
            if (mayCopy(leg, m_nodes[node])) copy(queue, led, node, leg);
        }
    }
    for (auto& [id, node] : m_nodes) {
        if (!node.writer.isEmpty()) sendFrame(id, node);
    }
}

bool MirrorLeader::hasWork() const
{
    for (const auto& [queue, led] : m_led) {
        for (const auto& [id, leg] : led.legs) {
            const auto node = m_nodes.find(id);
            if (node != m_nodes.end() && mayCopy(leg, node->second)) return true;
        }
    }
    return false;
}

// ----------------------------------------------------------------------------------------- copying

bool MirrorLeader::mayCopy(const Leg& leg, const Node& node) const
{
    const std::size_t bytesMax = m_pace.hasPublishers() ? kPacedBytesInFlight : kCopyBytesInFlight;
    const bool hasRoom = node.bytes + node.writer.bytes() < bytesMax;
    const bool hasCredit = m_copyRate == 0 || leg.copyCredit > 0;
    return leg.phase == Phase::Copying && leg.isToHaveAll() && leg.reader == 0 && hasRoom &&
           hasCredit && m_pace.mayCopy();
}

std::vector<broker::QueueEntry> MirrorLeader::nextMissing(const broker::Queue& queue, Leg& leg,
                                                          std::size_t countMax) const
{
    std::vector<broker::QueueEntry> missing;
    while (missing.empty()) {
        auto batch = m_environment.broker.mirrorCopies().messagesAfter(queue, leg.cursor, countMax);
        if (batch.empty() || batch.front().sequence > leg.missingUpTo) break;
        for (broker::QueueEntry& entry : batch) {
            if (entry.sequence > leg.missingUpTo) break;
            const auto range =
                std::ranges::lower_bound(leg.had, entry.sequence, {}, &broker::SequenceRange::last);
            const bool isThere = range != leg.had.end() && range->first <= entry.sequence;
            if (!isThere) {
                missing.push_back(std::move(entry));
            } else if (missing.empty()) {
                leg.cursor = std::max(leg.cursor, range->last);
            }
        }
    }
    return missing;
}

void MirrorLeader::passTime(Duration elapsed)
{
    const auto rate = static_cast<std::int64_t>(
        std::min<std::uint64_t>(m_copyRate, std::numeric_limits<std::int32_t>::max()));
    const auto earned =
        rate * std::chrono::duration_cast<std::chrono::milliseconds>(elapsed).count() / 1000;
    bool isCopying = false;
    for (auto& [queue, led] : m_led) {
        for (auto& [node, leg] : led.legs) {
            if (leg.phase != Phase::Copying) continue;
            leg.copyCredit = std::min(leg.copyCredit + earned, rate);
            isCopying |= leg.isToHaveAll();
        }
    }
    m_pace.passTime(elapsed, isCopying);
}

void MirrorLeader::noteCopied(Leg& leg, const broker::QueueEntry& entry)
{
    constexpr std::size_t kHeadBytes = 128;  // about, beside the body
    leg.copyCredit -= entry.bodyBytes;
    m_pace.noteCopied(entry.bodyBytes + kHeadBytes);
}

void MirrorLeader::copy(QueueId id, Led& led, NodeId nodeId, Leg& leg)
{
    const broker::Queue* queue = m_environment.broker.findQueue(id);
    if (queue == nullptr) return;
    const std::size_t countMax = m_pace.hasPublishers() ? kPacedBatchCountMax : kBatchCountMax;
    const auto batch = nextMissing(*queue, leg, std::min(led.batchCountMax, countMax));
    if (batch.empty()) return goLive(*queue, led, nodeId, leg);
    for (const broker::QueueEntry& entry : batch)
        noteCopied(leg, entry);

    std::vector<broker::BodyRequest> requests;
    for (const broker::QueueEntry& entry : batch) {
        if (entry.isInMemory()) continue;
        if (entry.position == 0) continue;
        broker::BodyRequest request = entry.request(id);
        requests.push_back(request);
    }
    if (!requests.empty()) {
        m_lastReader = (m_lastReader + 1) & ~kReaderBit;
        leg.reader = m_lastReader | kReaderBit;
        m_readers[leg.reader] = {id, nodeId};
        for (broker::BodyRequest& request : requests)
            request.reader = leg.reader;
        for (const broker::QueueEntry& entry : batch) {
            leg.loading[entry.sequence] = {entry.sequence, entry.expiresAt, entry.deliveryCount,
                                           entry.message};
        }
        m_environment.load(std::move(requests));
        return;
    }
    for (const broker::QueueEntry& entry : batch) {
        stream(led, id, nodeId,
               MirrorEnqueue{entry.sequence, entry.expiresAt, entry.deliveryCount, entry.message});
        leg.cursor = entry.sequence;
        leg.copiedCount += 1;
    }
}

void MirrorLeader::provide(std::vector<broker::LoadedBody>&& bodies)
{
    std::vector<std::uint32_t> readers;
    for (broker::LoadedBody& body : bodies) {
        const auto reader = m_readers.find(body.request.reader);
        if (reader == m_readers.end()) continue;
        Leg& leg = m_led.at(reader->second.first).legs.at(reader->second.second);
        const auto waiting = leg.loading.find(body.request.sequence);
        if (waiting == leg.loading.end()) continue;  // it has left the queue meanwhile
        if (body.message) {
            waiting->second.message = std::move(body.message);
        } else {
            leg.loading.erase(waiting);
        }
        if (std::ranges::find(readers, reader->first) == readers.end()) {
            readers.push_back(reader->first);
        }
    }
    // The store answers a request as a whole.
    for (auto reader = m_readers.begin(); reader != m_readers.end();) {
        const auto [queue, nodeId] = reader->second;
        Led& led = m_led.at(queue);
        Leg& leg = led.legs.at(nodeId);
        const bool isComplete = std::ranges::all_of(
            leg.loading, [](const auto& one) { return static_cast<bool>(one.second.message); });
        if (!isComplete) {
            ++reader;
            continue;
        }
        for (const auto& [sequence, enqueue] : leg.loading) {
            stream(led, queue, nodeId, enqueue);
            leg.cursor = sequence;
            leg.copiedCount += 1;
        }
        leg.loading.clear();
        leg.reader = 0;
        reader = m_readers.erase(reader);
    }
}

void MirrorLeader::goLive(const broker::Queue& queue, Led& led, NodeId nodeId, Leg& leg)
{
    queue.forEachLane([&](std::uint8_t priority, const broker::QueueLane& lane) {
        if (lane.mark.upTo() == 0) return;
        stream(led, queue.id(), nodeId, MirrorMark{lane.mark.upTo(), priority});
    });
    stream(led, queue.id(), nodeId, MirrorComplete{});
    leg.phase = Phase::Live;
    leg.had.clear();
    Node& node = m_nodes[nodeId];
    // An empty frame does too: it asks for the answer.
    leg.liveFrame = node.lastFrame + 1;
    for (const LogPosition position : std::exchange(leg.unsent, {}))
        node.outstanding.push_back({leg.liveFrame, position, queue.id()});
    sendFrame(nodeId, node);
}

// ----------------------------------------------------------------------------------------- answers

void MirrorLeader::take(NodeId from, const MirrorState& state)
{
    const auto led = m_led.find(state.queue);
    if (led == m_led.end() || led->second.epoch != state.epoch) return;
    const auto at = led->second.legs.find(from);
    if (at == led->second.legs.end() || at->second.phase != Phase::Opening) return;
    Leg& leg = at->second;
    broker::Queue* queue = m_environment.broker.findQueue(state.queue);
    if (queue == nullptr) return;
    queue->skipSequences(state.lastSequence);
    MirrorRanges ranges;
    ranges.queue = state.queue;
    ranges.epoch = state.epoch;
    ranges.upTo = state.lastSequence;
    if (state.ranges.size() >= MirrorState::kRangesMax) ranges.upTo = state.ranges.back().last;
    ranges.ranges = m_environment.broker.mirrorCopies().rangesUpTo(*queue, ranges.upTo,
                                                                   MirrorState::kRangesMax);
    if (ranges.ranges.size() >= MirrorState::kRangesMax) ranges.upTo = ranges.ranges.back().last;
    leg.had = commonOf(state.ranges, ranges.ranges);
    leg.missingCount = queue->messageCount() - std::min(queue->messageCount(), countOf(leg.had));
    leg.cursor = 0;
    leg.missingUpTo = queue->lastSequence();
    const auto missing = nextMissing(*queue, leg, kBatchCountMax);
    leg.cursor = missing.empty() ? leg.missingUpTo : missing.front().sequence - 1;
    ranges.missingAfter = leg.cursor;
    ranges.missingUpTo = missing.empty() ? 0 : leg.missingUpTo;
    if (!m_environment.sendRanges(from, ranges)) return;
    leg.phase = Phase::Copying;
}

void MirrorLeader::take(NodeId from, const MirrorAck& ack)
{
    const auto at = m_nodes.find(from);
    if (at == m_nodes.end() || !at->second.isUp || ack.frame > at->second.lastFrame) return;
    Node& node = at->second;
    node.ackedFrame = std::max(node.ackedFrame, ack.frame);
    for (; !node.bytesInFlight.empty() && node.bytesInFlight.front().first <= ack.frame;
         node.bytesInFlight.pop_front()) {
        node.bytes -= node.bytesInFlight.front().second;
    }
    for (; !node.outstanding.empty() && node.outstanding.front().frame <= ack.frame;
         node.outstanding.pop_front()) {
        m_frontier.satisfy(node.outstanding.front().position);
    }
    for (auto& [queue, led] : m_led) {
        const auto leg = led.legs.find(from);
        if (leg == led.legs.end() || leg->second.phase != Phase::Live || leg->second.isNeeded() ||
            leg->second.liveFrame > node.ackedFrame) {
            continue;
        }
        leg->second.isPledged = true;
        m_environment.caughtUp(queue, led.epoch, from);
    }
}

void MirrorLeader::take(NodeId from, const MirrorRefused& refused)
{
    const auto led = m_led.find(refused.queue);
    if (led == m_led.end() || led->second.epoch != refused.epoch) return;
    const auto leg = led->second.legs.find(from);
    if (leg == led->second.legs.end()) return;
    const bool wasTrusted = leg->second.phase == Phase::Live || leg->second.phase == Phase::Copying;
    close(refused.queue, from, leg->second);
    if (wasTrusted) m_environment.deposed(refused.queue);
}

void MirrorLeader::retry()
{
    for (auto& [queue, led] : m_led) {
        for (auto& [node, leg] : led.legs) {
            if (leg.phase == Phase::Idle || leg.phase == Phase::Opening) {
                open(queue, led, node, leg);
            } else if (leg.phase == Phase::Copying && !leg.isToHaveAll() && leg.reader == 0) {
                const broker::Queue* found = m_environment.broker.findQueue(queue);
                const bool hasAll = found != nullptr && nextMissing(*found, leg, 1).empty();
                if (hasAll) goLive(*found, led, node, leg);
            } else if (leg.phase == Phase::Live && !leg.isNeeded() &&
                       leg.liveFrame <= m_nodes[node].ackedFrame) {
                leg.isPledged = true;
                m_environment.caughtUp(queue, led.epoch, node);
            }
        }
    }
}

void MirrorLeader::settled(QueueId queue, NodeId node)
{
    const auto led = m_led.find(queue);
    if (led == m_led.end()) return;
    const auto leg = led->second.legs.find(node);
    if (leg == led->second.legs.end()) return;
    leg->second.isPledged = false;
    const bool isIdle = leg->second.phase == Phase::Idle;
    if (!leg->second.isInSync && isIdle) close(queue, node, leg->second);
}

MirrorProgress MirrorLeader::progress(QueueId queue, NodeId node) const
{
    const auto led = m_led.find(queue);
    if (led == m_led.end()) return {};
    const auto leg = led->second.legs.find(node);
    if (leg == led->second.legs.end()) return {};
    MirrorProgress progress{.phase = leg->second.phase, .copiedCount = leg->second.copiedCount};
    const broker::Queue* found = m_environment.broker.findQueue(queue);
    if (found == nullptr || progress.phase == Phase::Live) return progress;
    if (progress.phase == Phase::Copying && !leg->second.isToHaveAll()) {
        progress.phase = Phase::Behind;
    }
    // Consumers have taken some of it meanwhile.
    const std::size_t missing = leg->second.isFollowing()
                                    ? std::min(leg->second.missingCount, found->messageCount())
                                    : found->messageCount();
    progress.leftCount = missing - std::min(missing, progress.copiedCount);
    return progress;
}

}  // namespace warren::mirroring
