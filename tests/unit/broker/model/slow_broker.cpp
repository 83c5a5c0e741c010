#include "tests/unit/broker/model/slow_broker.h"

#include <algorithm>
#include <cstdlib>
#include <tuple>
#include <utility>

namespace warren::test {

using broker::ChannelMode;
using broker::Overflow;

// ------------------------------------------------------------------------------------ plain facts

int priorityIn(const QueuePlan& plan, const Letter& letter)
{
    return std::min<int>(letter.priority.value_or(0), plan.priorityMax);
}

bool isOver(const QueuePlan& plan, std::size_t count, std::size_t bytes)
{
    return (plan.lengthMax && std::cmp_greater(count, *plan.lengthMax)) ||
           (plan.bytesMax && std::cmp_greater(bytes, *plan.bytesMax));
}

std::size_t readyBytes(const SlowQueue& queue)
{
    std::size_t bytes = 0;
    for (const Copy& copy : queue.ready)
        bytes += copy.letter->bodyBytes;
    return bytes;
}

bool isCycle(const Letter& letter, const std::string& queue)
{
    for (const LetterDeath& death : letter.deaths) {
        if (death.reason == "rejected") return false;
        if (death.queue == queue) return true;
    }
    return false;
}

std::string outgoingText(const QueuePlan& plan, const Copy& copy)
{
    std::string text = copy.letter->text;
    if (copy.isRedelivered) text += " redelivered";
    if (plan.deliveryLimit && copy.deliveryCount > 0) {
        text += " for the " + std::to_string(copy.deliveryCount) + ". time";
    }
    return text;
}

// ----------------------------------------------------------------------------------- what is there

const SlowQueue* SlowBroker::findQueue(const std::string& name) const
{
    for (const SlowQueue& queue : m_queues) {
        if (queue.plan.name == name) return &queue;
    }
    return nullptr;
}

const SlowQueue* SlowBroker::findQueue(std::uint64_t incarnation) const
{
    for (const SlowQueue& queue : m_queues) {
        if (queue.incarnation == incarnation) return &queue;
    }
    return nullptr;
}

const SlowChannel* SlowBroker::findChannel(ChannelKey key) const
{
    for (const SlowChannel& channel : m_channels) {
        if (channel.key == key) return &channel;
    }
    return nullptr;
}

SlowQueue* SlowBroker::queueAt(const std::string& name)
{
    return const_cast<SlowQueue*>(findQueue(name));
}

SlowQueue* SlowBroker::queueAt(std::uint64_t incarnation)
{
    return const_cast<SlowQueue*>(findQueue(incarnation));
}

SlowChannel& SlowBroker::channelAt(ChannelKey key)
{
    return *const_cast<SlowChannel*>(findChannel(key));
}

SlowConsumer* SlowBroker::consumerAt(const std::string& tag)
{
    for (SlowQueue& queue : m_queues) {
        for (SlowConsumer& consumer : queue.consumers) {
            if (consumer.tag == tag) return &consumer;
        }
    }
    return nullptr;
}

std::vector<Copy> SlowBroker::contentsOf(const SlowQueue& queue) const
{
    std::vector<Copy> copies = queue.ready;
    for (const SlowChannel& channel : m_channels) {
        for (const SlowHeld& held : channel.held) {
            if (held.queue == queue.incarnation) copies.push_back(held.copy);
        }
    }
    std::ranges::sort(copies, {}, &Copy::sequence);
    return copies;
}

std::size_t SlowBroker::heldCount(const SlowQueue& queue) const
{
    return contentsOf(queue).size() - queue.ready.size();
}

std::optional<std::int64_t> SlowBroker::nextDeadline() const
{
    std::optional<std::int64_t> next;
    const auto consider = [&](std::int64_t at) {
        if (!next || at < *next) next = at;
    };
    for (const SlowQueue& queue : m_queues) {
        for (const Copy& copy : queue.ready) {
            if (copy.expiresAt) consider(*copy.expiresAt);
            if (!queue.plan.hasExactTtl) break;  // only the first one can expire
        }
        if (queue.plan.expiresMs && queue.consumers.empty()) {
            consider(queue.lastUsed + *queue.plan.expiresMs);
        }
    }
    return next;
}

// ---------------------------------------------------------------------------------------- clients

void SlowBroker::connect(std::size_t client)
{
    m_lastConnection += 1;
    m_connections[client] = {.number = m_lastConnection};
}

void SlowBroker::openChannel(ChannelKey key, ChannelMode mode)
{
    m_channels.push_back({.key = key, .mode = mode});
    std::ranges::sort(m_channels, {}, &SlowChannel::key);
    tell(key, "channel.open-ok");
    if (mode == ChannelMode::Confirm) tell(key, "confirm.select-ok");
    if (mode == ChannelMode::Transactional) tell(key, "tx.select-ok");
}

void SlowBroker::leave(ChannelKey key)
{
    SlowChannel& channel = channelAt(key);
    while (!channel.held.empty()) {
        putBack(release(channel, 0));
    }
    std::vector<std::string> tags;
    for (const SlowQueue& queue : m_queues) {
        for (const SlowConsumer& consumer : queue.consumers) {
            if (consumer.channel == key) tags.push_back(consumer.tag);
        }
    }
    std::ranges::sort(tags);
    for (const std::string& tag : tags)
        removeConsumer(tag);
    std::erase_if(m_channels, [key](const SlowChannel& one) { return one.key == key; });
}

void SlowBroker::closeChannel(ChannelKey key)
{
    leave(key);
    carryOnTheDead();
}

void SlowBroker::lose(std::size_t client)
{
    std::vector<ChannelKey> keys;
    for (const SlowChannel& channel : m_channels) {
        if (channel.key.client == client) keys.push_back(channel.key);
    }
    for (const ChannelKey key : keys)
        leave(key);
    m_connections.erase(client);
    carryOnTheDead();
}

// ----------------------------------------------------------------------------------------- queues

void SlowBroker::declare(ChannelKey key, const QueuePlan& plan)
{
    m_lastIncarnation += 1;
    m_queues.push_back({.plan = plan, .incarnation = m_lastIncarnation, .lastUsed = m_now});
    tell(key, "queue.declare-ok " + plan.name + " 0 0");
    if (plan.isBoundToAll) tell(key, "queue.bind-ok");
    if (plan.isBoundToDeath) tell(key, "queue.bind-ok");
}

void SlowBroker::deleteQueue(ChannelKey key, const std::string& name)
{
    SlowQueue& queue = *queueAt(name);
    const std::size_t count = queue.ready.size();
    const std::uint64_t incarnation = queue.incarnation;
    while (!queue.consumers.empty()) {
        const SlowConsumer consumer = queue.consumers.front();
        removeConsumer(consumer.tag);
        tell(consumer.channel, "cancel " + consumer.tag);
    }
    std::erase_if(m_queues, [&](const SlowQueue& one) { return one.incarnation == incarnation; });
    tell(key, "queue.delete-ok " + std::to_string(count));
}

void SlowBroker::purge(ChannelKey key, const std::string& name)
{
    SlowQueue& queue = *queueAt(name);
    tell(key, "purge-ok " + std::to_string(queue.ready.size()));
    queue.ready.clear();
}

// ------------------------------------------------------------------------------------- publishing

std::vector<std::uint64_t> SlowBroker::route(const Letter& letter) const
{
    std::vector<std::uint64_t> queues;
    for (const SlowQueue& queue : m_queues) {
        const bool isMeant = letter.exchange.empty()             ? queue.plan.name == letter.key
                             : letter.exchange == kDeathExchange ? queue.plan.isBoundToDeath
                             : letter.exchange == "amq.fanout"   ? queue.plan.isBoundToAll
                                                                 : false;
        if (isMeant) queues.push_back(queue.incarnation);
    }
    return queues;
}

void SlowBroker::publish(ChannelKey key, const LetterPtr& letter, bool isMandatory)
{
    SlowChannel& channel = channelAt(key);
    SlowPublication publication{
        .letter = letter, .queues = route(*letter), .isMandatory = isMandatory};
    if (channel.mode == ChannelMode::Transactional) {
        channel.publications.push_back(std::move(publication));
        return;
    }
    if (publication.queues.empty() && isMandatory) tell(key, "return " + letter->text);
    const Outcome outcome = enqueue(publication);
    if (channel.mode == ChannelMode::Confirm) {
        channel.lastPublish += 1;
        m_toldConfirms.push_back({.channel = key,
                                  .tag = channel.lastPublish,
                                  .isRefused = outcome.isRefused,
                                  .isStored = outcome.isStored});
    }
    carryOnTheDead();
}

SlowBroker::Outcome SlowBroker::enqueue(const SlowPublication& publication)
{
    Outcome outcome;
    for (const std::uint64_t incarnation : publication.queues) {
        SlowQueue* queue = queueAt(incarnation);
        if (queue == nullptr) continue;  // deleted since, in a transaction
        const Outcome one = enqueue(*queue, publication.letter);
        outcome.isRefused |= one.isRefused;
        outcome.isStored |= one.isStored;
    }
    return outcome;
}

SlowBroker::Outcome SlowBroker::enqueue(SlowQueue& queue, const LetterPtr& letter)
{
    const QueuePlan& plan = queue.plan;
    Outcome outcome;
    // What consumers would have taken by now is not in the way.
    if (plan.hasLengthLimit()) handOut(queue);
    const bool isTooMuch =
        isOver(plan, queue.ready.size() + 1, readyBytes(queue) + letter->bodyBytes);
    if (isTooMuch && plan.overflow != Overflow::DropHead) {
        outcome.isRefused = true;
        if (plan.overflow == Overflow::RejectPublishDeadLetter) {
            die(queue, {.letter = letter}, "maxlen");
        }
        return outcome;
    }
    outcome.copy = append(queue, letter);
    outcome.isStored = letter->isPersistent && plan.isDurable;
    if (isOver(plan, queue.ready.size(), readyBytes(queue))) {
        handOut(queue);
        dropOverflow(queue);
    }
    return outcome;
}

CopyId SlowBroker::append(SlowQueue& queue, const LetterPtr& letter)
{
    m_lastCopy += 1;
    queue.lastSequence += 1;
    Copy copy{.id = m_lastCopy, .sequence = queue.lastSequence, .letter = letter};
    copy.isStored = letter->isPersistent && queue.plan.isDurable;
    if (queue.plan.ttlMs) copy.expiresAt = m_now + *queue.plan.ttlMs;
    if (letter->expiration) {
        const std::int64_t own = m_now + std::atoll(letter->expiration->c_str());
        if (!copy.expiresAt || own < *copy.expiresAt) copy.expiresAt = own;
    }
    m_born.emplace_back(queue.incarnation, copy);
    insert(queue, std::move(copy));
    return m_lastCopy;
}

void SlowBroker::insert(SlowQueue& queue, Copy copy)
{
    const auto place = [&](const Copy& one) {
        return std::pair{-priorityIn(queue.plan, *one.letter), one.sequence};
    };
    const auto behind = std::ranges::find_if(
        queue.ready, [&](const Copy& other) { return place(other) > place(copy); });
    queue.ready.insert(behind, std::move(copy));
}

// ----------------------------------------------------------------------------------------- deaths

void SlowBroker::die(const SlowQueue& queue, Copy copy, std::string reason)
{
    if (!queue.plan.deadLetterExchange) return;
    m_dying.push_back({queue.incarnation, std::move(copy), std::move(reason)});
}

void SlowBroker::carryOnTheDead()
{
    trimRefilled();
    while (!m_dying.empty()) {
        const Dying dying = m_dying.front();
        m_dying.erase(m_dying.begin());
        SlowQueue* queue = queueAt(dying.queue);
        if (queue == nullptr) continue;
        const QueuePlan& plan = queue->plan;
        const Letter& letter = *dying.copy.letter;
        const LetterPtr next = deceased(
            letter, plan.name, dying.reason, static_cast<std::uint64_t>(m_now / 1000),
            *plan.deadLetterExchange, plan.deadLetterKey ? *plan.deadLetterKey : letter.key);
        std::vector<CopyId>& heirs = m_heirs[dying.copy.id];
        m_deaths.push_back(dying.reason);
        std::size_t takenBy = 0;
        for (const std::uint64_t incarnation : route(*next)) {
            SlowQueue& target = *queueAt(incarnation);
            if (dying.reason != "rejected" && isCycle(*next, target.plan.name)) continue;
            const Outcome outcome = enqueue(target, next);
            if (outcome.isRefused) continue;
            takenBy += 1;
            heirs.push_back(outcome.copy);
        }
        queue->deadLetteredCount += 1;
        queue->deadLetterDroppedCount += takenBy == 0;
    }
}

// ----------------------------------------------------------------------- what comes by itself

void SlowBroker::passTime(std::int64_t ms)
{
    m_now += ms;
    std::erase_if(m_queues, [this](const SlowQueue& queue) {
        return queue.plan.expiresMs && queue.consumers.empty() &&
               m_now - queue.lastUsed >= *queue.plan.expiresMs;
    });
}

bool SlowBroker::hasWork(const SlowQueue& queue) const
{
    SlowQueue copy = queue;
    if (!queue.ready.empty() && nextConsumer(copy) != nullptr) return true;
    for (const Copy& one : queue.ready) {
        if (one.expiresAt && *one.expiresAt <= m_now) return true;
        if (!queue.plan.hasExactTtl) break;
    }
    return queue.plan.overflow == Overflow::DropHead &&
           isOver(queue.plan, queue.ready.size(), readyBytes(queue));
}

void SlowBroker::serve(SlowQueue& queue)
{
    handOut(queue);
    dropExpired(queue, m_now);
    dropOverflow(queue);
}

void SlowBroker::settle(Choices& choices)
{
    for (;;) {
        std::vector<std::uint64_t> waiting;
        for (const SlowQueue& queue : m_queues) {
            if (hasWork(queue)) waiting.push_back(queue.incarnation);
        }
        if (waiting.empty()) return;
        while (!waiting.empty()) {
            const auto next =
                waiting.begin() + static_cast<std::ptrdiff_t>(choices.pick(waiting.size()));
            serve(*queueAt(*next));
            waiting.erase(next);
        }
        carryOnTheDead();
    }
}

// --------------------------------------------------------------------------------------- restarts

SlowBroker SlowBroker::durablePart() const
{
    SlowBroker part = *this;
    part.m_channels.clear();
    part.m_connections.clear();
    part.forgetTold();
    std::erase_if(part.m_queues, [](const SlowQueue& queue) { return !queue.plan.isDurable; });
    for (SlowQueue& queue : part.m_queues) {
        std::vector<Copy> contents = contentsOf(queue);
        std::erase_if(contents, [](const Copy& copy) { return !copy.isStored; });
        queue.lastSequence = contents.empty() ? 0 : contents.back().sequence;
        queue.ready.clear();
        for (Copy& copy : contents)
            insert(queue, std::move(copy));
        queue.consumers.clear();
        queue.activeTag.clear();
        queue.lastUsed = m_now;
        queue.deadLetteredCount = 0;
        queue.deadLetterDroppedCount = 0;
    }
    return part;
}

void SlowBroker::restart(Choices& choices)
{
    while (!m_connections.empty()) {
        const auto oldest = std::ranges::min_element(
            m_connections, {}, [](const auto& entry) { return entry.second.number; });
        lose(oldest->first);
    }
    settle(choices);
    *this = durablePart();
    settle(choices);
}

void SlowBroker::adopt(std::vector<SlowQueue> queues, const SlowBroker& later)
{
    m_queues = std::move(queues);
    m_lastCopy = later.m_lastCopy;
    m_lastIncarnation = later.m_lastIncarnation;
}

// --------------------------------------------------------------------------------------- comparing

void SlowBroker::forgetTold()
{
    m_told.clear();
    m_toldConfirms.clear();
    m_heirs.clear();
    m_deaths.clear();
    m_born.clear();
}

void SlowBroker::noteTag(ChannelKey key, std::size_t heldAt, DeliveryTag tag)
{
    channelAt(key).held[heldAt].tag = tag;
}

void SlowBroker::noteVisible(ChannelKey key, CopyId copy)
{
    for (SlowHeld& held : channelAt(key).held) {
        if (held.copy.id == copy) held.isVisible = true;
    }
}

}  // namespace warren::test
