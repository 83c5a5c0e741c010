#pragma once

#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/broker/body_request.h"
#include "core/broker/broker.h"
#include "core/mirroring/commit_frontier.h"
#include "core/mirroring/copy_pace.h"
#include "core/mirroring/mirror_frames.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace warren::mirroring {

/// A mirror of a queue as its master is told of it.
struct MirrorTarget {
    NodeId node;
    bool isInSync = false;  ///< nothing is confirmed without it
    bool isWanted = false;  ///< it is to be brought up, if it lacks something
    bool operator==(const MirrorTarget&) const = default;
};

/// How far a mirror is; for people.
struct MirrorProgress {
    enum class Phase : std::uint8_t {
        Idle,     ///< its node is not there
        Opening,  ///< it is asked what it has
        Behind,   ///< it gets what is new, and nobody wants it brought up
        Copying,  ///< it gets what is new, and what it lacks
        Live,     ///< it has everything
    };
    Phase phase = Phase::Idle;
    std::size_t copiedCount = 0;
    std::size_t leftCount = 0;
};

/// A node's part as the master of mirrored queues: one ordered stream of operations to each
/// mirror's node, and which positions of its log wait for which of them.
///
/// A mirror that begins, or begins again, says what it has. It forgets what the master does not
/// have, gets every operation from there on, and is copied what it lacks, in batches, meanwhile: so
/// however fast the queue goes on, there is an end to that. If nobody wants it brought up, it has
/// everything once the queue has nothing left that it lacks. Memory is bounded by what may be on
/// its way to one node. Thread: the broker's.
class MirrorLeader {
public:
    static constexpr std::size_t kCopyBytesInFlight = 4 * 1024 * 1024;  ///< per node, at most
    /// Likewise while something is published: that waits behind it.
    static constexpr std::size_t kPacedBytesInFlight = 512 * 1024;
    static constexpr std::size_t kFrameBytes = 1024 * 1024;  ///< about

    struct Environment {
        broker::Broker& broker;
        /// Whether it was handed to the link.
        std::function<bool(NodeId to, const MirrorOpen& open)> sendOpen;
        std::function<bool(NodeId to, const MirrorRanges& ranges)> sendRanges;
        std::function<bool(NodeId to, std::string&& operations)> sendOperations;
        /// Asks the store; the answers come to `provide`.
        std::function<void(std::vector<broker::BodyRequest>&& requests)> load;
        /// The mirror has everything.
        std::function<void(QueueId queue, Epoch epoch, NodeId node)> caughtUp;
        /// Another node leads the queue: what waits for a confirm may be lost.
        std::function<void(QueueId queue)> deposed;
    };
    explicit MirrorLeader(Environment environment) : m_environment(std::move(environment)) {}

    /// How much a mirror that is brought up is copied, bodies only; what happens to the queue
    /// meanwhile comes on top. RabbitMQ: mirroring_sync_max_throughput. @param bytesPerSecond  0:
    /// no limit
    void setCopyRate(std::uint64_t bytesPerSecond) { m_copyRate = bytesPerSecond; }
    /// So much time has passed. Call several times a second.
    void passTime(Duration elapsed);

    /// Names the readers of the store's answers that are for `provide`.
    static constexpr std::uint32_t kReaderBit = 0x8000'0000;

    /// This node leads the queue, and these follow it. Also when something of it has changed.
    void lead(QueueId queue, Epoch epoch, const std::vector<MirrorTarget>& mirrors,
              std::size_t batchCountMax);
    /// It no longer does.
    void forget(QueueId queue);
    /// There is no such queue any more: with it has gone what waited to be mirrored, and nobody
    /// else's messages are concerned.
    void remove(QueueId queue);
    void nodeUp(NodeId node);
    void nodeDown(NodeId node);

    /// What is about to happen to the queues' contents, in order.
    void note(const std::vector<broker::StoredOperation>& operations);
    /// Sends what was noted, and goes on copying. Call at the end of each turn.
    void flush();
    void provide(std::vector<broker::LoadedBody>&& bodies);

