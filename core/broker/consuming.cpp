#include "core/broker/consuming.h"

#include "core/broker/names.h"

#include <algorithm>
#include <utility>

namespace warren::broker {

using amqp::ReplyCode;

Result<Queue*, Refusal> Consuming::findQueue(Channel& channel, std::string_view name) const
{
    const Connection& connection = channel.connection;
    if (name.empty() && channel.lastQueueName.empty()) {
        return Refusal{ReplyCode::NotFound, "no previously declared queue", {}};
    }
    const std::string actual = name.empty() ? channel.lastQueueName : withoutLineBreaks(name);
    const std::string& vhostName = connection.vhost->definition.name;
    Queue* queue = connection.vhost->findQueue(actual);
    if (queue == nullptr) return noQueue(vhostName, actual);
    const ConnectionId owner = queue->definition().exclusiveOwner;
    if (owner && owner != connection.id) return queueLocked(vhostName, actual);
    return queue;
}

Verdict Consuming::consume(Channel& channel, const Consume& command)
{
    if (!command.tag.empty() && channel.consumers.contains(command.tag)) {
        return Refusal{ReplyCode::NotAllowed,
                       "attempt to reuse consumer tag '" + std::string{command.tag} + "'",
                       {}};
    }
    const auto found = findQueue(channel, command.queue);
    if (!found) return found.error();
    Queue& queue = *found.value();
    if (queue.consumers.hasExclusive() || (command.isExclusive && !queue.consumers.isEmpty())) {
        const auto& definition = queue.definition();
        return Refusal{ReplyCode::AccessRefused,
                       queueText(definition.vhost, definition.name) + " in exclusive use",
                       {}};
    }

    auto consumer = std::make_unique<Consumer>();
    consumer->channel = &channel;
    consumer->queue = &queue;
    consumer->slot = channel.takeSlot();
    consumer->tag =
        command.tag.empty() ? generatedName("amq.ctag-", m_state.prng) : std::string{command.tag};
    consumer->noAck = command.noAck;
    consumer->isExclusive = command.isExclusive;
    consumer->prefetchMax = channel.prefetchMax;
    consumer->arguments = command.arguments;

    m_state.post(channel, ConsumeOk{consumer->slot, consumer->tag, command.noWait});
    queue.consumers.add(*consumer);
    const std::string tag = consumer->tag;
    channel.consumers.emplace(tag, std::move(consumer));
    m_state.markDirty(queue);
    return {};
}

void Consuming::cancel(Channel& channel, const Cancel& command)
{
    const auto at = channel.consumers.find(command.tag);
    if (at != channel.consumers.end()) {
        Queue& queue = *at->second->queue;
        removeConsumer(*at->second);
        if (queue.definition().isAutoDelete && queue.consumers.isEmpty()) {
            m_state.doomedQueues.push_back(queue.id());
        }
    }
    if (!command.noWait) m_state.post(channel, CancelOk{std::string{command.tag}});
}

void Consuming::removeConsumer(Consumer& consumer)
{
    Channel& channel = *consumer.channel;
    consumer.queue->consumers.remove(consumer);
    // What it holds stays with the channel, which may still acknowledge it.
    channel.unacked.forEachLive([&](UnackedMessage& message) {
        if (message.consumer == &consumer) message.consumer = nullptr;
    });
    channel.giveSlotBack(consumer.slot);
    channel.consumers.erase(channel.consumers.find(consumer.tag));
}

void Consuming::endConsumers(Queue& queue)
{
    while (!queue.consumers.isEmpty()) {
        Consumer& consumer = *queue.consumers.all().front();
        Channel& channel = *consumer.channel;
        const std::string tag = consumer.tag;
        removeConsumer(consumer);
        if (channel.connection.wantsConsumerCancelNotify && !channel.isClosing) {
            m_state.post(channel, CancelNotice{tag});
        }
    }
}

void Consuming::leave(Channel& channel)
{
    // First, so that removing a consumer has nothing left to look through.
    channel.unacked.forEachLive([&](UnackedMessage& message) { putBack(channel, message); });
    channel.unacked.tidy();
    while (!channel.consumers.empty()) {
        Consumer& consumer = *channel.consumers.begin()->second;
        Queue& queue = *consumer.queue;
        removeConsumer(consumer);
        if (queue.definition().isAutoDelete && queue.consumers.isEmpty()) {
            m_state.doomedQueues.push_back(queue.id());
        }
    }
}

// ------------------------------------------------------------------------------------- deliveries

void Consuming::deliverFrom(Queue& queue)
{
    while (queue.readyCount() > 0) {
        Consumer* consumer = queue.consumers.current();
        if (consumer == nullptr) return;
        Connection& connection = consumer->channel->connection;
        const bool hasCredit = connection.sendCredit > 0;
        if (!hasCredit) connection.isStarved = true;
        if (!hasCredit || !consumer->channel->canTake(*consumer)) {
            queue.consumers.parkCurrent();
            continue;
        }
        handOut(queue, *consumer);
        queue.consumers.advance();
    }
}

void Consuming::handOut(Queue& queue, Consumer& consumer)
{
    Channel& channel = *consumer.channel;
    m_servedCount += 1;
    consumer.servedAt = m_servedCount;
    noteDelivery(queue, channel, queue.first());
    channel.connection.sendCredit -= Connection::wireBytes(*queue.first().message);

    Delivery delivery;
    delivery.consumer = consumer.slot;
    delivery.isRedelivered = queue.first().isRedelivered;
    if (consumer.noAck) {
        QueueEntry entry = queue.removeFirst();
        logRemoval(queue, entry);
        delivery.tag = channel.unacked.skip();
        delivery.message = std::move(entry.message);
    } else {
        UnackedMessage held{.queue = queue.id(),
                            .consumer = &consumer,
                            .isDelivery = true,
                            .entry = queue.deliver()};
        delivery.message = held.entry.message;
        delivery.tag = channel.unacked.add(std::move(held));
        consumer.unackedCount += 1;
        channel.consumerUnackedCount += 1;
    }
    m_state.post(channel, std::move(delivery));
}

Verdict Consuming::get(Channel& channel, const Get& command)
{
    const auto found = findQueue(channel, command.queue);
    if (!found) return found.error();
    Queue& queue = *found.value();
    if (queue.readyCount() == 0) {
        m_state.post(channel, GetEmpty{});
        return {};
    }
    noteDelivery(queue, channel, queue.first());
    GetOk answer;
    answer.isRedelivered = queue.first().isRedelivered;
    if (command.noAck) {
        QueueEntry entry = queue.removeFirst();
        logRemoval(queue, entry);
        answer.tag = channel.unacked.skip();
        answer.message = std::move(entry.message);
    } else {
        UnackedMessage held{.queue = queue.id(), .consumer = nullptr, .entry = queue.deliver()};
        answer.message = held.entry.message;
        answer.tag = channel.unacked.add(std::move(held));
    }
    answer.messageCount = static_cast<std::uint32_t>(queue.readyCount());
    m_state.post(channel, std::move(answer));
    return {};
}

void Consuming::noteDelivery(Queue& queue, Channel& channel, const QueueEntry& entry)
{
    for (MessageCounters* counters : {&queue.counters, &channel.counters, &m_state.counters}) {
        counters->deliver += 1;
        counters->redeliver += entry.isRedelivered;
    }
    if (entry.position == 0) return;
    if (queue.mark.covers(entry.sequence, entry.position, m_state.committed())) return;
    if (entry.sequence > queue.mark.upTo()) {
        extendMark(queue, entry.sequence + RedeliveryMark::kBlock);
    }
    m_state.hold(channel, queue.mark.position());
}

void Consuming::extendMark(Queue& queue, Sequence upTo)
{
    const LogPosition position = m_state.nextPosition();
    queue.mark.extend(upTo, position, m_state.committed());
    m_state.log(MarkDelivered{queue.id(), upTo, position});
}

// -------------------------------------------------------------------------------- acknowledgements

Verdict Consuming::judgeTag(Channel& channel, DeliveryTag tag, bool isMultiple) const
{
    if (tag == 0 && isMultiple) return {};  // all so far
    if (channel.unacked.find(tag) == nullptr) return unknownDeliveryTag(tag);
    return {};
}

template <typename Settle>
void Consuming::forEachNamed(Channel& channel, DeliveryTag tag, bool isMultiple, Settle settle)
{
    if (isMultiple) {
        const DeliveryTag upTo = tag == 0 ? channel.unacked.lastTag() : tag;
        channel.unacked.forEachHeld(upTo, settle);
    } else {
        settle(*channel.unacked.find(tag));
    }
    channel.unacked.tidy();
}

Verdict Consuming::ack(Channel& channel, const Ack& command)
{
    Verdict verdict = judgeTag(channel, command.tag, command.isMultiple);
    if (!verdict) return verdict;
    forEachNamed(channel, command.tag, command.isMultiple, [&](UnackedMessage& message) {
        if (channel.mode == ChannelMode::Transactional) {
            message.state = UnackedMessage::State::InTransaction;
            channel.transaction.settlements.push_back({.tag = message.tag});
        } else {
            acknowledge(channel, message);
        }
    });
    return {};
}

Verdict Consuming::reject(Channel& channel, const Reject& command)
{
    Verdict verdict = judgeTag(channel, command.tag, command.isMultiple);
    if (!verdict) return verdict;
    forEachNamed(channel, command.tag, command.isMultiple, [&](UnackedMessage& message) {
        if (channel.mode == ChannelMode::Transactional) {
            message.state = UnackedMessage::State::InTransaction;
            channel.transaction.settlements.push_back(
                {.tag = message.tag, .requeues = command.requeues, .isRejected = true});
        } else if (command.requeues) {
            putBack(channel, message);
        } else {
            drop(channel, message);
        }
    });
    return {};
}

void Consuming::settle(Channel& channel, const Transaction::Settlement& settlement)
{
    UnackedMessage& message = channel.unacked.inTransaction(settlement.tag);
    if (!settlement.isRejected) {
        acknowledge(channel, message);
    } else if (settlement.requeues) {
        putBack(channel, message);
    } else {
        drop(channel, message);
    }
    channel.unacked.tidy();
}

void Consuming::restore(Channel& channel, const Transaction::Settlement& settlement)
{
    channel.unacked.inTransaction(settlement.tag).state = UnackedMessage::State::Held;
}

void Consuming::recover(Channel& channel, const Recover& command)
{
    forEachNamed(channel, 0, true, [&](UnackedMessage& message) { putBack(channel, message); });
    if (command.wantsReply) m_state.post(channel, PlainReply::RecoverOk);
}

void Consuming::acknowledge(Channel& channel, UnackedMessage& message)
{
    channel.counters.ack += 1;
    m_state.counters.ack += 1;
    if (Queue* queue = m_state.catalogue.findQueue(message.queue)) queue->counters.ack += 1;
    drop(channel, message);
}

void Consuming::drop(Channel& channel, UnackedMessage& message)
{
    releaseFrom(channel, message);
    const QueueEntry entry = channel.unacked.release(message);
    Queue* queue = m_state.catalogue.findQueue(message.queue);
    if (queue == nullptr) return;  // the queue has gone, and its messages with it
    queue->removeDelivered(entry);
    logRemoval(*queue, entry);
}

void Consuming::putBack(Channel& channel, UnackedMessage& message)
{
    releaseFrom(channel, message);
    QueueEntry entry = channel.unacked.release(message);
    Queue* queue = m_state.catalogue.findQueue(message.queue);
    if (queue == nullptr) return;
    queue->requeue(std::move(entry));
    m_state.markDirty(*queue);
}

void Consuming::logRemoval(const Queue& queue, const QueueEntry& entry)
{
    if (entry.position == 0) return;
    m_state.log(Remove{queue.id(), entry.sequence, entry.position, RemovalReason::Acked});
}

void Consuming::releaseFrom(Channel& channel, const UnackedMessage& message)
{
    if (!message.isDelivery) return;
    const bool wasFull =
        channel.globalPrefetchMax != 0 && channel.consumerUnackedCount >= channel.globalPrefetchMax;
    channel.consumerUnackedCount -= 1;
    Consumer* consumer = message.consumer;
    if (consumer != nullptr) consumer->unackedCount -= 1;
    if (wasFull) {
        unpark(channel);
    } else if (consumer != nullptr && consumer->isParked) {
        consumer->queue->consumers.unpark(*consumer);
        m_state.markDirty(*consumer->queue);
    }
}

// ------------------------------------------------------------------------------------------ limits

void Consuming::setPrefetch(Channel& channel, const SetPrefetch& command)
{
    if (command.isGlobal) {
        channel.globalPrefetchMax = command.count;
        unpark(channel);
    } else {
        channel.prefetchMax = command.count;
    }
    m_state.post(channel, PlainReply::QosOk);
}

void Consuming::setFlow(Channel& channel, bool isActive)
{
    channel.isFlowActive = isActive;
    if (isActive) unpark(channel);
    m_state.post(channel, isActive ? PlainReply::FlowOkActive : PlainReply::FlowOkPaused);
}

void Consuming::unpark(Channel& channel)
{
    m_woken.clear();
    for (const auto& [tag, consumer] : channel.consumers)
        m_woken.push_back(consumer.get());
    unpark(m_woken);
}

void Consuming::unparkAll(Connection& connection)
{
    m_woken.clear();
    connection.forEachChannel([this](Channel& channel) {
        for (const auto& [tag, consumer] : channel.consumers)
            m_woken.push_back(consumer.get());
    });
    unpark(m_woken);
}

void Consuming::unpark(std::vector<Consumer*>& consumers)
{
    std::erase_if(consumers, [](const Consumer* consumer) { return !consumer->isParked; });
    std::ranges::stable_sort(consumers, {}, &Consumer::servedAt);
    for (Consumer* consumer : consumers) {
        consumer->queue->consumers.unpark(*consumer);
        m_state.markDirty(*consumer->queue);
    }
}

}  // namespace warren::broker
