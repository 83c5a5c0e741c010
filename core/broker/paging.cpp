#include "core/broker/paging.h"

#include "core/broker/delivered_message.h"
#include "core/broker/tracing.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace warren::broker {

namespace {

/// Less than this in memory is not worth a look when memory is short.
constexpr std::size_t kLargeBytes = 16 * 1024;
/// What one connection may have on its way back for it, so that one that asks for much and reads
/// nothing costs little.
constexpr std::size_t kConnectionLoadBytes = 1024 * 1024;
/// Likewise of dead letters.
constexpr std::size_t kDeadLetterLoadBytes = 4 * 1024 * 1024;
/// What may be spilled and not be durable yet.
constexpr std::size_t kSpillingBytesMax = 32 * 1024 * 1024;
/// Places of a queue that one round of spilling looks at.
constexpr std::size_t kLookCountMax = 64 * 1024;
/// While memory is short, not more often than this.
constexpr Duration kReliefInterval = std::chrono::milliseconds{20};
/// Heads below this are as good as none.
constexpr std::size_t kHeadBytesMin = 4096;

}  // namespace

// ----------------------------------------------------------------------------------------- leaving

void Paging::noteEnqueued(Queue& queue, std::uint8_t priority)
{
    if (queue.hasListedTail || !queue.hasTail(priority)) return;
    queue.hasListedTail = true;
    m_tails.push_back(queue.id());
}

void Paging::noteGrown(Queue& queue)
{
    if (queue.isLarge || queue.inMemoryBytes() < kLargeBytes) return;
    queue.isLarge = true;
    m_large.push_back(queue.id());
}

void Paging::afterCommit()
{
    const LogPosition committed = m_state.committed();
    while (!m_spilled.isEmpty() && m_spilled.front().position <= committed) {
        const BodyRequest spilled = m_spilled.popFront();
        m_spilledBytes -= std::min<std::size_t>(m_spilledBytes, spilled.bodyBytes);
        Queue* queue = m_state.catalogue.findQueue(spilled.queue);
        if (queue != nullptr) queue->pageOut(spilled);
    }
    if (m_state.memory().mayKeepMore()) return;
    std::erase_if(m_tails, [&](QueueId id) {
        Queue* queue = m_state.catalogue.findQueue(id);
        if (queue == nullptr) return true;
        queue->hasListedTail = !queue->pageOutTails(committed);
        return !queue->hasListedTail;
    });
}

bool Paging::mustSpill(const Queue& queue) const
{
    // The head of each queue stays, so that short queues never touch the disk.
    return m_state.memory().isOverLimit() && !m_state.alarms.isLowOnDisk &&
           queue.inMemoryBytes() >= kLargeBytes;
}

void Paging::noteSpilled(const BodyRequest& spilled, std::size_t memoryBytes)
{
    BodyRequest noted = spilled;
    noted.bodyBytes = static_cast<std::uint32_t>(memoryBytes);  // what it counts for here
    m_spilledBytes += memoryBytes;
    m_spilled.pushBack(std::move(noted));
}

void Paging::relieve()
{
    if (!m_state.memory().isOverLimit() || m_state.now < m_nextRelief) return;
    m_nextRelief = m_state.now + kReliefInterval;
    std::erase_if(m_large, [this](QueueId id) {
        Queue* queue = m_state.catalogue.findQueue(id);
        if (queue == nullptr) return true;
        queue->isLarge = queue->inMemoryBytes() >= kLargeBytes;
        return !queue->isLarge;
    });
    shrinkHeads();
    if (m_state.memory().isOverLimit() && !m_state.alarms.isLowOnDisk) spillTails();
}

