#pragma once

#include "core/base/ids.h"
#include "core/broker/broker.h"
#include "core/mirroring/commit_frontier.h"
#include "core/mirroring/mirror_frames.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <vector>

namespace warren::mirroring {

/// A node's part as a mirror: follows the masters of the queues that it has copies of. What comes
/// from a master that the node does not know as such, in that epoch, is refused and changes
/// nothing; and an answer says so before it says that what came is durable.
/// Thread: the broker's.
class MirrorFollower {
public:
    struct Environment {
        broker::Broker& broker;
        /// Whether that node leads the queue in this epoch, and this one mirrors it.
        std::function<bool(NodeId from, QueueId queue, Epoch epoch)> isMaster;
        /// Whether the epoch is one that this node has not heard of yet.
        std::function<bool(QueueId queue, Epoch epoch)> isAhead;
        std::function<void(NodeId to, const MirrorState& state)> sendState;
        std::function<void(NodeId to, const MirrorAck& ack)> sendAck;
        std::function<void(NodeId to, const MirrorRefused& refused)> sendRefused;
    };
    explicit MirrorFollower(Environment environment) : m_environment(std::move(environment)) {}

    void take(NodeId from, const MirrorOpen& open);
    void take(NodeId from, const MirrorRanges& ranges);
    void take(NodeId from, const MirrorOperations& operations);
    /// The node's own store has everything up to here.
    void committed(LogPosition upTo);
    /// Links end, masters change: nothing that was agreed on with them holds any more.
    void forget(NodeId from);
    void forget(QueueId queue) { m_followed.erase(queue); }
    /// More is agreed on about the queue than before: a master that was ahead of this node may get
    /// its answer now.
    void learned(QueueId queue);
    /// The queue is no more.
    void remove(QueueId queue);

private:
    struct Followed {
        NodeId master;
        Epoch epoch = 0;
    };
    struct Early {
        NodeId from;
        MirrorOpen open;
    };
    struct Pending {
        NodeId to;
        std::uint64_t frame = 0;
        LogPosition position = 0;
    };
    bool isFollowed(NodeId from, QueueId queue, Epoch epoch) const;
    void apply(broker::Queue& queue, const MirrorOperation& operation);

    Environment m_environment;
    std::map<QueueId, Followed> m_followed;
    std::map<QueueId, Early> m_early;  // came before it was known here that they may
    std::deque<Pending> m_pending;
    LogPosition m_committed = 0;
};

}  // namespace warren::mirroring
