#include "core/node/publisher_holds.h"

#include "core/net/socket_memory.h"

#include <QDateTime>

#include <algorithm>
#include <utility>

namespace warren::node {

namespace {

/// More would not make one publisher faster, but others wait behind it.
constexpr std::size_t kStoreCreditBytesMax = 8 * 1024 * 1024;
constexpr std::size_t kStoreCreditBytesMin = 64 * 1024;
/// What a socket may bring per turn while memory is short, when its client may have to be blocked.
constexpr std::size_t kReadBytesInAlarm = 16 * 1024;

}  // namespace

std::uint64_t PublisherHolds::storeCreditBytes() const
{
    const std::size_t count = std::max<std::size_t>(m_state.backloggedCount(), 1);
    return std::clamp(kStoreBytesMax / count, kStoreCreditBytesMin, kStoreCreditBytesMax);
}

ClientLink* PublisherHolds::find(ConnectionId id) const
{
    const auto at = m_links.find(id);
    return at == m_links.end() ? nullptr : at->second.get();
}

/// What a consumer has to say must get through.
bool PublisherHolds::publishesOnly(const broker::Connection& connection)
{
    if (!connection.isPublisher) return false;
    bool hasConsumers = false;
    connection.forEachChannel(
        [&](const broker::Channel& channel) { hasConsumers |= !channel.consumers.empty(); });
    return !hasConsumers;
}

ClientLink::Hold PublisherHolds::holdOf(const ClientLink& link) const
{
    using Hold = ClientLink::Hold;
    const broker::Connection* connection = m_state.findConnection(link.id());
    if (connection == nullptr) return Hold::None;
    if (connection->isBlocked) return Hold::Alarm;
    if (m_pacing.isHolding() && publishesOnly(*connection)) return Hold::Queue;
    const std::uint64_t credit = storeCreditBytes();
    if (connection->backlog.bytes() <= (link.isInFlow() ? credit / 2 : credit)) return Hold::None;
    // What is stored for want of memory comes on top of what the disk would have had to do.
    return m_state.memory().isOverLimit() ? Hold::Queue : Hold::Store;
}

void PublisherHolds::updateHold(ClientLink& link)
{
    const ClientLink::Hold hold = holdOf(link);
    if (hold == link.hold()) return;
    if (link.hold() == ClientLink::Hold::None) m_held.push_back(link.id());
    link.setHold(hold);
    (void)link.lookAtState(m_state.alarms.isAny(), QDateTime::currentDateTime());
}

void PublisherHolds::update(bool areConsumersBehind, Instant now)
{
    m_pacing.update(areConsumersBehind, m_state.counters.publish, now);
    if (std::exchange(m_alarmsSeen, m_state.alarms) != m_state.alarms) noteAllStates();
    for (const ConnectionId id : m_served) {
        if (ClientLink* link = find(id)) updateHold(*link);
    }
    m_served.clear();
    std::erase_if(m_held, [this](ConnectionId id) {
        ClientLink* link = find(id);
        if (link == nullptr) return true;
        updateHold(*link);
        return link->hold() == ClientLink::Hold::None;
    });
    updateReadBytes();
}

/// The more publishers there are, the less each brings before it can be held back.
void PublisherHolds::updateReadBytes()
{
    constexpr std::size_t kMost = net::SocketMemory::kChunkBytes;
    const std::size_t count = std::max<std::size_t>(m_state.backloggedCount(), 1);
    const std::size_t share = std::clamp(kStoreBytesMax / count, kReadBytesInAlarm, kMost);
    m_poller.setReadBytesMax(m_state.alarms.isAny() ? kReadBytesInAlarm : share);
}

void PublisherHolds::noteStates()
{
    const QDateTime at = QDateTime::currentDateTime();
    std::erase_if(m_watched, [&](ConnectionId id) {
        ClientLink* link = find(id);
        if (link == nullptr || link->isClosed()) return true;
        // Whoever just runs does so until it is served, or there is an alarm.
        const auto state = link->lookAtState(m_state.alarms.isAny(), at);
        link->isWatched = state != management::ConnectionState::Running;
        return !link->isWatched;
    });
}

void PublisherHolds::noteAllStates() const
{
    const QDateTime now = QDateTime::currentDateTime();
    for (const auto& [id, link] : m_links) {
        if (!link->isClosed()) (void)link->lookAtState(m_state.alarms.isAny(), now);
    }
}

}  // namespace warren::node
