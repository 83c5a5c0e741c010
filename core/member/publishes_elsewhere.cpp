#include "core/member/publishes_elsewhere.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace warren::member {

// --------------------------------------------------------------------------------- of our clients

void PublishesElsewhere::sendNew()
{
    broker::Broker& broker = m_environment.broker;
    std::vector<broker::RemotePublish> publishes = broker.takeRemotePublishes();
    for (const broker::RemotePublish& publish : publishes)
        m_environment.frontier.expect(publish.position);
    std::ranges::move(std::exchange(m_homeless, {}), std::back_inserter(publishes));

    std::map<NodeId, std::vector<broker::RemotePublish>> byNode;
    for (broker::RemotePublish& publish : publishes) {
        const broker::Queue* queue = broker.findQueue(publish.queue);
        if (queue == nullptr) {
            // With its queue the message has gone too.
            m_environment.frontier.satisfy(publish.position);
        } else if (queue->isLed()) {
            // It has come to us meanwhile; its Enqueue is in the log before what waits for it.
            (void)broker.takeRelayed(publish.queue, publish.message);
            m_environment.frontier.satisfy(publish.position);
        } else if (broker.state().reachableNodes.contains(queue->leader)) {
            byNode[queue->leader].push_back(std::move(publish));
        } else {
            lose(std::move(publish));
        }
    }
    for (auto& [node, some] : byNode)
        send(node, std::move(some));
}

void PublishesElsewhere::send(NodeId to, std::vector<broker::RemotePublish>&& publishes)
{
    Publish frame;
    for (const broker::RemotePublish& publish : publishes)
        frame.messages.push_back({publish.position, publish.queue, publish.message});
    std::ranges::move(publishes, std::back_inserter(m_sent[to]));
    if (!m_environment.send(to, encode(frame))) giveUp(to);
}

void PublishesElsewhere::take(NodeId from, const PublishAnswer& answer)
{
    auto& sent = m_sent[from];
    for (const broker::LogPosition position : answer.refused) {
        const auto at = std::ranges::find(sent, position, &broker::RemotePublish::position);
        if (at == sent.end()) continue;
        // A dead letter that its queue does not want is dropped, as it would be here.
        if (at->connection) {
            m_environment.broker.refusePublish(at->connection, at->channel, position);
        }
        m_environment.frontier.satisfy(position);
        sent.erase(at);
    }
    for (std::uint64_t left = answer.safeCount; left > 0 && !sent.empty(); --left) {
        m_environment.frontier.satisfy(sent.front().position);
        sent.pop_front();
    }
}

void PublishesElsewhere::giveUp(NodeId node)
{
    const auto at = m_sent.find(node);
    if (at == m_sent.end()) return;
    for (broker::RemotePublish& publish : std::exchange(at->second, {}))
        lose(std::move(publish));
}

void PublishesElsewhere::lose(broker::RemotePublish&& publish)
{
    if (!publish.connection) {
        m_homeless.push_back(std::move(publish));
        return;
    }
    m_environment.broker.refusePublish(publish.connection, publish.channel, publish.position);
    m_environment.frontier.satisfy(publish.position);
}

// ---------------------------------------------------------------------------------- of other nodes

void PublishesElsewhere::take(NodeId from, const Publish& frame)
{
    Owed& owed = m_owed[from];
    for (const Publish::One& one : frame.messages) {
        const auto position = m_environment.broker.takeRelayed(one.queue, one.message);
        if (position) {
            owed.taken.push_back({one.position, *position});
        } else {
            owed.refused.push_back(one.position);
        }
    }
}

void PublishesElsewhere::answer(broker::LogPosition safe)
{
    for (auto& [node, owed] : m_owed) {
        PublishAnswer answer;
        for (; !owed.taken.empty() && owed.taken.front().safeAt <= safe; owed.taken.pop_front())
            answer.safeCount += 1;
        answer.refused = std::exchange(owed.refused, {});
        if (answer.safeCount == 0 && answer.refused.empty()) continue;
        // Without a link the other end gives up what it has sent.
        (void)m_environment.send(node, encode(answer));
    }
}

void PublishesElsewhere::refuseOwed()
{
    for (auto& [node, owed] : m_owed) {
        for (const Taken& taken : std::exchange(owed.taken, {}))
            owed.refused.push_back(taken.theirs);
    }
}

}  // namespace warren::member
