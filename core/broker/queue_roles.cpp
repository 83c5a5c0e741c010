#include "core/broker/queue_roles.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace warren::broker {

namespace {

/// A master's first sequence: never one of a message that an earlier master had, or this one before
/// it was started anew. No queue takes a thousand messages per millisecond for long, so the
/// calendar is ahead of what it has used up; should it have been set back, the last sequence
/// counts.
Sequence firstOfReign(WallTime now, Sequence last)
{
    constexpr int kPerMillisecondBits = 10;
    constexpr Sequence kOnTheWay = Sequence{1} << 20;  // what only others may have got
    const auto milliseconds = static_cast<Sequence>(now.sinceEpoch.count());
    return std::max(milliseconds << kPerMillisecondBits, last + kOnTheWay);
}

/// RabbitMQ's consumer argument: tell the consumer that the master has changed.
bool endsOnFailover(const amqp::FieldTable& arguments)
{
    const amqp::FieldValue* value = arguments.find("x-cancel-on-ha-failover");
    const bool* wish = value == nullptr ? nullptr : value->as<bool>();
    return wish != nullptr && *wish;
}

}  // namespace

void QueueRoles::lead(Queue& queue, bool isMirrored)
{
    queue.isMirrored = isMirrored;
    if (queue.isLed()) return;
    queue.role = QueueRole::Leads;
    queue.leader = {};
    queue.endFilling();
    queue.skipSequences(firstOfReign(m_state.wallNow, queue.lastSequence()));
    queue.forEachLane([](std::uint8_t, QueueLane& lane) {
        lane.redeliverUpTo(lane.mark.upTo());
        lane.mark.setOutdated();
    });
    queue.lastUsed = m_state.now;
    resubscribe(queue);
    m_state.changedSettings.push_back(queue.id());  // limits and lifetimes are ours to see to
    m_state.markDirty(queue);
}

void QueueRoles::mirror(Queue& queue, NodeId leader, bool isFailover)
{
    follow(queue, leader, isFailover);
    queue.role = QueueRole::Mirrors;
    resubscribe(queue);
}

void QueueRoles::letGo(Queue& queue, NodeId leader, bool isFailover)
{
    follow(queue, leader, isFailover);
    clear(queue);
    queue.role = QueueRole::Remote;
    resubscribe(queue);
}

void QueueRoles::follow(Queue& queue, NodeId leader, bool isFailover)
{
    if (queue.isLed()) stepDown(queue, isFailover);
    queue.leader = leader;
    queue.isMirrored = false;
}

/// Its consumers become those of another node's queue, and what they hold goes back.
void QueueRoles::stepDown(Queue& queue, bool isFailover)
{
    releaseHeld(queue);
    while (!queue.consumers.isEmpty()) {
        Consumer& consumer = *queue.consumers.all().front();
        Channel& channel = *consumer.channel;
        const bool isOurs = !channel.connection.isRelayed;
        if (isOurs && isFailover && endsOnFailover(consumer.arguments)) {
            m_consuming.endConsumer(consumer);
            continue;
        }
        ChannelRelays::RemoteConsumer remote;
        remote.queue = queue.id();
        remote.node = kNoNode;
        remote.command = *OwnedCommand::of(Consume{.queue = queue.definition().name,
                                                   .tag = consumer.tag,
                                                   .noAck = consumer.noAck,
                                                   .isExclusive = consumer.isExclusive,
                                                   .arguments = consumer.arguments});
        const std::string tag = consumer.tag;
        remote.slot = m_consuming.detachConsumer(consumer);
        // A counterpart's own node subscribes again by itself.
        if (isOurs) m_relaying.adopt(channel, tag, std::move(remote));
    }
}

void QueueRoles::releaseHeld(Queue& queue)
{
    for (const auto& [id, connection] : m_state.connections) {
        connection->forEachChannel([&](Channel& channel) {
            channel.unacked.forEachLive([&](UnackedMessage& message) {
                if (message.queue == queue.id()) m_consuming.giveUpHeld(channel, message, queue);
            });
        });
    }
}

void QueueRoles::clear(Queue& queue)
{
    queue.endFilling();
    while (queue.readyCount() > 0) {
        const QueueEntry entry = queue.removeFirst();
        if (entry.position == 0) continue;
        m_state.log(Remove{queue.id(), entry.sequence, entry.position, RemovalReason::Purged});
    }
}

void QueueRoles::resubscribe(Queue& queue)
{
    struct Place {
        Channel* channel;
        std::string tag;
    };
    std::vector<Place> places;
    for (const auto& [id, connection] : m_state.connections) {
        connection->forEachChannel([&](Channel& channel) {
            if (channel.relays == nullptr || channel.isClosing) return;
            for (const auto& [tag, consumer] : channel.relays->consumers) {
                if (consumer.queue == queue.id()) places.push_back({&channel, tag});
            }
        });
    }
    for (const auto& [channel, tag] : places) {
        const auto at = channel->relays->consumers.find(tag);
        if (queue.isLed()) {
            m_relaying.settleConsume(*channel, tag);
            const ChannelRelays::RemoteConsumer consumer = std::move(at->second);
            channel->relays->consumers.erase(at);
            m_consuming.resume(*channel, queue, consumer.command, consumer.slot);
        } else if (at->second.node != queue.leader) {
            at->second.node = kNoNode;
            if (m_state.reachableNodes.contains(queue.leader)) {
                m_relaying.settleConsume(*channel, tag);
                m_relaying.subscribe(*channel, tag, queue.leader);
            }
        }
    }
}

void QueueRoles::resubscribeAll()
{
    for (const Vhost* vhost : m_state.catalogue.vhostsByName()) {
        for (const Queue* queue : vhost->queuesByName()) {
            if (!queue->isLed()) resubscribe(*m_state.catalogue.findQueue(queue->id()));
        }
    }
}

}  // namespace warren::broker
