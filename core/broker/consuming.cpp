#include "core/broker/consuming.h"

#include "core/broker/arguments.h"
#include "core/broker/delivered_message.h"
#include "core/broker/event_exchange.h"
#include "core/broker/names.h"
#include "core/broker/tracing.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

namespace warren::broker {

using amqp::ReplyCode;

namespace {

/// Messages that one round drops at most, so that sockets are served in between.
constexpr int kDropsMax = 4096;
/// With more than this waiting for them, consumers who have taken all that they may are behind.
constexpr std::size_t kBehindCount = 16 * 1024;

}  // namespace

Result<Queue*, Refusal> Consuming::findQueue(Channel& channel, std::string_view name) const
{
    const Connection& connection = channel.connection;
    if (name.empty() && channel.lastQueueName.empty()) {
        return Refusal{ReplyCode::NotFound, "no previously declared queue", {}};
    }
    const std::string actual = name.empty() ? channel.lastQueueName : withoutLineBreaks(name);
    const std::string& vhostName = connection.vhost->definition.name;
    Verdict verdict =
        m_state.access.judge(connection.user, vhostName, Right::Read, ResourceKind::Queue, actual);
    if (!verdict) return verdict.error();
    Queue* queue = connection.vhost->findQueue(actual);
    if (queue == nullptr) return noQueue(vhostName, actual);
    const ConnectionId owner = queue->definition().exclusiveOwner;
    if (owner && owner != connection.id) return queueLocked(vhostName, actual);
    return queue;
}

Verdict Consuming::consume(Channel& channel, const Consume& command)
{
    const bool isTaken =
        channel.consumers.contains(command.tag) ||
        (channel.relays != nullptr && channel.relays->consumers.contains(command.tag)) ||
        (!channel.replyKey.empty() && channel.replyConsumerTag == command.tag);
    if (!command.tag.empty() && isTaken) {
        return Refusal{ReplyCode::NotAllowed,
                       "attempt to reuse consumer tag '" + std::string{command.tag} + "'",
                       {}};
    }
    if (command.queue == kReplyToName) return consumeReplies(channel, command);
    const auto found = findQueue(channel, command.queue);
    if (!found) return found.error();
    Queue& queue = *found.value();
    const auto& definition = queue.definition();
    Verdict verdict = judgeConsumeArguments(definition, command.arguments);
    if (!verdict) return verdict;
    if (channel.globalPrefetchMax != 0 && queue.settings().type == QueueType::Quorum) {
        return Refusal{
            ReplyCode::NotImplemented,
            queueText(definition.vhost, definition.name) + " does not support global qos",
            {}};
    }
    const bool isShared = queue.consumers.isSingleActive() || !queue.consumers.isEmpty();
    if (queue.consumers.hasExclusive() || (command.isExclusive && isShared)) {
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
    consumer->priority = consumerPriorityOf(command.arguments);
    consumer->arguments = command.arguments;

    m_state.post(channel, ConsumeOk{consumer->slot, consumer->tag, command.noWait});
    queue.consumers.add(*consumer, m_state.wallNow);
    queue.lastUsed = m_state.now;
    const std::string tag = consumer->tag;
    noteConsumerAdded(m_state, *consumer);
    channel.consumers.emplace(tag, std::move(consumer));
    m_state.markDirty(queue);
    return {};
}

Verdict Consuming::consumeReplies(Channel& channel, const Consume& command)
{
    if (!channel.replyKey.empty()) {
        return Refusal{ReplyCode::PreconditionFailed, "reply consumer already set", {}};
    }
    if (!command.noAck) {
        return Refusal{ReplyCode::PreconditionFailed, "reply consumer cannot acknowledge", {}};
    }
    channel.replyConsumerTag =
        command.tag.empty() ? generatedName("amq.ctag-", m_state.prng) : std::string{command.tag};
    channel.replyKey = generatedName(std::string{kReplyToName} + ".", m_state.prng);
    channel.replySlot = channel.takeSlot();
    m_state.replyAddresses.emplace(channel.replyKey,
                                   ReplyAddress{channel.connection.id, channel.number});
    m_state.post(channel, ConsumeOk{channel.replySlot, channel.replyConsumerTag, command.noWait});
    return {};
}

void Consuming::endReplies(Channel& channel)
{
    if (channel.replyKey.empty()) return;
    m_state.replyAddresses.erase(channel.replyKey);
    channel.giveSlotBack(channel.replySlot);
    channel.replyKey.clear();
    channel.replyConsumerTag.clear();
}

void Consuming::cancel(Channel& channel, const Cancel& command)
{
    if (!channel.replyKey.empty() && channel.replyConsumerTag == command.tag) endReplies(channel);
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
    noteConsumerRemoved(m_state, consumer);
    consumer.queue->consumers.remove(consumer, m_state.wallNow);
    consumer.queue->lastUsed = m_state.now;
    m_state.markDirty(*consumer.queue);  // another one may be the active one; its idle time begins
    // What it holds stays with the channel, which may still acknowledge it.
    channel.unacked.forEachLive([&](UnackedMessage& message) {
        if (message.consumer == &consumer) message.consumer = nullptr;
    });
    channel.giveSlotBack(consumer.slot);
    channel.consumers.erase(channel.consumers.find(consumer.tag));
}

void Consuming::endConsumers(Queue& queue)
{
    if (!queue.isLed()) endRemoteConsumers(queue);
    while (!queue.consumers.isEmpty()) {
        endConsumer(*queue.consumers.all().front());
    }
}

void Consuming::leave(Channel& channel)
{
    endReplies(channel);
    m_relaying.leave(channel);
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
    if (!queue.isLed()) return;
    if (queue.wantsBodies() && !queue.consumers.isEmpty()) m_paging.readAhead(queue);
    bool hasHandedOut = false;
    while (queue.readyCount() > 0) {
        Consumer* consumer = queue.consumers.current();
        if (consumer == nullptr) {
            m_state.areConsumersBehind |= hasHandedOut && queue.readyCount() > kBehindCount;
            return;
        }
        if (m_state.deliveryBytesLeft <= 0) return m_state.markDirty(queue);
        // What expires just now may still be delivered: a lifetime of zero means "at once or
        // never".
        const auto expiry = queue.nextExpiry();
        if (expiry && *expiry < m_state.wallNow) {
            const WallTime justBefore{m_state.wallNow.sinceEpoch - std::chrono::milliseconds{1}};
            if (dropExpired(queue, justBefore)) return m_state.markDirty(queue);
            continue;
        }
        Connection& connection = consumer->channel->connection;
        const bool hasCredit = connection.sendCredit > 0;
        if (!hasCredit) connection.isStarved = true;
        if (!hasCredit || !consumer->channel->canTake(*consumer)) {
            queue.consumers.parkCurrent();
            continue;
        }
        handOut(queue, *consumer);
        hasHandedOut |= !consumer->noAck;
        queue.consumers.advance();
    }
}

bool Consuming::dropExpired(Queue& queue, WallTime at)
{
    if (!queue.isLed()) return false;
    for (int left = kDropsMax; left > 0; --left) {
        const auto expiry = queue.nextExpiry();
        if (!expiry || *expiry > at) return false;
        m_state.discard(queue, queue.removeExpired(), DeathReason::Expired);
    }
    return true;
}

bool Consuming::dropOverflow(Queue& queue)
{
    // A queue that refuses publishes drops nothing, not even when messages come back to it.
    if (queue.settings().overflow != Overflow::DropHead || !queue.isLed()) return false;
    for (int left = kDropsMax; left > 0; --left) {
        if (!queue.isOverLimit() || queue.readyCount() == 0) return false;
        m_state.discard(queue, queue.removeFirst(), DeathReason::LengthLimit);
    }
    return queue.isOverLimit();
}

Consuming::Taken Consuming::takeFirst(Queue& queue, Channel& channel, Consumer* consumer,
                                      bool noAck, std::optional<std::uint32_t> shownCount)
{
    const QueueEntry& first = queue.first();
    noteDelivery(queue, channel, first);
    Taken taken;
    taken.isRedelivered = first.isRedelivered;
    taken.isComing = first.isLoading;
    taken.shownCount = shownCount;
    if (!first.isInMemory()) taken.missing = missingBody(queue, channel, noAck);
    if (noAck) {
        QueueEntry entry = queue.removeFirst();
        if (!taken.missing) logRemoval(queue, entry);
        taken.tag = channel.unacked.skip();
        taken.message = std::move(entry.message);
        return taken;
    }
    UnackedMessage held{.queue = queue.id(),
                        .consumer = consumer,
                        .isDelivery = consumer != nullptr,
                        .deliveredAt = m_state.now,
                        .entry = queue.deliver()};
    taken.message = held.entry.message;
    queue.pageOutDelivered(held.entry, m_state.committed());
    armTimeout(channel, queue);
    taken.tag = channel.unacked.add(std::move(held));
    return taken;
}

template <typename Event>
void Consuming::post(Channel& channel, Event&& event, Taken&& taken)
{
    event.tag = taken.tag;
    event.isRedelivered = taken.isRedelivered;
    if (!taken.missing) {
        event.message = asDelivered(taken.message, taken.shownCount);
        m_state.post(channel, std::move(event));
        return;
    }
    taken.missing->shownDeliveryCount = taken.shownCount;
    m_paging.postWithoutBody(channel, std::move(event), std::move(*taken.missing), taken.isComing);
}

void Consuming::handOut(Queue& queue, Consumer& consumer)
{
    Channel& channel = *consumer.channel;
    m_servedCount += 1;
    consumer.servedAt = m_servedCount;
    const QueueEntry& first = queue.first();
    const std::int64_t wireBytes = Connection::wireBytes(first);
    channel.connection.sendCredit -= wireBytes;
    m_state.deliveryBytesLeft -= wireBytes;

    Delivery delivery;
    delivery.consumer = consumer.slot;
    const auto shownCount = shownDeliveryCount(queue, first);
    Taken taken = takeFirst(queue, channel, &consumer, consumer.noAck, shownCount);
    if (!consumer.noAck) {
        consumer.unackedCount += 1;
        channel.consumerUnackedCount += 1;
    }
    post(channel, std::move(delivery), std::move(taken));
}

Verdict Consuming::get(Channel& channel, const Get& command)
{
    const auto found = findQueue(channel, command.queue);
    if (!found) return found.error();
    Queue& queue = *found.value();
    if (queue.settings().type == QueueType::Quorum && queue.consumers.isSingleActive()) {
        const auto& definition = queue.definition();
        return Refusal{ReplyCode::ResourceLocked,
                       "cannot obtain access to locked " +
                           queueText(definition.vhost, definition.name) +
                           ". basic.get operations are not supported by quorum queues with single "
                           "active consumer",
                       {}};
    }
    queue.lastUsed = m_state.now;
    // Whatever has expired is gone for a get, however much there is of it.
    while (dropExpired(queue, m_state.wallNow)) {
    }
    if (queue.readyCount() == 0) {
        m_state.post(channel, GetEmpty{});
        return {};
    }
    const auto shownCount = shownToGet(queue, queue.first());
    Taken taken = takeFirst(queue, channel, nullptr, command.noAck, shownCount);
    // Nor does what expired behind this one count.
    while (dropExpired(queue, m_state.wallNow)) {
    }
    GetOk answer;
    answer.messageCount = static_cast<std::uint32_t>(queue.readyCount());
    if (queue.nextExpiry()) m_state.markDirty(queue);  // the next one may have expired long ago
    post(channel, std::move(answer), std::move(taken));
    return {};
}

void Consuming::noteDelivery(Queue& queue, Channel& channel, const QueueEntry& entry)
{
    for (MessageCounters* counters : {&queue.counters, &channel.counters, &m_state.counters}) {
        counters->deliver += 1;
        counters->redeliver += entry.isRedelivered;
    }
    if (entry.isInMemory() && isTraced(*channel.connection.vhost)) {
        traceDelivery(m_state, channel, queue, entry);
    }
    if (!entry.isPersistent()) return;
    const auto priority = static_cast<std::uint8_t>(entry.priority);
    const RedeliveryMark& mark = queue.lane(priority).mark;
    if (mark.covers(entry.sequence, entry.position, m_state.committed())) return;
    if (entry.sequence > mark.upTo()) {
        extendMark(queue, priority, entry.sequence + RedeliveryMark::kBlock);
    }
    m_state.hold(channel, mark.position());
}

void Consuming::extendMark(Queue& queue, std::uint8_t priority, Sequence upTo)
{
    const LogPosition position = m_state.nextPosition();
    queue.lane(priority).mark.extend(upTo, position, m_state.committed());
    m_state.log(MarkDelivered{queue.id(), upTo, position, priority});
}

MissingBody Consuming::missingBody(const Queue& queue, const Channel& channel, bool noAck) const
{
    const QueueEntry& entry = queue.first();
    MissingBody missing;
    missing.request = entry.request(queue.id());
    missing.removesAfterwards = noAck;
    missing.isTraced = isTraced(*channel.connection.vhost);
    missing.isRedelivered = entry.isRedelivered;
    missing.wireBytes = Connection::wireBytes(entry);
    return missing;
}

void Consuming::armTimeout(Channel& channel, const Queue& queue)
{
    const auto timeout = queue.settings().consumerTimeout ? queue.settings().consumerTimeout
                                                          : m_state.consumerTimeout;
    if (!timeout) return;
    m_state.timers.arm({.connection = channel.connection.id, .channel = channel.number},
                       channel.timerAt, m_state.now + *timeout);
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
            rejectForGood(channel, message);
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
        rejectForGood(channel, message);
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
    if (message.remote) return settleAway(channel, message, RelayRequest::Settle::How::Ack);
    if (Queue* queue = m_state.catalogue.findQueue(message.queue)) {
        queue->counters.ack += 1;
        const bool isTold = isTraced(*channel.connection.vhost) && message.entry.isInMemory();
        if (isTold) traceAck(m_state, channel, *queue, message.entry);
    }
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

void Consuming::rejectForGood(Channel& channel, UnackedMessage& message)
{
    if (message.remote) return settleAway(channel, message, RelayRequest::Settle::How::Reject);
    releaseFrom(channel, message);
    QueueEntry entry = channel.unacked.release(message);
    Queue* queue = m_state.catalogue.findQueue(message.queue);
    if (queue == nullptr) return;
    queue->removeDelivered(entry);
    m_state.discard(*queue, std::move(entry), DeathReason::Rejected);
}

void Consuming::putBack(Channel& channel, UnackedMessage& message)
{
    if (message.remote) return settleAway(channel, message, RelayRequest::Settle::How::Requeue);
    releaseFrom(channel, message);
    QueueEntry entry = channel.unacked.release(message);
    Queue* queue = m_state.catalogue.findQueue(message.queue);
    if (queue == nullptr) return;
    entry.countReturn();
    if (countsDeliveries(*queue)) {
        const auto limit = queue->settings().deliveryLimit;
        if (limit && entry.deliveryCount > *limit) {
            queue->removeDelivered(entry);
            m_state.discard(*queue, std::move(entry), DeathReason::DeliveryLimit);
            return;
        }
        if (entry.isPersistent()) {
            m_state.log(
                CountDeliveries{queue->id(), entry.position, entry.deliveryCount, entry.sequence});
        }
    }
    queue->requeue(std::move(entry));
    m_state.markDirty(*queue);
    if (queue->isRefilled) return;
    queue->isRefilled = true;
    m_state.refilledQueues.push_back(queue->id());
}

void Consuming::trimRefilled()
{
    for (const QueueId id : m_state.refilledQueues) {
        Queue* queue = m_state.catalogue.findQueue(id);
        if (queue == nullptr) continue;
        queue->isRefilled = false;
        // All of it: whoever gets or consumes next must not see what is too much.
        while (dropExpired(*queue, m_state.wallNow)) {
        }
        while (queue->hasLengthLimit() && dropOverflow(*queue)) {
        }
    }
    m_state.refilledQueues.clear();
}

void Consuming::logRemoval(const Queue& queue, const QueueEntry& entry)
{
    if (entry.position == 0 && !queue.isMirrored) return;
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
        m_relaying.forwardToAll(channel, command);
        unpark(channel);
    } else {
        channel.prefetchMax = command.count;
    }
    m_state.post(channel, PlainReply::QosOk);
}

void Consuming::setFlow(Channel& channel, bool isActive)
{
    channel.isFlowActive = isActive;
    m_relaying.forwardToAll(channel, SetFlow{isActive});
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
