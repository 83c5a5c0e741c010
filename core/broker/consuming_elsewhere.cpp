#include "core/broker/arguments.h"
#include "core/broker/consuming.h"
#include "core/broker/event_exchange.h"

#include <memory>
#include <string>
#include <utility>

// What becomes of consumers, and of what they hold, when their queue is served elsewhere.
namespace warren::broker {

void Consuming::endConsumer(Consumer& consumer)
{
    Channel& channel = *consumer.channel;
    const std::string tag = consumer.tag;
    removeConsumer(consumer);
    if (channel.connection.wantsConsumerCancelNotify && !channel.isClosing) {
        m_state.post(channel, CancelNotice{tag});
    }
}

ConsumerSlot Consuming::detachConsumer(Consumer& consumer)
{
    Channel& channel = *consumer.channel;
    const ConsumerSlot slot = consumer.slot;
    removeConsumer(consumer);
    ConsumerSlot taken = channel.takeSlot();  // the one that was given back last
    while (taken != slot)
        taken = channel.takeSlot();
    return slot;
}

void Consuming::resume(Channel& channel, Queue& queue, const OwnedCommand& command,
                       ConsumerSlot slot)
{
    auto consumer = std::make_unique<Consumer>();
    consumer->channel = &channel;
    consumer->queue = &queue;
    consumer->slot = slot;
    consumer->tag = command.first;
    consumer->noAck = (command.flags & 1) != 0;
    consumer->isExclusive = (command.flags & 2) != 0;
    consumer->prefetchMax = channel.prefetchMax;
    consumer->priority = consumerPriorityOf(command.arguments);
    consumer->arguments = command.arguments;
    queue.consumers.add(*consumer, m_state.wallNow);
    queue.lastUsed = m_state.now;
    noteConsumerAdded(m_state, *consumer);
    channel.consumers.emplace(command.first, std::move(consumer));
    m_state.markDirty(queue);
}

void Consuming::giveUpHeld(Channel& channel, UnackedMessage& message, Queue& queue)
{
    releaseFrom(channel, message);
    queue.requeue(std::exchange(message.entry, {}));
    message.queue = {};
    message.consumer = nullptr;
    message.isDelivery = false;
    message.remote = kNoNode;
}

void Consuming::endRemoteConsumers(const Queue& queue)
{
    for (const auto& [id, connection] : m_state.connections) {
        connection->forEachChannel([&](Channel& channel) {
            if (channel.relays == nullptr) return;
            std::erase_if(channel.relays->consumers, [&](const auto& one) {
                if (one.second.queue != queue.id()) return false;
                m_relaying.settleConsume(channel, one.first);
                channel.giveSlotBack(one.second.slot);
                if (channel.connection.wantsConsumerCancelNotify && !channel.isClosing) {
                    m_state.post(channel, CancelNotice{one.first});
                }
                return true;
            });
        });
    }
}

void Consuming::settleAway(Channel& channel, UnackedMessage& message, RelayRequest::Settle::How how)
{
    m_relaying.settle(channel, message, how);
    channel.unacked.release(message);
}

}  // namespace warren::broker
