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
            takeHere(std::move(publish));
        } else if (broker.state().reachableNodes.contains(queue->leader)) {
            byNode[queue->leader].push_back(std::move(publish));
        } else {
            lose(std::move(publish), m_homeless);
        }
    }
    for (auto& [node, some] : byNode)
        send(node, std::move(some));
}

void PublishesElsewhere::retry()
{
    std::ranges::move(std::exchange(m_astray, {}), std::back_inserter(m_homeless));
}

/// It is safe when its Enqueue is, which is behind it in the log.
void PublishesElsewhere::takeHere(broker::RemotePublish&& publish)
{
    const auto safeAt = m_environment.broker.takeRelayed(publish.queue, publish.message);
    if (safeAt) {
        m_here.push_back({std::move(publish), *safeAt});
        return;
    }
    if (publish.connection) {
        m_environment.broker.refusePublish(publish.connection, publish.channel, publish.position);
    }
    m_environment.frontier.satisfy(publish.position);
}

void PublishesElsewhere::send(NodeId to, std::vector<broker::RemotePublish>&& publishes)
{
    Publish frame;
    for (const broker::RemotePublish& publish : publishes)
        frame.messages.push_back({publish.position, publish.queue, publish.message});
    std::ranges::move(publishes, std::back_inserter(m_sent[to]));
    if (!m_environment.send(to, encode(frame))) giveUp(to);
}

std::optional<broker::RemotePublish> PublishesElsewhere::takeSent(NodeId node,
                                                                  broker::LogPosition position)
{
    auto& sent = m_sent[node];
    // They mostly are answered in the order in which they were sent.
    const auto at = std::ranges::find(sent, position, &broker::RemotePublish::position);
    if (at == sent.end()) return std::nullopt;
    broker::RemotePublish publish = std::move(*at);
    sent.erase(at);
    return publish;
}

void PublishesElsewhere::take(NodeId from, const PublishAnswer& answer)
{
    for (const broker::LogPosition position : answer.safe) {
        if (takeSent(from, position)) m_environment.frontier.satisfy(position);
    }
    for (const broker::LogPosition position : answer.refused) {
        const auto publish = takeSent(from, position);
        if (!publish) continue;
        // A dead letter that its queue does not want is dropped, as it would be here.
        if (publish->connection) {
            m_environment.broker.refusePublish(publish->connection, publish->channel, position);
        }
        m_environment.frontier.satisfy(position);
    }
    for (const broker::LogPosition position : answer.lost) {
        if (auto publish = takeSent(from, position)) lose(std::move(*publish), m_astray);
    }
}

void PublishesElsewhere::giveUp(NodeId node)
{
    const auto at = m_sent.find(node);
    if (at == m_sent.end()) return;
    for (broker::RemotePublish& publish : std::exchange(at->second, {}))
        lose(std::move(publish), m_homeless);
}

void PublishesElsewhere::lose(broker::RemotePublish&& publish,
                              std::vector<broker::RemotePublish>& homeless)
{
    if (!publish.connection) {
        homeless.push_back(std::move(publish));
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
        const broker::Queue* queue = m_environment.broker.findQueue(one.queue);
        if (queue == nullptr || !queue->isLed()) {
            owed.lost.push_back(one.position);
            continue;
        }
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
    for (; !m_here.empty() && m_here.front().safeAt <= safe; m_here.pop_front())
        m_environment.frontier.satisfy(m_here.front().publish.position);
    for (auto& [node, owed] : m_owed) {
        PublishAnswer answer;
        for (; !owed.taken.empty() && owed.taken.front().safeAt <= safe; owed.taken.pop_front())
            answer.safe.push_back(owed.taken.front().theirs);
        answer.refused = std::exchange(owed.refused, {});
        answer.lost = std::exchange(owed.lost, {});
        if (answer == PublishAnswer{}) continue;
        // Without a link the other end gives up what it has sent.
        (void)m_environment.send(node, encode(answer));
    }
}

void PublishesElsewhere::loseAll(Owed& owed)
{
    for (const Taken& taken : std::exchange(owed.taken, {}))
        owed.lost.push_back(taken.theirs);
}

void PublishesElsewhere::forget(NodeId node)
{
    const auto owed = m_owed.find(node);
    if (owed != m_owed.end()) loseAll(owed->second);
}

void PublishesElsewhere::loseOwed(QueueId queue)
{
    for (auto& [node, owed] : m_owed)
        loseAll(owed);
    for (TakenHere& here : std::exchange(m_here, {})) {
        if (here.publish.queue == queue) {
            lose(std::move(here.publish), m_homeless);
        } else {
            m_here.push_back(std::move(here));
        }
    }
}

}  // namespace warren::member
