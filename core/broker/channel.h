#pragma once

#include "core/broker/confirm_tracker.h"
#include "core/broker/consumers.h"
#include "core/broker/counters.h"
#include "core/broker/queue.h"
#include "core/broker/routing.h"
#include "core/broker/transaction.h"
#include "core/broker/unacked.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace warren::broker {

class ChannelRelays;
class Connection;

enum class ChannelMode : std::uint8_t { Plain, Confirm, Transactional };

/// One channel of a client connection: its consumers, what it holds unacknowledged, its confirms or
/// transaction. Owned by its connection. Thread: the broker's.
class Channel {
public:
    Channel(Connection& owner, ChannelNumber channelNumber);
    ~Channel();
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;

    Connection& connection;
    const ChannelNumber number;

    ChannelMode mode = ChannelMode::Plain;
    ConfirmTracker confirms;
    Transaction transaction;

    UnackedMessages unacked;
    std::map<std::string, std::unique_ptr<Consumer>, std::less<>> consumers;  ///< by tag
    std::uint16_t prefetchMax = 0;           ///< of each new consumer; 0: no limit
    std::uint16_t globalPrefetchMax = 0;     ///< of all consumers together; 0: no limit
    std::uint32_t consumerUnackedCount = 0;  ///< deliveries to consumers, unacknowledged
    bool isFlowActive = true;                ///< the client wants deliveries
    /// Failed: everything but the client's close-ok is ignored.
    bool isClosing = false;

    /// Its consumer of direct replies, and the routing key that reaches it; empty: none.
    std::string replyConsumerTag;
    std::string replyKey;
    ConsumerSlot replySlot = 0;
    /// When it has to be looked at for deliveries that were held too long (timers.h).
    Instant timerAt = Instant::never();

    /// What it has going on at other nodes (relaying.h); null: nothing.
    std::unique_ptr<ChannelRelays> relays;

    std::string lastQueueName;  ///< what an empty queue name stands for
    RouteCache routes;
    MessageCounters counters;
    bool hasNewConfirms = false;  ///< on the broker's list of channels to confirm on

    /// Whether this consumer may be sent a message now, as far as the channel can tell.
    bool canTake(const Consumer& consumer) const
    {
        if (!isFlowActive) return false;
        if (consumer.noAck) return true;
        if (consumer.prefetchMax != 0 && consumer.unackedCount >= consumer.prefetchMax)
            return false;
        return globalPrefetchMax == 0 || consumerUnackedCount < globalPrefetchMax;
    }

    /// A slot that no consumer of this channel has.
    ConsumerSlot takeSlot();
    void giveSlotBack(ConsumerSlot slot) { m_freeSlots.push_back(slot); }

private:
    std::vector<ConsumerSlot> m_freeSlots;
    ConsumerSlot m_slotCount = 0;
};

}  // namespace warren::broker
