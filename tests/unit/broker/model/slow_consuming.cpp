#include "tests/unit/broker/model/slow_broker.h"

#include <algorithm>
#include <cstdlib>
#include <tuple>
#include <utility>

namespace warren::test {

using broker::ChannelMode;
using broker::Overflow;

// ------------------------------------------------------------------------------------- deliveries

void SlowBroker::consume(ChannelKey key, const std::string& name, const std::string& tag,
                         int priority, bool noAck)
{
    SlowQueue& queue = *queueAt(name);
    tell(key, "consume-ok " + tag);
    m_turns += 1;
    queue.consumers.push_back({.channel = key,
                               .tag = tag,
                               .priority = priority,
                               .noAck = noAck,
                               .prefetch = channelAt(key).prefetch,
                               .turn = m_turns});
    queue.lastUsed = m_now;
    if (queue.activeTag.empty()) activate(queue);
}

void SlowBroker::activate(SlowQueue& queue)
{
    if (!queue.plan.hasSingleActiveConsumer || queue.consumers.empty()) return;
    SlowConsumer* best = nullptr;
    for (SlowConsumer& consumer : queue.consumers) {
        if (best == nullptr || consumer.priority > best->priority) best = &consumer;
    }
    queue.activeTag = best->tag;
}

void SlowBroker::cancel(ChannelKey key, const std::string& tag)
{
    removeConsumer(tag);
    tell(key, "cancel-ok " + tag);
}

void SlowBroker::removeConsumer(const std::string& tag)
{
    for (SlowChannel& channel : m_channels) {
        for (SlowHeld& held : channel.held) {
            if (held.consumer == tag) held.consumer.clear();
        }
    }
    for (SlowQueue& queue : m_queues) {
        const auto count =
            std::erase_if(queue.consumers, [&](const SlowConsumer& one) { return one.tag == tag; });
        if (count == 0) continue;
        queue.lastUsed = m_now;
        if (queue.activeTag != tag) continue;
        queue.activeTag.clear();
        activate(queue);
    }
}

SlowConsumer* SlowBroker::nextConsumer(SlowQueue& queue) const
{
    SlowConsumer* best = nullptr;
    for (SlowConsumer& consumer : queue.consumers) {
        if (consumer.isParked) continue;
        if (!queue.activeTag.empty() && consumer.tag != queue.activeTag) continue;
        const bool isBetter = best == nullptr || consumer.priority > best->priority ||
                              (consumer.priority == best->priority && consumer.turn < best->turn);
        if (isBetter) best = &consumer;
    }
    return best;
}

bool SlowBroker::canTake(const SlowConsumer& consumer)
{
    SlowConnection& connection = m_connections.at(consumer.channel.client);
    if (!connection.reads) {
        connection.isStarved = true;
        return false;
    }
    const SlowChannel& channel = channelAt(consumer.channel);
    if (!channel.isFlowActive) return false;
    if (consumer.noAck) return true;
    std::size_t own = 0;
    std::size_t all = 0;
    for (const SlowHeld& held : channel.held) {
        own += held.consumer == consumer.tag;
        all += held.isDelivery;
    }
    return (consumer.prefetch == 0 || own < consumer.prefetch) &&
           (channel.globalPrefetch == 0 || all < channel.globalPrefetch);
}

void SlowBroker::handOut(SlowQueue& queue)
{
    while (!queue.ready.empty()) {
        SlowConsumer* consumer = nextConsumer(queue);
        if (consumer == nullptr) return;
        // What expires just now may still go out.
        if (dropExpired(queue, m_now - 1)) continue;
        if (canTake(*consumer)) {
            deliver(queue, *consumer);
        } else {
            consumer->isParked = true;
        }
    }
}

void SlowBroker::deliver(SlowQueue& queue, SlowConsumer& consumer)
{
    const Copy copy = queue.ready.front();
    queue.ready.erase(queue.ready.begin());
    m_turns += 1;
    m_servedCount += 1;
    consumer.turn = m_turns;
    consumer.servedAt = m_servedCount;
    m_told.push_back({consumer.channel, consumer.tag, outgoingText(queue.plan, copy), copy.id});
    if (consumer.noAck) return;
    channelAt(consumer.channel)
        .held.push_back({.copy = copy,
                         .queue = queue.incarnation,
                         .consumer = consumer.tag,
                         .isDelivery = true});
}

void SlowBroker::get(ChannelKey key, const std::string& name, bool noAck)
{
    SlowQueue& queue = *queueAt(name);
    queue.lastUsed = m_now;
    dropExpired(queue, m_now);
    if (queue.ready.empty()) {
        tell(key, "get-empty");
    } else {
        const Copy copy = queue.ready.front();
        queue.ready.erase(queue.ready.begin());
        dropExpired(queue, m_now);
        m_told.push_back({key,
                          {},
                          "get-ok " + outgoingText(queue.plan, copy) + ", " +
                              std::to_string(queue.ready.size()) + " left",
                          copy.id});
        if (!noAck) channelAt(key).held.push_back({.copy = copy, .queue = queue.incarnation});
    }
    carryOnTheDead();
}

void SlowBroker::unpark(SlowQueue& queue, SlowConsumer& consumer)
{
    if (!consumer.isParked) return;
    consumer.isParked = false;
    if (!queue.activeTag.empty() && consumer.tag != queue.activeTag) return;
    m_turns += 1;
    consumer.turn = m_turns;
}

void SlowBroker::wake(const std::function<bool(const SlowConsumer&)>& isMeant)
{
    std::vector<std::pair<SlowQueue*, SlowConsumer*>> woken;
    for (SlowQueue& queue : m_queues) {
        for (SlowConsumer& consumer : queue.consumers) {
            if (consumer.isParked && isMeant(consumer)) woken.push_back({&queue, &consumer});
        }
    }
    // Who was served longest ago comes first.
    std::ranges::sort(woken, {}, [](const auto& one) {
        return std::tuple{one.second->servedAt, one.second->channel, one.second->tag};
    });
    for (const auto& [queue, consumer] : woken)
        unpark(*queue, *consumer);
}

// ------------------------------------------------------------------------------- acknowledgements

void SlowBroker::settle(ChannelKey key, DeliveryTag tag, bool isMultiple, Settling how)
{
    SlowChannel& channel = channelAt(key);
    std::vector<DeliveryTag> tags;
    for (const SlowHeld& held : channel.held) {
        if (held.isInTransaction || held.tag == 0) continue;
        if (isMultiple ? held.tag <= tag : held.tag == tag) tags.push_back(held.tag);
    }
    for (const DeliveryTag one : tags) {
        if (channel.mode != ChannelMode::Transactional) {
            settleOne(channel, one, how);
            continue;
        }
        channel.settlements.push_back({one, how});
        for (SlowHeld& held : channel.held) {
            if (held.tag == one) held.isInTransaction = true;
        }
    }
    carryOnTheDead();
}

void SlowBroker::settleOne(SlowChannel& channel, DeliveryTag tag, Settling how)
{
    const auto at = std::ranges::find(channel.held, tag, &SlowHeld::tag);
    SlowHeld held = release(channel, static_cast<std::size_t>(at - channel.held.begin()));
    const SlowQueue* queue = findQueue(held.queue);
    if (queue == nullptr) return;  // it has gone, and its messages with it
    if (how == Settling::Requeue) putBack(std::move(held));
    if (how == Settling::Reject) die(*queue, std::move(held.copy), "rejected");
}

SlowHeld SlowBroker::release(SlowChannel& channel, std::size_t at)
{
    const ChannelKey key = channel.key;
    std::size_t deliveryCount = 0;
    for (const SlowHeld& held : channel.held)
        deliveryCount += held.isDelivery;
    const bool wasFull = channel.globalPrefetch != 0 && deliveryCount >= channel.globalPrefetch;
    const SlowHeld held = channel.held[at];
    channel.held.erase(channel.held.begin() + static_cast<std::ptrdiff_t>(at));
    // There is room again: for all of the channel, or for this consumer only.
    if (held.isDelivery && wasFull) {
        wake([key](const SlowConsumer& one) { return one.channel == key; });
    } else if (held.isDelivery) {
        wake([&](const SlowConsumer& one) { return one.tag == held.consumer; });
    }
    return held;
}

void SlowBroker::putBack(SlowHeld held)
{
    SlowQueue* queue = queueAt(held.queue);
    if (queue == nullptr) return;
    Copy copy = std::move(held.copy);
    if (queue->plan.deliveryLimit) {
        copy.deliveryCount += 1;
        if (std::cmp_greater(copy.deliveryCount, *queue->plan.deliveryLimit)) {
            return die(*queue, std::move(copy), "delivery_limit");
        }
    }
    copy.isRedelivered = true;
    insert(*queue, std::move(copy));
    if (std::ranges::find(m_refilled, queue->incarnation) == m_refilled.end()) {
        m_refilled.push_back(queue->incarnation);
    }
}

void SlowBroker::trimRefilled()
{
    for (const std::uint64_t incarnation : std::exchange(m_refilled, {})) {
        SlowQueue* queue = queueAt(incarnation);
        if (queue == nullptr) continue;
        dropExpired(*queue, m_now);
        dropOverflow(*queue);
    }
}

void SlowBroker::recover(ChannelKey key)
{
    SlowChannel& channel = channelAt(key);
    for (std::size_t at = 0; at < channel.held.size();) {
        if (channel.held[at].isInTransaction) {
            at += 1;
        } else {
            putBack(release(channel, at));
        }
    }
    tell(key, "recover-ok");
    carryOnTheDead();
}

void SlowBroker::commit(ChannelKey key)
{
    SlowChannel& channel = channelAt(key);
    bool isPartial = false;
    for (const SlowPublication& publication : std::exchange(channel.publications, {})) {
        if (publication.queues.empty() && publication.isMandatory) {
            tell(key, "return " + publication.letter->text);
        }
        isPartial |= enqueue(publication).isRefused;
    }
    for (const SlowSettlement& settlement : std::exchange(channel.settlements, {}))
        settleOne(channel, settlement.tag, settlement.how);
    if (isPartial) {
        leave(key);
        tell(key, "channel.close 406 partial tx completion");
    } else {
        tell(key, "tx.commit-ok");
    }
    carryOnTheDead();
}

void SlowBroker::rollback(ChannelKey key)
{
    SlowChannel& channel = channelAt(key);
    channel.publications.clear();
    channel.settlements.clear();
    for (SlowHeld& held : channel.held)
        held.isInTransaction = false;
    tell(key, "tx.rollback-ok");
}

// ----------------------------------------------------------------------------------------- limits

void SlowBroker::setPrefetch(ChannelKey key, std::size_t count, bool isGlobal)
{
    SlowChannel& channel = channelAt(key);
    if (isGlobal) {
        channel.globalPrefetch = count;
        wake([key](const SlowConsumer& one) { return one.channel == key; });
    } else {
        channel.prefetch = count;
    }
    tell(key, "qos-ok");
}

void SlowBroker::setFlow(ChannelKey key, bool isActive)
{
    channelAt(key).isFlowActive = isActive;
    if (isActive) wake([key](const SlowConsumer& one) { return one.channel == key; });
    tell(key, isActive ? "channel.flow-ok active" : "channel.flow-ok paused");
}

void SlowBroker::setReads(std::size_t client, bool reads)
{
    SlowConnection& connection = m_connections.at(client);
    connection.reads = reads;
    if (!reads || !connection.isStarved) return;
    connection.isStarved = false;
    wake([client](const SlowConsumer& one) { return one.channel.client == client; });
}

bool SlowBroker::dropExpired(SlowQueue& queue, std::int64_t at)
{
    const auto isDead = [at](const Copy& copy) { return copy.expiresAt && *copy.expiresAt <= at; };
    bool hasDropped = false;
    for (;;) {
        auto next = queue.ready.begin();
        if (queue.plan.hasExactTtl) {
            // Wherever it is; of several the one that should have gone first.
            const auto order = [&](const Copy& copy) {
                return std::tuple{!copy.expiresAt, copy.expiresAt.value_or(0),
                                  priorityIn(queue.plan, *copy.letter), copy.sequence};
            };
            next = std::ranges::min_element(queue.ready, {}, order);
        }
        if (next == queue.ready.end() || !isDead(*next)) return hasDropped;
        Copy copy = std::move(*next);
        queue.ready.erase(next);
        die(queue, std::move(copy), "expired");
        hasDropped = true;
    }
}

void SlowBroker::dropOverflow(SlowQueue& queue)
{
    if (queue.plan.overflow != Overflow::DropHead) return;
    while (isOver(queue.plan, queue.ready.size(), readyBytes(queue))) {
        Copy copy = std::move(queue.ready.front());
        queue.ready.erase(queue.ready.begin());
        die(queue, std::move(copy), "maxlen");
    }
}

}  // namespace warren::test