    /// What followed from caughtUp is known, and lead() was told if it became so.
    void settled(QueueId queue, NodeId node);

    void take(NodeId from, const MirrorState& state);
    void take(NodeId from, const MirrorAck& ack);
    void take(NodeId from, const MirrorRefused& refused);
    /// Asks again those that have not answered. Call now and then.
    void retry();

    const CommitFrontier& frontier() const { return m_frontier; }
    MirrorProgress progress(QueueId queue, NodeId node) const;
    bool hasWork() const;

private:
    using Phase = MirrorProgress::Phase;
    struct Leg {
        Phase phase = Phase::Idle;
        bool isInSync = false;
        bool isWanted = false;
        /// caughtUp was called and has no outcome yet: it may be in sync already.
        bool isPledged = false;
        bool isNeeded() const { return isInSync || isPledged; }
        bool isToHaveAll() const { return isInSync || isWanted; }
        /// Whether it gets what happens to messages that it may have.
        bool isFollowing() const { return phase == Phase::Copying || phase == Phase::Live; }
        Sequence cursor = 0;                       // of Copying: it has everything up to there
        Sequence missingUpTo = 0;                  // likewise: what is new lies behind
        std::size_t missingCount = 0;              // of what the queue had when it was asked
        std::vector<broker::SequenceRange> had{};  // what it had then
        std::uint64_t liveFrame = 0;
        std::size_t copiedCount = 0;
        std::int64_t copyCredit = 0;        // bytes, if there is a limit
        std::vector<LogPosition> unsent{};  // that wait for it, and it was not sent yet
        std::uint32_t reader = 0;           // its request of the store; 0: none
        std::map<Sequence, MirrorEnqueue> loading{};
    };
    struct Outstanding {
        std::uint64_t frame;
        LogPosition position;
        QueueId queue;
    };
    struct Node {
        bool isUp = false;
        std::uint64_t lastFrame = 0;  // that was sent
        std::uint64_t ackedFrame = 0;
        OperationWriter writer{};
        std::deque<Outstanding> outstanding{};
        std::deque<std::pair<std::uint64_t, std::size_t>> bytesInFlight{};  // by frame
        std::size_t bytes = 0;                                              // of these
    };
    struct Led {
        Epoch epoch = 0;
        std::size_t batchCountMax = 1;
        std::map<NodeId, Leg> legs{};
    };
    /// Whether something of the queue waits for a mirror.
    bool isWaiting(QueueId queue, const Led& led) const;
    void open(QueueId queue, Led& led, NodeId node, Leg& leg);
    void close(QueueId queue, NodeId node, Leg& leg);
    void drop(QueueId queue, NodeId node, Leg& leg);
    void wait(NodeId node, Leg& leg, QueueId queue, LogPosition position, bool wasSent);
    bool mayCopy(const Leg& leg, const Node& node) const;
    /// The next messages that the mirror lacks; none: it has everything.
    std::vector<broker::QueueEntry> nextMissing(const broker::Queue& queue, Leg& leg,
                                                std::size_t countMax) const;
    void noteCopied(Leg& leg, const broker::QueueEntry& entry);
    void copy(QueueId id, Led& led, NodeId nodeId, Leg& leg);
    void goLive(const broker::Queue& queue, Led& led, NodeId nodeId, Leg& leg);
    void sendFrame(NodeId id, Node& node);
    template <typename Operation>
    void stream(const Led& led, QueueId queue, NodeId node, const Operation& operation);

    void noteOne(const broker::Enqueue& operation);
    void noteOne(const broker::Remove& operation);
    void noteOne(const broker::CountDeliveries& operation);
    void noteOne(const broker::MarkDelivered& operation);
    void noteOne(const broker::StoredChange&) {}

    Environment m_environment;
    std::map<QueueId, Led> m_led;
    std::map<NodeId, Node> m_nodes;
    std::map<std::uint32_t, std::pair<QueueId, NodeId>> m_readers;
    std::uint32_t m_lastReader = 0;
    std::uint64_t m_copyRate = 0;
    CopyPace m_pace;
    CommitFrontier m_frontier;
};

}  // namespace warren::mirroring
