#pragma once

#include "core/broker/broker.h"
#include "core/member/frames.h"
#include "core/mirroring/commit_frontier.h"

#include <deque>
#include <functional>
#include <map>
#include <vector>

namespace warren::member {

/// Messages on their way to queues that other nodes lead, and messages of other nodes for queues
/// that this one leads: what was sent, what is owed an answer, and what nobody knows any more.
///
/// A node answers in the order in which messages came to it: how many more are safe, and which were
/// refused, which are named before what came after them is answered.
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

    /// Sends what the broker has routed to queues elsewhere since the last call.
    void sendNew();
    void take(NodeId from, const PublishAnswer& answer);
    /// Nobody knows what became of what is on its way there: publishers are told so, and dead
    /// letters are sent again once somebody leads their queue.
    void giveUp(NodeId node);

    void take(NodeId from, const Publish& frame);
    /// Everything up to `safe` of our log is on all nodes that matter.
    void answer(broker::LogPosition safe);
    /// What has come and is not answered yet may be lost.
    void refuseOwed();
    /// The node is gone: it waits for no answers.
    void forget(NodeId node) { m_owed.erase(node); }

private:
    struct Taken {
        broker::LogPosition theirs = 0;
        broker::LogPosition safeAt = 0;  // ours
    };
    struct Owed {
        std::deque<Taken> taken{};  // in the order in which they came
        std::vector<broker::LogPosition> refused{};
    };
    void lose(broker::RemotePublish&& publish);
    void send(NodeId to, std::vector<broker::RemotePublish>&& publishes);

    Environment m_environment;
    std::map<NodeId, std::deque<broker::RemotePublish>> m_sent;
    std::vector<broker::RemotePublish> m_homeless;  // dead letters of queues that nobody leads
    std::map<NodeId, Owed> m_owed;
};

}  // namespace warren::member
