#pragma once

#include "core/broker/broker.h"
#include "core/member/frames.h"
#include "core/mirroring/commit_frontier.h"

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <vector>

namespace warren::member {

/// Messages on their way to queues that other nodes lead, and messages of other nodes for queues
/// that this one leads: what was sent, what is owed an answer, and what nobody knows any more.
///
/// A node answers which messages are safe, which were refused, and which may be lost.
/// Thread: the broker's.
class PublishesElsewhere {
public:
    struct Environment {
        broker::Broker& broker;
        /// What waits for answers waits here.
        mirroring::CommitFrontier& frontier;
        /// Whether it was handed to the link.
        std::function<bool(NodeId to, const std::string& frame)> send;
    };
    explicit PublishesElsewhere(Environment environment) : m_environment(std::move(environment)) {}

    /// Sends what the broker has routed to queues elsewhere since the last call. What is for queues
    /// of this node is taken at once.
    void sendNew();
    /// What was sent to who does not lead its queue goes to whoever does now. Call now and then:
    /// who leads a queue is not news to all nodes at once.
    void retry();
    void take(NodeId from, const PublishAnswer& answer);
    /// Nobody knows what became of what is on its way there: publishers are told so, and dead
    /// letters are sent again once somebody leads their queue.
    void giveUp(NodeId node);

    void take(NodeId from, const Publish& frame);
    /// Everything up to `safe` of our log is on all nodes that matter.
    void answer(broker::LogPosition safe);
    /// Another node leads the queue now: what has come and is not safe yet may be lost.
    void loseOwed(QueueId queue);
    /// The link to the node was lost, be it that it is there again: what is owed to it is lost. It
    /// may wait for none of it any more, or for some.
    void forget(NodeId node);

private:
    struct Taken {
        broker::LogPosition theirs = 0;
        broker::LogPosition safeAt = 0;  // ours
    };
    struct Owed {
        std::deque<Taken> taken{};  // in the order in which they came
        std::vector<broker::LogPosition> refused{};
        std::vector<broker::LogPosition> lost{};
    };
    struct TakenHere {
        broker::RemotePublish publish;
        broker::LogPosition safeAt = 0;
    };
    static void loseAll(Owed& owed);
    /// Takes it off the list of what was sent. @returns nothing if it is not there
    std::optional<broker::RemotePublish> takeSent(NodeId node, broker::LogPosition position);
    void takeHere(broker::RemotePublish&& publish);
    void lose(broker::RemotePublish&& publish, std::vector<broker::RemotePublish>& homeless);
    void send(NodeId to, std::vector<broker::RemotePublish>&& publishes);

    Environment m_environment;
    std::map<NodeId, std::deque<broker::RemotePublish>> m_sent;
    std::vector<broker::RemotePublish> m_homeless;  // dead letters of queues that nobody leads
    std::vector<broker::RemotePublish> m_astray;    // likewise, sent to who does not lead them
    std::deque<TakenHere> m_here;                   // for queues of this node
    std::map<NodeId, Owed> m_owed;
};

}  // namespace warren::member