/// What is delivered last leaves first, of all queues alike.
void Paging::shrinkHeads()
{
    const BodyMemory& memory = m_state.memory();
    std::size_t headBytes = 0;
    for (const QueueId id : m_large)
        headBytes = std::max(headBytes, m_state.catalogue.findQueue(id)->inMemoryBytes());
    while (memory.isOverLimit() && headBytes > 0) {
        headBytes = headBytes / 2 < kHeadBytesMin ? 0 : headBytes / 2;
        for (const QueueId id : m_large) {
            Queue& queue = *m_state.catalogue.findQueue(id);
            (void)queue.pageOutTails(m_state.committed());
            queue.shrinkHeads(m_state.committed(), headBytes);
            if (!memory.isOverLimit()) return;
        }
    }
}

void Paging::spillTails()
{
    const BodyMemory& memory = m_state.memory();
    const std::size_t excess = memory.inMemoryBytes - memory.bytesMax;
    for (const QueueId id : m_large) {
        Queue& queue = *m_state.catalogue.findQueue(id);
        std::size_t lookCount = kLookCountMax;
        while (m_spilledBytes < std::min(excess, kSpillingBytesMax)) {
            auto enqueue = queue.spillLast(lookCount, [this] { return m_state.nextPosition(); });
            if (!enqueue) {
                // All of it has been looked at: what comes in later gets its turn the next time.
                if (lookCount > 0) queue.restartSpilling();
                break;
            }
            noteSpilled({.queue = id,
                         .sequence = enqueue->sequence,
                         .position = enqueue->position,
                         .priority = queue.priorityOf(*enqueue->message)},
                        enqueue->message->memoryBytes());
            m_state.log(std::move(*enqueue));
        }
    }
}

// --------------------------------------------------------------------------------------- returning

std::size_t Paging::roomToLoad() const
{
    const BodyMemory& memory = m_state.memory();
    const std::size_t used = memory.inMemoryBytes + memory.loadingBytes;
    const std::size_t room = memory.bytesMax - std::min(memory.bytesMax, used);
    const std::size_t loading = std::min(memory.loadingBytesMax, memory.loadingBytes);
    return std::min(room, memory.loadingBytesMax - loading);
}

void Paging::ask(const BodyRequest& request)
{
    m_state.memory().loadingBytes += request.bodyBytes;
    m_state.bodyRequests.push_back(request);
}

void Paging::readAhead(Queue& queue)
{
    if (!queue.wantsBodies() || queue.isHungry) return;
    const std::size_t before = m_state.bodyRequests.size();
    const bool isFed = queue.askAhead(roomToLoad(), m_state.bodyRequests);
    for (std::size_t i = before; i < m_state.bodyRequests.size(); ++i)
        m_state.memory().loadingBytes += m_state.bodyRequests[i].bodyBytes;
    // Without anything on its way nobody would call again; deliveries ask for themselves then.
    if (isFed || m_state.memory().loadingBytes == 0) return;
    queue.isHungry = true;
    m_hungry.push_back(queue.id());
}

void Paging::feedHungry()
{
    for (const QueueId id : std::exchange(m_hungry, {})) {
        Queue* queue = m_state.catalogue.findQueue(id);
        if (queue == nullptr) continue;
        queue->isHungry = false;
        if (!queue->consumers.isEmpty()) readAhead(*queue);
    }
}

void Paging::postWithoutBody(Channel& channel, EventBody&& body, MissingBody&& missing,
                             bool isComing)
{
    Connection& connection = channel.connection;
    m_state.bodyWaits.emplace(missing.request.position,
                              BodyWait{connection.id, channel.number, false});
    missing.isAsked = isComing;
    if (isComing) connection.loadingBytes += missing.request.bodyBytes;
    connection.postWithoutBody(channel.number, std::move(body), std::move(missing));
    m_state.noteHolding(connection);
    askFor(connection);
}

void Paging::askFor(Connection& connection)
{
    connection.askForBodies(kConnectionLoadBytes,
                            [this](const BodyRequest& request) { ask(request); });
}

