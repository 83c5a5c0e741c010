#include "core/broker/queue.h"

#include "core/base/check.h"

#include <utility>

namespace warren::broker {

Queue::~Queue()
{
    m_memory.inMemoryBytes -= m_inMemoryBytes;
    m_memory.pagedOutBytes -= m_pagedOutBytes;
    m_memory.pagedOutCount -= m_pagedOutCount;
}

std::size_t Queue::memoryBytes() const
{
    constexpr std::size_t kSetNodeBytes = sizeof(ExpiryKey) + 48;
    std::size_t indexBytes = m_lane.indexBytes() + m_moreLanes.size() * sizeof(QueueLane) +
                             m_expiries.size() * kSetNodeBytes;
    for (const QueueLane& more : m_moreLanes)
        indexBytes += more.indexBytes();
    if (m_waiting) indexBytes += m_waiting->indexBytes();
    return sizeof *this + m_inMemoryBytes + indexBytes + m_unackedCount * sizeof(QueueEntry);
}

void Queue::enqueue(QueueEntry&& entry)
{
    WARREN_CHECK(entry.sequence > m_lastSequence);
    m_lastSequence = entry.sequence;
    bookNew(entry);
    if (m_waiting) {
        m_waiting->add(std::move(entry), false);
    } else {
        addToLane(std::move(entry));
    }
}

void Queue::addToLane(QueueEntry&& entry)
{
    noteReady(entry);
    QueueLane& to = lane(static_cast<std::uint8_t>(entry.priority));
    const bool mayGrowHead = to.headBytes() < m_memory.headBytes || m_memory.mayKeepMore();
    to.add(std::move(entry), mayGrowHead);
}

const QueueEntry& Queue::first() const
{
    WARREN_CHECK(m_readyCount > 0);
    return lane(m_topPriority).first();
}

QueueEntry Queue::takeFirst()
{
    WARREN_CHECK(m_readyCount > 0);
    QueueEntry entry = lane(m_topPriority).takeFirst();
    noteTaken(entry);
    return entry;
}

void Queue::noteReady(const QueueEntry& entry)
{
    const auto priority = static_cast<std::uint8_t>(entry.priority);
    if (m_readyCount == 0 || priority > m_topPriority) m_topPriority = priority;
    m_readyCount += 1;
    m_readyBytes += entry.bodyBytes;
    if (m_settings.hasExactTtl && entry.canExpire()) {
        m_expiries.insert({entry.expiresAt, priority, entry.sequence});
    }
}

void Queue::noteTaken(const QueueEntry& entry)
{
    m_readyCount -= 1;
    m_readyBytes -= entry.bodyBytes;
    while (m_topPriority > 0 && lane(m_topPriority).isEmpty()) {
        m_topPriority -= 1;
    }
    if (m_settings.hasExactTtl && entry.canExpire()) {
        m_expiries.erase(
            {entry.expiresAt, static_cast<std::uint8_t>(entry.priority), entry.sequence});
    }
}

QueueEntry Queue::deliver()
{
    m_unackedCount += 1;
    QueueEntry entry = takeFirst();
    m_unackedInMemoryBytes += entry.memoryBytes();
    return entry;
}

void Queue::requeue(QueueEntry&& entry)
{
    WARREN_CHECK(m_unackedCount > 0);
    m_unackedCount -= 1;
    m_unackedInMemoryBytes -= entry.memoryBytes();
    entry.isRedelivered = true;
    noteReady(entry);
    lane(static_cast<std::uint8_t>(entry.priority)).putBack(std::move(entry));
}

void Queue::removeDelivered(const QueueEntry& entry)
{
    WARREN_CHECK(m_unackedCount > 0);
    m_unackedCount -= 1;
    m_unackedInMemoryBytes -= entry.memoryBytes();
    forget(entry);
}

QueueEntry Queue::removeFirst()
{
    QueueEntry entry = takeFirst();
    forget(entry);
    return entry;
}

std::optional<WallTime> Queue::nextExpiry() const
{
    if (m_settings.hasExactTtl) {
        if (m_expiries.empty()) return std::nullopt;
        return m_expiries.begin()->at;
    }
    if (m_readyCount == 0 || !first().canExpire()) return std::nullopt;
    return first().expiresAt;
}

QueueEntry Queue::removeExpired()
{
    if (!m_settings.hasExactTtl) return removeFirst();
    WARREN_CHECK(!m_expiries.empty());
    const ExpiryKey key = *m_expiries.begin();
    auto taken = lane(key.priority).take(key.sequence);
    WARREN_CHECK(taken.has_value());
    noteTaken(*taken);
    forget(*taken);
    return std::move(*taken);
}

std::optional<QueueEntry> Queue::removeAt(Sequence sequence)
{
    std::optional<QueueEntry> taken;
    forEachLane([&](std::uint8_t, QueueLane& one) {
        if (!taken) taken = one.take(sequence);
    });
    if (taken) {
        noteTaken(*taken);
    } else if (m_waiting) {
        taken = m_waiting->take(sequence);
    }
    if (taken) forget(*taken);
    return taken;
}

std::optional<LogPosition> Queue::countAt(Sequence sequence, std::uint32_t deliveryCount)
{
    std::optional<LogPosition> position;
    const auto countIn = [&](QueueLane& one) {
        QueueEntry* entry = one.find(sequence);
        if (entry == nullptr) return;
        entry->deliveryCount =
            std::min(deliveryCount, QueueEntry::kDeliveryCountMax) & QueueEntry::kDeliveryCountMax;
        if (entry->position != 0) position = entry->position;
    };
    forEachLane([&](std::uint8_t, QueueLane& one) { countIn(one); });
    if (m_waiting) countIn(*m_waiting);
    return position;
}

void Queue::forget(const QueueEntry& entry)
{
    m_bodyBytes -= entry.bodyBytes;
    m_persistentCount -= entry.isPersistent();
    m_spilledCount -= entry.isSpilled;
    bookOut(entry);
}

// ----------------------------------------------------------------------- what is missing in a
// mirror

void Queue::beginFilling(Sequence after, Sequence upTo)
{
    // Of those that wait, some may lie before what is missing now.
    while (m_waiting && !m_waiting->isEmpty() && m_waiting->first().sequence <= after)
        addToLane(m_waiting->takeFirst());
    std::vector<QueueEntry> behind;
    forEachLane([&](std::uint8_t, QueueLane& one) { one.takeBehind(after, behind); });
    for (const QueueEntry& entry : behind)
        noteTaken(entry);
    if (m_waiting) m_waiting->takeBehind(after, behind);
    std::ranges::sort(behind, {}, &QueueEntry::sequence);
    m_waiting = std::make_unique<QueueLane>();
    for (QueueEntry& entry : behind) {
        // Whether it was delivered before, the mark says once it matters.
        entry.isRedelivered = false;
        m_waiting->add(std::move(entry), false);
    }
    m_missingUpTo = upTo;
    m_filledUpTo = after;
    skipSequences(upTo);
}

bool Queue::isMissing(Sequence sequence) const
{
    return m_waiting && sequence <= m_missingUpTo && sequence > m_filledUpTo &&
           m_waiting->find(sequence) == nullptr;
}

void Queue::fillIn(QueueEntry&& entry)
{
    WARREN_CHECK(isMissing(entry.sequence));
    while (!m_waiting->isEmpty() && m_waiting->first().sequence < entry.sequence)
        addToLane(m_waiting->takeFirst());
    m_filledUpTo = entry.sequence;
    bookNew(entry);
    addToLane(std::move(entry));
}

void Queue::endFilling()
{
    if (!m_waiting) return;
    while (!m_waiting->isEmpty())
        addToLane(m_waiting->takeFirst());
    m_waiting.reset();
    m_missingUpTo = 0;
    m_filledUpTo = 0;
}

// --------------------------------------------------------------------------- what is in memory

void Queue::bookNew(QueueEntry& entry)
{
    if (entry.message) {
        entry.bodyBytes = static_cast<std::uint32_t>(entry.message->bodyBytes());
        entry.priority = priorityOf(*entry.message);
    }
    m_bodyBytes += entry.bodyBytes;
    m_persistentCount += entry.isPersistent();
    m_spilledCount += entry.isSpilled;
    bookIn(entry);
}

void Queue::bookIn(const QueueEntry& entry)
{
    if (entry.isInMemory()) {
        m_inMemoryBytes += entry.memoryBytes();
        m_memory.inMemoryBytes += entry.memoryBytes();
        return;
    }
    m_pagedOutBytes += entry.bodyBytes;
    m_pagedOutCount += 1;
    m_memory.pagedOutBytes += entry.bodyBytes;
    m_memory.pagedOutCount += 1;
}

void Queue::bookOut(const QueueEntry& entry)
{
    if (entry.isInMemory()) {
        m_inMemoryBytes -= entry.memoryBytes();
        m_memory.inMemoryBytes -= entry.memoryBytes();
        return;
    }
    m_pagedOutBytes -= entry.bodyBytes;
    m_pagedOutCount -= 1;
    m_memory.pagedOutBytes -= entry.bodyBytes;
    m_memory.pagedOutCount -= 1;
}

void Queue::leaveMemory(QueueEntry& entry)
{
    bookOut(entry);
    entry.message.reset();
    bookIn(entry);
}

bool Queue::pageOutTails(LogPosition committed)
{
    bool isDone = true;
    forEachLane([&](std::uint8_t, QueueLane& one) {
        one.pageOutTail(committed, [this](QueueEntry& entry) { leaveMemory(entry); });
        isDone &= !one.hasTail();
    });
    if (m_waiting) {
        m_waiting->pageOutTail(committed, [this](QueueEntry& entry) { leaveMemory(entry); });
        isDone &= !m_waiting->hasTail();
    }
    return isDone;
}

void Queue::shrinkHeads(LogPosition committed, std::size_t headBytesMax)
{
    forEachLane([&](std::uint8_t, QueueLane& one) {
        one.shrinkHead(committed, headBytesMax, [this](QueueEntry& entry) { leaveMemory(entry); });
    });
}

void Queue::pageOut(const BodyRequest& spilled)
{
    lane(spilled.priority).pageOut(spilled.sequence, spilled.position, [this](QueueEntry& entry) {
        leaveMemory(entry);
    });
}

void Queue::pageOutDelivered(QueueEntry& entry, LogPosition committed)
{
    const bool isDurable = entry.position != 0 && entry.position <= committed;
    if (!isDurable || !entry.isInMemory()) return;
    if (m_unackedInMemoryBytes <= m_memory.unackedBytes && !m_memory.isOverLimit()) return;
    m_unackedInMemoryBytes -= entry.memoryBytes();
    leaveMemory(entry);
}

void Queue::restartSpilling() { m_spilledFrom.clear(); }

bool Queue::askAhead(std::size_t bytesMax, std::vector<BodyRequest>& requests)
{
    if (!wantsBodies()) return true;
    lane(m_topPriority).askAhead(id(), m_memory.headBytes, bytesMax, requests);
    return bytesMax > 0;
}

bool Queue::takeBack(const BodyRequest& request, const MessagePtr& message)
{
    QueueEntry* entry = lane(request.priority).awaiting(request.sequence);
    if (entry == nullptr || entry->isInMemory()) return false;
    bookOut(*entry);
    entry->message = message;
    bookIn(*entry);
    return true;
}

}  // namespace warren::broker
