#include "tests/unit/broker/queue_model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <optional>

namespace warren::test {

using namespace broker;

namespace {

constexpr std::size_t kClientCount = 3;
constexpr std::size_t kChannelsPerClient = 3;
/// Name, and whether it is durable.
constexpr std::pair<const char*, bool> kQueues[] = {
    {"transient", false}, {"durable1", true}, {"durable2", true}};

int idOf(const MessagePtr& message)
{
    return std::atoi(std::string{textOf(message->body())}.c_str());
}

}  // namespace

QueueModel::QueueModel(std::uint64_t seed)
    : m_prng(seed), m_harness(BrokerHarness::Commits::OnDemand, seed), m_clients(kClientCount)
{
    for (Client& client : m_clients)
        connectClient(client);
}

// --------------------------------------------------------------------------------------- choices

QueueModel::Client& QueueModel::anyClient() { return m_clients[pick(m_clients.size())]; }

QueueModel::Queue* QueueModel::anyQueue()
{
    if (m_queues.empty()) return nullptr;
    return &std::next(m_queues.begin(), static_cast<std::ptrdiff_t>(pick(m_queues.size())))->second;
}

std::pair<QueueModel::Client*, ChannelNumber> QueueModel::anyChannel()
{
    Client& client = anyClient();
    const auto at = std::next(client.channels.begin(),
                              static_cast<std::ptrdiff_t>(pick(client.channels.size())));
    return {&client, at->first};
}

void QueueModel::step()
{
    // Queues come back by themselves, so that there is something to do.
    for (const auto& [name, isDurable] : kQueues) {
        if (m_harness.findQueue(name) == nullptr && chance(50)) declareQueue(name, isDurable);
    }
    m_noAckGetFrom = 0;
    const auto [client, number] = anyChannel();
    const std::uint64_t dice = m_prng.below(1000);
    if (dice < 350) {
        publish(*client, number);
    } else if (dice < 430) {
        consume(*client, number);
    } else if (dice < 460) {
        cancel(*client, number);
    } else if (dice < 520) {
        get(*client, number);
    } else if (dice < 740) {
        settleOne(*client, number);
    } else if (dice < 755) {
        recover(*client, number);
    } else if (dice < 790) {
        setLimits(*client, number);
    } else if (dice < 800) {
        purge(*client, number);
    } else if (dice < 806) {
        deleteQueue(*client, number);
    } else if (dice < 870) {
        endTransaction(*client, number);
    } else if (dice < 890) {
        closeChannel(*client, number);
    } else if (dice < 900) {
        loseClient(*client);
    } else if (dice < 985) {
        commitStore();
    } else if (dice < 995) {
        return crash();
    } else {
        return restart();
    }
    m_harness.settle();
    compare();
}

// ------------------------------------------------------------------------------------ operations

void QueueModel::connectClient(Client& client)
{
    client = Client{.client = &m_harness.connect(0), .channels = {}, .lastChannel = 0};
    for (std::size_t i = 0; i < kChannelsPerClient; ++i)
        openChannel(client);
}

void QueueModel::openChannel(Client& client)
{
    // A number is never used again: what comes late for a closed channel is recognised by it.
    client.lastChannel += 1;
    Channel& channel = client.channels[client.lastChannel];
    channel.mode = static_cast<ChannelMode>(m_prng.below(3));
    client.client->apply(client.lastChannel, OpenChannel{});
    if (channel.mode == ChannelMode::Confirm) {
        client.client->apply(client.lastChannel, SelectConfirms{});
    } else if (channel.mode == ChannelMode::Transactional) {
        client.client->apply(client.lastChannel, SelectTransactions{});
    }
}

void QueueModel::declareQueue(const std::string& name, bool isDurable)
{
    const auto [client, number] = anyChannel();
    client->client->apply(number, DeclareQueue{.name = name, .isDurable = isDurable});
    m_lastQueue += 1;
    Queue& queue = m_queues[m_lastQueue];
    queue.name = name;
    queue.isDurable = isDurable;
    queue.id = m_harness.findQueue(name)->id();
    queue.isBound = chance(70);
    if (queue.isBound) {
        client->client->apply(number, BindQueue{.queue = name, .exchange = "amq.fanout"});
    }
    count("declare");
}

void QueueModel::publish(Client& client, ChannelNumber number)
{
    Channel& channel = client.channels.at(number);
    const Queue* queue = anyQueue();
    const bool isFanout = queue == nullptr || chance(20);
    m_lastMessage += 1;
    Publication publication{.id = m_lastMessage, .isPersistent = chance(60), .queues = {}};
    for (const auto& [key, one] : m_queues) {
        const bool isReached = isFanout ? one.isBound : &one == queue;
        if (isReached) publication.queues.push_back(key);
    }
    client.client->apply(
        number, Publish{messageOf(isFanout ? "amq.fanout" : "", isFanout ? "k" : queue->name,
                                  std::to_string(publication.id), publication.isPersistent),
                        chance(20)});
    count("publish");
    switch (channel.mode) {
    case ChannelMode::Plain: enqueue(publication); break;
    case ChannelMode::Confirm:
        enqueue(publication);
        channel.lastPublish += 1;
        channel.unconfirmed.emplace(channel.lastPublish, std::move(publication));
        break;
    case ChannelMode::Transactional: channel.publications.push_back(std::move(publication)); break;
    }
}

void QueueModel::enqueue(const Publication& publication)
{
    for (const std::uint64_t key : publication.queues) {
        const auto at = m_queues.find(key);
        if (at == m_queues.end()) continue;  // deleted since, in a transaction
        Queue& queue = at->second;
        queue.lastPlace += 1;
        queue.ready.emplace(queue.lastPlace, Message{.id = publication.id,
                                                     .isPersistent = publication.isPersistent});
    }
}

void QueueModel::consume(Client& client, ChannelNumber number)
{
    const Queue* queue = anyQueue();
    if (queue == nullptr) return;
    Channel& channel = client.channels.at(number);
    if (channel.consumers.size() >= 3) return;
    m_lastConsumer += 1;
    const std::string tag = "c" + std::to_string(m_lastConsumer);
    const bool noAck = chance(15);
    client.client->apply(number, Consume{.queue = queue->name, .tag = tag, .noAck = noAck});
    channel.consumers.emplace(
        tag, Consumer{.queue = keyOf(queue->id), .prefetch = channel.prefetch, .noAck = noAck});
    count("consume");
}

void QueueModel::cancel(Client& client, ChannelNumber number)
{
    Channel& channel = client.channels.at(number);
    if (channel.consumers.empty()) return;
    const auto at = std::next(channel.consumers.begin(),
                              static_cast<std::ptrdiff_t>(pick(channel.consumers.size())));
    client.client->apply(number, Cancel{at->first});
    for (auto& [tag, held] : channel.unacked) {
        if (held.consumer == at->first) held.consumer += " (cancelled)";
    }
    channel.consumers.erase(at);
    count("cancel");
}

void QueueModel::get(Client& client, ChannelNumber number)
{
    const Queue* queue = anyQueue();
    if (queue == nullptr) return;
    const bool noAck = chance(30);
    if (noAck) m_noAckGetFrom = keyOf(queue->id);
    client.client->apply(number, Get{queue->name, noAck});
    count("get");
}

void QueueModel::settleOne(Client& client, ChannelNumber number)
{
    Channel& channel = client.channels.at(number);
    std::vector<DeliveryTag> tags;
    for (const auto& [tag, held] : channel.unacked) {
        if (held.isVisible && !held.isInTransaction) tags.push_back(tag);
    }
    if (tags.empty()) return;
    // Mostly the oldest, as clients do.
    const DeliveryTag tag = chance(60) ? tags.front() : tags[pick(tags.size())];
    const bool isMultiple = chance(20);
    const bool isAck = chance(65);
    const bool requeues = !isAck && chance(70);
    if (isAck) {
        client.client->apply(number, Ack{tag, isMultiple});
    } else {
        client.client->apply(number, Reject{tag, isMultiple, requeues, {amqp::kBasicClass, 120}});
    }
    count(isAck ? "ack" : requeues ? "requeue" : "reject");
    for (const DeliveryTag one : tags) {
        if (isMultiple ? one > tag : one != tag) continue;
        const Settlement settlement{.tag = one, .requeues = requeues, .drops = !requeues};
        if (channel.mode == ChannelMode::Transactional) {
            channel.unacked.at(one).isInTransaction = true;
            channel.settlements.push_back(settlement);
        } else {
            settle(channel, settlement);
        }
    }
}

void QueueModel::settle(Channel& channel, const Settlement& settlement)
{
    const auto at = channel.unacked.find(settlement.tag);
    if (settlement.requeues) {
        putBack(at->second);
    } else {
        drop(at->second);
    }
    channel.unacked.erase(at);
}

void QueueModel::putBack(Held held)
{
    const auto at = m_queues.find(held.queue);
    if (at == m_queues.end()) return;
    held.message.isRedelivered = true;
    at->second.ready.emplace(held.place, held.message);
}

void QueueModel::drop(const Held& held) { m_removed.insert({held.queue, held.message.id}); }

void QueueModel::recover(Client& client, ChannelNumber number)
{
    Channel& channel = client.channels.at(number);
    client.client->apply(number, Recover{chance(50), {amqp::kBasicClass, 110}});
    std::erase_if(channel.unacked, [&](const auto& entry) {
        if (entry.second.isInTransaction) return false;
        putBack(entry.second);
        return true;
    });
    count("recover");
}

void QueueModel::setLimits(Client& client, ChannelNumber number)
{
    Channel& channel = client.channels.at(number);
    const std::uint16_t limit = static_cast<std::uint16_t>(m_prng.below(4));
    if (chance(40)) {
        channel.prefetch = limit;
        client.client->apply(number, SetPrefetch{limit, false});
    } else if (chance(40)) {
        channel.globalPrefetch = limit;
        client.client->apply(number, SetPrefetch{limit, true});
    } else if (chance(50)) {
        channel.isFlowActive = !channel.isFlowActive;
        client.client->apply(number, SetFlow{channel.isFlowActive});
    } else {
        client.client->setReads(!client.client->reads());
        if (!client.client->reads()) m_harness.broker().setSendCredit(client.client->id(), 0);
    }
    count("limit");
}

void QueueModel::purge(Client& client, ChannelNumber number)
{
    Queue* queue = anyQueue();
    if (queue == nullptr) return;
    client.client->apply(number, PurgeQueue{.name = queue->name});
    for (const auto& [place, message] : queue->ready)
        m_removed.insert({keyOf(queue->id), message.id});
    queue->ready.clear();
    count("purge");
}

void QueueModel::deleteQueue(Client& client, ChannelNumber number)
{
    const Queue* queue = anyQueue();
    if (queue == nullptr) return;
    client.client->apply(number, DeleteQueue{.name = queue->name});
    const std::uint64_t key = keyOf(queue->id);
    m_queues.erase(key);
    for (Client& one : m_clients) {
        for (auto& [at, channel] : one.channels) {
            std::erase_if(channel.consumers,
                          [key](const auto& entry) { return entry.second.queue == key; });
        }
    }
    count("delete");
}

void QueueModel::endTransaction(Client& client, ChannelNumber number)
{
    Channel& channel = client.channels.at(number);
    if (channel.mode != ChannelMode::Transactional) return;
    std::vector<Publication> publications = std::exchange(channel.publications, {});
    const std::vector<Settlement> settlements = std::exchange(channel.settlements, {});
    if (chance(30)) {
        client.client->apply(number, RollbackTransaction{});
        for (const Settlement& settlement : settlements)
            channel.unacked.at(settlement.tag).isInTransaction = false;
        count("rollback");
        return;
    }
    client.client->apply(number, CommitTransaction{});
    for (const Publication& publication : publications)
        enqueue(publication);
    for (const Settlement& settlement : settlements)
        settle(channel, settlement);
    channel.committing.push_back(std::move(publications));
    count("commit");
}

void QueueModel::leave(const Channel& channel)
{
    for (const auto& [tag, held] : channel.unacked)
        putBack(held);
}

void QueueModel::closeChannel(Client& client, ChannelNumber number)
{
    client.client->apply(number, CloseChannel{});
    leave(client.channels.at(number));
    client.channels.erase(number);
    openChannel(client);
    count("close");
}

void QueueModel::loseClient(Client& client)
{
    for (const auto& [number, channel] : client.channels)
        leave(channel);
    client.channels.clear();
    client.client->lose();
    connectClient(client);
    count("lose");
}

void QueueModel::commitStore()
{
    const bool isAll = chance(60);
    m_harness.settle();  // so that the operations of this step are among those that wait
    m_harness.commit(isAll ? static_cast<std::size_t>(-1) : 1 + pick(3));
    if (!isAll) return;
    m_committedRemoved.insert(m_removed.begin(), m_removed.end());
    for (const auto& [key, queue] : m_queues)
        m_committedQueues.insert(key);
    count("store commit");
}

// ------------------------------------------------------------------------------------- crashes

void QueueModel::crash()
{
    for (Client& client : m_clients)
        readEvents(client);
    m_harness.crash(pick(m_harness.store().pendingGroupCount() + 1));
    count("crash");
    adoptAfterCrash(false);
}

void QueueModel::restart()
{
    for (Client& client : m_clients) {
        for (auto& [number, channel] : client.channels)
            leave(channel);
    }
    m_harness.restart();
    count("restart");
    adoptAfterCrash(true);
}

void QueueModel::adoptAfterCrash(bool isOrderly)
{
    for (const auto& [key, queue] : std::exchange(m_queues, {})) {
        const broker::Queue* actual = m_harness.findQueue(queue.name);
        if (actual != nullptr && actual->id() == queue.id) {
            EXPECT_TRUE(queue.isDurable) << queue.name << " was transient";
            checkSurvivors(key, queue, *actual, isOrderly);
            adopt(key, queue, *actual);
            continue;
        }
        const bool mustBeThere = queue.isDurable && (isOrderly || m_committedQueues.contains(key));
        EXPECT_FALSE(mustBeThere) << queue.name << " is missing";
    }
    for (Client& client : m_clients)
        connectClient(client);
    // A deletion that was not committed is undone; it is simply done again.
    for (const auto& [name, isDurable] : kQueues) {
        const broker::Queue* actual = m_harness.findQueue(name);
        if (actual == nullptr || keyOf(actual->id()) != 0) continue;
        m_clients.front().client->apply(m_clients.front().lastChannel, DeleteQueue{.name = name});
    }
    m_harness.settle();
    compare();
}

void QueueModel::checkSurvivors(std::uint64_t key, const Queue& queue, const broker::Queue& actual,
                                bool isOrderly)
{
    // What may be there, beside what was removed and whose removal is lost: ready and held ones.
    std::map<int, std::uint64_t> places;
    std::map<int, bool> wasMarked;
    for (const auto& [place, message] : queue.ready) {
        places[message.id] = place;
        wasMarked[message.id] = message.isRedelivered;
    }
    for (const Client& client : m_clients) {
        for (const auto& [number, channel] : client.channels) {
            for (const auto& [tag, held] : channel.unacked) {
                if (held.queue == key) places[held.message.id] = held.place;
            }
        }
    }
    std::set<int> present;
    std::uint64_t lastPlace = 0;
    actual.forEachReady([&](const QueueEntry& entry) {
        const int id = idOf(entry.message);
        const MessageKey messageKey{key, id};
        EXPECT_TRUE(entry.message->isPersistent()) << id << " was transient";
        EXPECT_TRUE(present.insert(id).second) << id << " is there twice";
        EXPECT_TRUE(places.contains(id) || m_removed.contains(messageKey))
            << id << " comes from nowhere";
        EXPECT_FALSE(m_committedRemoved.contains(messageKey)) << id << " was removed for good";
        if (m_delivered.contains(messageKey)) {
            EXPECT_TRUE(entry.isRedelivered) << id << " comes again unmarked";
        } else if (isOrderly) {
            EXPECT_EQ(entry.isRedelivered, wasMarked[id]) << id << " is marked for no reason";
        }
        const auto place = places.find(id);
        if (place != places.end()) {
            EXPECT_GT(place->second, lastPlace) << id << " is out of order";
            lastPlace = place->second;
        }
        return true;
    });
    for (const auto& [confirmedQueue, id] : m_confirmed) {
        if (confirmedQueue != key || m_removed.contains({key, id})) continue;
        EXPECT_TRUE(present.contains(id)) << id << " was confirmed and is lost";
    }
    if (!isOrderly) return;
    for (const auto& [place, message] : queue.ready) {
        if (!message.isPersistent) continue;
        EXPECT_TRUE(present.contains(message.id)) << message.id << " is lost";
    }
}

/// From here on things are as they were found.
void QueueModel::adopt(std::uint64_t key, const Queue& queue, const broker::Queue& actual)
{
    Queue adopted{.name = queue.name, .isDurable = true, .id = queue.id};
    actual.forEachReady([&](const QueueEntry& entry) {
        const int id = idOf(entry.message);
        adopted.lastPlace += 1;
        adopted.ready.emplace(
            adopted.lastPlace,
            Message{.id = id, .isPersistent = true, .isRedelivered = entry.isRedelivered});
        m_removed.erase({key, id});
        return true;
    });
    const Vhost& vhost = *m_harness.broker().findVhost("/");
    adopted.isBound = !vhost.bindings.to(DestinationKind::Queue, queue.name).empty();
    m_committedQueues.insert(key);
    m_queues.emplace(key, std::move(adopted));
}

// ----------------------------------------------------------------------------------- comparisons

std::uint64_t QueueModel::keyOf(QueueId id) const
{
    for (const auto& [key, queue] : m_queues) {
        if (queue.id == id) return key;
    }
    return 0;
}

void QueueModel::compare()
{
    std::map<std::uint64_t, std::set<int>> handedOut;
    for (Client& client : m_clients) {
        for (auto& [number, channel] : client.channels)
            compareChannel(client, number, channel, handedOut);
    }
    for (auto& [key, queue] : m_queues)
        compareQueue(key, queue, handedOut[key]);
    for (Client& client : m_clients)
        readEvents(client);
    if (m_harness.store().pendingGroupCount() == 0) checkNobodyWaits();
}

/// What the channel holds must be what it held, and what it was handed since: from the front of
/// queues, in their order.
void QueueModel::compareChannel(const Client& client, ChannelNumber number, Channel& channel,
                                std::map<std::uint64_t, std::set<int>>& handedOut)
{
    const Connection* connection = m_harness.broker().state().findConnection(client.client->id());
    broker::Channel* actual = connection->findChannel(number);
    ASSERT_NE(actual, nullptr);
    std::set<DeliveryTag> tags;
    std::map<std::uint64_t, std::uint64_t> lastPlaces;
    actual->unacked.forEachLive([&](UnackedMessage& message) {
        tags.insert(message.tag);
        const int id = idOf(message.entry.message);
        const auto known = channel.unacked.find(message.tag);
        if (known != channel.unacked.end()) {
            EXPECT_EQ(known->second.message.id, id) << "tag " << message.tag;
            return;
        }
        const std::uint64_t key = keyOf(message.queue);
        ASSERT_NE(key, 0u) << "handed out from a queue that is not there";
        Queue& queue = m_queues.at(key);
        const auto at = std::ranges::find_if(
            queue.ready, [id](const auto& entry) { return entry.second.id == id; });
        ASSERT_NE(at, queue.ready.end()) << id << " was not ready in " << queue.name;
        EXPECT_EQ(at->second.isRedelivered, message.entry.isRedelivered) << id;
        EXPECT_GT(at->first, lastPlaces[key]) << id << " overtakes on its channel";
        lastPlaces[key] = at->first;
        Held held{.queue = key, .place = at->first, .message = at->second};
        if (message.consumer != nullptr) held.consumer = message.consumer->tag;
        channel.unacked.emplace(message.tag, std::move(held));
        handedOut[key].insert(id);
    });
    for (const auto& [tag, held] : channel.unacked)
        EXPECT_TRUE(tags.contains(tag)) << "tag " << tag << " is no longer held";

    std::map<std::string, std::uint32_t> counts;
    std::uint32_t total = 0;
    for (const auto& [tag, held] : channel.unacked) {
        if (held.consumer.empty()) continue;
        counts[held.consumer] += 1;
        total += 1;
    }
    for (const auto& [tag, consumer] : channel.consumers) {
        if (consumer.prefetch != 0) {
            EXPECT_LE(counts[tag], consumer.prefetch) << tag;
        }
    }
    EXPECT_EQ(actual->consumerUnackedCount, total);
}

/// What is ready must be what was ready, less what was handed out from its front.
void QueueModel::compareQueue(std::uint64_t key, Queue& queue, const std::set<int>& handedOut)
{
    const broker::Queue* actual = m_harness.findQueue(queue.name);
    ASSERT_NE(actual, nullptr) << queue.name;
    std::vector<std::pair<int, bool>> ready;
    actual->forEachReady([&](const QueueEntry& entry) {
        ready.emplace_back(idOf(entry.message), entry.isRedelivered);
        return true;
    });
    ASSERT_LE(ready.size(), queue.ready.size()) << queue.name;
    bool takesWithoutAck = m_noAckGetFrom == key;
    for (const Client& client : m_clients) {
        for (const auto& [number, channel] : client.channels) {
            takesWithoutAck |= std::ranges::any_of(channel.consumers, [key](const auto& entry) {
                return entry.second.queue == key && entry.second.noAck;
            });
        }
    }
    while (queue.ready.size() > ready.size()) {
        const Message& message = queue.ready.begin()->second;
        if (!handedOut.contains(message.id)) {
            EXPECT_TRUE(takesWithoutAck) << message.id << " has gone from " << queue.name;
            m_removed.insert({key, message.id});
        }
        queue.ready.erase(queue.ready.begin());
    }
    std::vector<std::pair<int, bool>> expected;
    for (const auto& [place, message] : queue.ready)
        expected.emplace_back(message.id, message.isRedelivered);
    EXPECT_EQ(ready, expected) << queue.name;

    std::size_t unackedCount = 0;
    for (const Client& client : m_clients) {
        for (const auto& [number, channel] : client.channels) {
            unackedCount += static_cast<std::size_t>(std::ranges::count_if(
                channel.unacked, [key](const auto& entry) { return entry.second.queue == key; }));
        }
    }
    EXPECT_EQ(actual->unackedCount(), unackedCount) << queue.name;
}

void QueueModel::readEvents(Client& client)
{
    const std::string prefix = std::to_string(client.client->id().value) + ": ";
    for (const Event& event : client.client->takeEvents()) {
        m_transcript += prefix + describe(event) + "\n";
        const auto at = client.channels.find(event.channel);
        const bool isOpen = at != client.channels.end();
        if (const auto* delivery = std::get_if<Delivery>(&event.body)) {
            readDelivery(client, event.channel, delivery->tag, delivery->message,
                         delivery->isRedelivered);
        } else if (const auto* got = std::get_if<GetOk>(&event.body)) {
            readDelivery(client, event.channel, got->tag, got->message, got->isRedelivered);
        } else if (const auto* confirm = std::get_if<Confirm>(&event.body)) {
            if (isOpen) readConfirm(at->second, *confirm);
        } else if (const auto* reply = std::get_if<PlainReply>(&event.body)) {
            if (*reply != PlainReply::TxCommitOk || !isOpen) continue;
            for (const Publication& publication : at->second.committing.front())
                noteConfirmed(publication);
            at->second.committing.pop_front();
        } else {
            EXPECT_FALSE(std::holds_alternative<ChannelFailed>(event.body)) << describe(event);
            EXPECT_FALSE(std::holds_alternative<ConnectionFailed>(event.body)) << describe(event);
        }
    }
}

void QueueModel::readDelivery(Client& client, ChannelNumber number, DeliveryTag tag,
                              const MessagePtr& message, bool isRedelivered)
{
    count(isRedelivered ? "redelivery" : "delivery");
    const int id = idOf(message);
    const auto channel = client.channels.find(number);
    if (channel == client.channels.end()) return;  // closed since: the client drops it
    const auto at = channel->second.unacked.find(tag);
    if (at == channel->second.unacked.end()) return;  // without acknowledgement
    Held& held = at->second;
    EXPECT_FALSE(held.isVisible) << id << " came twice with tag " << tag;
    EXPECT_EQ(held.message.id, id) << "tag " << tag;
    EXPECT_EQ(held.message.isRedelivered, isRedelivered) << id;
    const MessageKey key{held.queue, id};
    if (m_delivered.contains(key)) {
        EXPECT_TRUE(isRedelivered) << id << " comes again unmarked";
    }
    m_delivered.insert(key);
    held.isVisible = true;
}

void QueueModel::readConfirm(Channel& channel, const Confirm& confirm)
{
    EXPECT_FALSE(confirm.isRefused);
    const auto last = channel.unconfirmed.find(confirm.tag);
    ASSERT_NE(last, channel.unconfirmed.end()) << "tag " << confirm.tag << " is not to confirm";
    const auto first = confirm.isMultiple ? channel.unconfirmed.begin() : last;
    for (auto it = first; it != std::next(last); ++it)
        noteConfirmed(it->second);
    channel.unconfirmed.erase(first, std::next(last));
    count("confirm");
}

void QueueModel::noteConfirmed(const Publication& publication)
{
    if (!publication.isPersistent) return;
    for (const std::uint64_t key : publication.queues) {
        const auto at = m_queues.find(key);
        if (at != m_queues.end() && at->second.isDurable) m_confirmed.insert({key, publication.id});
    }
}

/// With everything on the disk nothing is held: whoever could be served has been.
void QueueModel::checkNobodyWaits()
{
    for (const Client& client : m_clients) {
        for (const auto& [number, channel] : client.channels) {
            EXPECT_TRUE(channel.unconfirmed.empty()) << "confirms are due";
            EXPECT_TRUE(channel.committing.empty()) << "tx.commit-ok is due";
            if (!client.client->reads() || !channel.isFlowActive) continue;
            std::uint32_t total = 0;
            std::map<std::string, std::uint32_t> counts;
            for (const auto& [tag, held] : channel.unacked) {
                EXPECT_TRUE(held.isVisible) << "tag " << tag << " was never delivered";
                if (!held.consumer.empty()) total += 1;
                counts[held.consumer] += 1;
            }
            for (const auto& [tag, consumer] : channel.consumers) {
                const auto queue = m_queues.find(consumer.queue);
                if (queue == m_queues.end() || queue->second.ready.empty()) continue;
                const bool isFull =
                    !consumer.noAck &&
                    ((consumer.prefetch != 0 && counts[tag] >= consumer.prefetch) ||
                     (channel.globalPrefetch != 0 && total >= channel.globalPrefetch));
                EXPECT_TRUE(isFull)
                    << tag << " waits although " << queue->second.name << " has messages";
            }
        }
    }
}

}  // namespace warren::test
