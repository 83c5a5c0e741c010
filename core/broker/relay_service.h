#pragma once

#include "core/broker/outbox.h"
#include "core/broker/relay_request.h"

#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

namespace warren::broker {

class Broker;

/// The serving node's part in relaying: counterparts of other nodes' client connections, whose
/// requests become commands of the broker and whose events go back.
/// Thread: the broker's.
class RelayService {
public:
    /// Bytes of deliveries that may be on their way to one client's node.
    static constexpr std::int64_t kWindowBytes = 1024 * 1024;

    explicit RelayService(Broker& broker) : m_broker(broker) {}

    void apply(NodeId from, RelayRequest&& request);
    /// The node is lost, and with it all its clients.
    void lose(NodeId node);
    /// The events of one of its connections. Call from Broker::drainEvents.
    void take(ConnectionId id, std::span<broker::Event> events);
    /// By node, since the last call.
    std::map<NodeId, std::vector<RelayEvent>> takeEvents() { return std::exchange(m_out, {}); }

private:
    struct Side {
        NodeId node;
        std::uint64_t sentBytes = 0;
        std::uint64_t creditedBytes = 0;
        /// Openings that were asked for, by channel; the first one holds.
        std::unordered_map<ChannelNumber, std::deque<std::uint32_t>> openings{};
        std::unordered_map<ChannelNumber, std::uint32_t> current{};
    };
    void loseConnection(ConnectionId id);
    void updateCredit(ConnectionId id, const Side& side);

    Broker& m_broker;
    std::unordered_map<ConnectionId, Side> m_sides;
    std::map<NodeId, std::vector<RelayEvent>> m_out;
};

}  // namespace warren::broker