void Paging::askForDeadLetters()
{
    Ring<DeadLetter>& letters = m_state.deadLetters;
    for (; m_state.deadLettersAsked < letters.size() &&
           m_state.deadLetterLoadBytes < kDeadLetterLoadBytes;
         ++m_state.deadLettersAsked) {
        const DeadLetter& letter = letters[m_state.deadLettersAsked];
        if (letter.entry.isInMemory()) continue;
        const BodyRequest request = letter.entry.request(letter.queue);
        m_state.bodyWaits.emplace(request.position, BodyWait{{}, 0, true});
        m_state.deadLetterLoadBytes += request.loadBytes();
        ask(request);
    }
}

void Paging::provide(std::vector<LoadedBody>&& bodies)
{
    m_filled.clear();
    for (LoadedBody& body : bodies) {
        BodyMemory& memory = m_state.memory();
        memory.loadingBytes -= std::min<std::size_t>(memory.loadingBytes, body.request.bodyBytes);
        if (giveToWaiting(body) || !body.message) continue;
        Queue* queue = m_state.catalogue.findQueue(body.request.queue);
        if (queue != nullptr && queue->takeBack(body.request, body.message)) {
            noteGrown(*queue);
            m_state.markDirty(*queue);
        }
    }
    for (const ConnectionId id : m_filled) {
        Connection* connection = m_state.findConnection(id);
        if (connection == nullptr) continue;
        m_state.release(*connection);
        askFor(*connection);
    }
    feedHungry();
}

bool Paging::giveToWaiting(const LoadedBody& body)
{
    if (m_state.bodyWaits.empty()) return false;
    const auto [begin, end] = m_state.bodyWaits.equal_range(body.request.position);
    if (begin == end) return false;
    const std::vector<std::pair<const LogPosition, BodyWait>> waits(begin, end);
    m_state.bodyWaits.erase(begin, end);
    bool wasGiven = false;
    for (const auto& [position, wait] : waits) {
        if (wait.isDeadLetter) {
            fillDeadLetter(body);
            wasGiven = true;
            continue;
        }
        Connection* connection = m_state.findConnection(wait.connection);
        if (connection == nullptr) continue;
        fill(*connection, wait.channel, body);
        wasGiven = true;
    }
    return wasGiven;
}

void Paging::fill(Connection& connection, ChannelNumber channelNumber, const LoadedBody& body)
{
    auto filled = connection.fill(channelNumber, body.request.position);
    if (!filled) return;
    if (m_filled.empty() || m_filled.back() != connection.id) m_filled.push_back(connection.id);
    const MissingBody& missing = filled->missing;
    if (missing.removesAfterwards) {
        m_state.log(Remove{body.request.queue, body.request.sequence, body.request.position,
                           RemovalReason::Acked});
    }
    if (!body.message) {
        // It has been removed since, with its queue: nobody may get it any more.
        connection.withdraw(*filled);
        return;
    }
    const Channel* channel = connection.findChannel(channelNumber);
    const Queue* queue = m_state.catalogue.findQueue(body.request.queue);
    if (missing.isTraced && channel != nullptr && queue != nullptr) {
        QueueEntry entry;
        entry.message = body.message;
        entry.isRedelivered = missing.isRedelivered;
        traceDelivery(m_state, *channel, *queue, entry);
    }
    connection.complete(*filled, asDelivered(body.message, missing.shownDeliveryCount));
}

void Paging::fillDeadLetter(const LoadedBody& body)
{
    Ring<DeadLetter>& letters = m_state.deadLetters;
    m_state.deadLetterLoadBytes -= std::min(m_state.deadLetterLoadBytes, body.request.loadBytes());
    // They come in the order in which they were asked for, mostly.
    std::size_t& there = m_state.deadLettersThere;
    while (there < m_state.deadLettersAsked && !letters[there].isMissing())
        ++there;
    for (std::size_t i = there; i < m_state.deadLettersAsked; ++i) {
        DeadLetter& letter = letters[i];
        if (!letter.isMissing() || letter.entry.position != body.request.position) continue;
        letter.entry.message = body.message;
        letter.isLost = !body.message;
        return;
    }
}

}  // namespace warren::broker
