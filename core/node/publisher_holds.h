#pragma once

#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/broker/alarm.h"
#include "core/broker/state.h"
#include "core/net/poller.h"
#include "core/node/client_link.h"
#include "core/node/consumer_pacing.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace warren::node {

/// Who is not read for a while: blocked by an alarm, or faster than the disk. What may be on its
/// way to the disk is shared among those who publish, so that one of them does not keep others
/// waiting.
///
/// Source: RabbitMQ documentation, "Flow Control". Thread: the broker's. Cost of an update: that of
/// the links that were served, and of those held back.
class PublisherHolds {
public:
    /// Messages handed to the store and not yet on disk, at most, about. Publishers share it: who
    /// has more than its part on that way is not read until half of it is durable.
    static constexpr std::size_t kStoreBytesMax = 64 * 1024 * 1024;

    using Links = std::map<ConnectionId, std::unique_ptr<ClientLink>>;

    /// All of them outlive this.
    PublisherHolds(const broker::State& state, const Links& links, net::Poller& poller)
        : m_state(state), m_links(links), m_poller(poller)
    {
    }

    /// Each publisher's part of what may be on its way to the disk, in bytes.
    std::uint64_t storeCreditBytes() const;
    /// The link may have published since the last update.
    void noteServed(ClientLink& link)
    {
        m_served.push_back(link.id());
        if (!std::exchange(link.isWatched, true)) m_watched.push_back(link.id());
    }
    /// Looks at those who may have to be held back, and at those who are. With the end of a turn.
    /// @param areConsumersBehind  as the broker says: then publishers wait for them now and then
    void update(bool areConsumersBehind, Instant now);
    /// When somebody waits for the next update.
    Instant nextDeadline() const { return m_pacing.nextDeadline(); }
    /// Looks at the state of each link for which it may have changed, so that those that nobody
    /// looks at in the window are in its history too. Now and then.
    void noteStates();

private:
    ClientLink::Hold holdOf(const ClientLink& link) const;
    void updateHold(ClientLink& link);
    void updateReadBytes();
    void noteAllStates() const;
    static bool publishesOnly(const broker::Connection& connection);
    ClientLink* find(ConnectionId id) const;

    const broker::State& m_state;
    const Links& m_links;
    net::Poller& m_poller;
    std::vector<ConnectionId> m_held;
    std::vector<ConnectionId> m_served;
    std::vector<ConnectionId> m_watched;
    broker::Alarms m_alarmsSeen;
    ConsumerPacing m_pacing;
};

}  // namespace warren::node
