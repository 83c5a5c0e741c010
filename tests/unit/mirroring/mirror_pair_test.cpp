#include "core/amqp/properties.h"
#include "core/mirroring/mirror_follower.h"
#include "core/mirroring/mirror_leader.h"
#include "tests/support/broker_harness.h"

#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace warren::mirroring {
namespace {

constexpr NodeId kMastersNode{1};
constexpr NodeId kMirrorsNode{2};
constexpr QueueId kPairsQueue{1};
constexpr ConnectionId kClient{7};
constexpr Epoch kPairsEpoch = 1;
constexpr std::size_t kBatchCount = 5;

void declareQueue(broker::Broker& broker)
{
    amqp::FieldTable arguments;
    arguments.append("x-max-priority", std::int32_t{2});
    broker.ensureVhost("/");
    broker.restore(broker::PutQueue{{.id = kPairsQueue,
                                     .vhost = "/",
                                     .name = "q",
                                     .isDurable = true,
                                     .exclusiveOwner = {},
                                     .arguments = arguments}});
}

/// A master, its clients, and one mirror with what its disk keeps, over links that deliver when
/// they are told to.
class Pair {
public:
    explicit Pair(std::uint32_t seed) : m_random(seed)
    {
        declareQueue(m_master);
        m_master.finishRestore(0, kPairsQueue);
        m_master.roles().lead(*m_master.findQueue(kPairsQueue), true);
        m_master.addConnection(kClient);
        apply(0, broker::OpenConnection{.vhost = "/"});
        apply(1, broker::OpenChannel{});
        startMirror();
        setMirror(true, false);
        m_leader.nodeUp(kMirrorsNode);
    }

    std::size_t below(std::size_t count) { return m_random() % count; }

    // ---- the master's clients
    void publish()
    {
        amqp::Properties properties;
        properties.deliveryMode = amqp::kDeliveryModePersistent;
        properties.priority = static_cast<std::uint8_t>(below(3));
        Buffer encoded;
        amqp::appendProperties(encoded, properties);
        const std::string body = std::to_string(++m_publishedCount);
        const auto message = broker::makeMessage("", "q", encoded.view(), true, bytesOf(body));
        EXPECT_TRUE(m_master.publishing().publish(*m_master.findVhost("/"), message));
    }
    void get() { apply(1, broker::Get{.queue = "q"}); }
    void settleOne()
    {
        if (m_held.empty()) return;
        const std::size_t which = below(m_held.size());
        const DeliveryTag tag = m_held[which];
        m_held.erase(m_held.begin() + static_cast<std::ptrdiff_t>(which));
        if (below(4) == 0) {
            apply(1, broker::Reject{.tag = tag, .requeues = true});
        } else {
            apply(1, broker::Ack{.tag = tag});
        }
    }

    // ---- nodes and links
    void turnMaster()
    {
        m_master.flush();
        m_leader.note(m_master.takeOperations());
        m_leader.flush();
        m_master.commit(m_master.lastPosition());
        m_master.drainEvents([this](ConnectionId, std::span<broker::Event> events) {
            for (const broker::Event& event : events) {
                const auto* got = std::get_if<broker::GetOk>(&event.body);
                if (got != nullptr) m_held.push_back(got->tag);
            }
        });
    }
    void deliverOne()
    {
        std::deque<std::function<void()>>& link = below(2) == 0 ? m_toMirror : m_toMaster;
        if (link.empty()) return;
        const auto deliver = std::move(link.front());
        link.pop_front();
        deliver();
    }
    /// Its disk is as far as its operations.
    void commitMirror()
    {
        for (const broker::StoredOperation& operation : m_mirror->takeOperations()) {
            if (const auto* enqueue = std::get_if<broker::Enqueue>(&operation)) {
                m_disk[enqueue->position] = *enqueue;
            } else if (const auto* remove = std::get_if<broker::Remove>(&operation)) {
                m_disk.erase(remove->position);
            } else if (const auto* mark = std::get_if<broker::MarkDelivered>(&operation)) {
                m_marks[mark->priority] = mark->upTo;
            }
        }
        m_mirror->commit(m_mirror->lastPosition());
        m_follower->committed(m_mirror->lastPosition());
    }
    void resetLinks()
    {
        m_toMirror.clear();
        m_toMaster.clear();
        m_follower->forget(kMastersNode);
        m_leader.nodeDown(kMirrorsNode);
        m_leader.nodeUp(kMirrorsNode);
    }
    void restartMirror()
    {
        m_mirror.reset();
        startMirror();
        resetLinks();
    }
    /// As what was agreed on would have it.
    void setMirror(bool isWanted, bool isInSync)
    {
        m_isWanted = isWanted;
        m_isInSync = isInSync;
        m_leader.lead(kPairsQueue, kPairsEpoch,
                      {{.node = kMirrorsNode, .isInSync = m_isInSync, .isWanted = m_isWanted}},
                      kBatchCount);
    }
    void setWanted(bool isWanted) { setMirror(isWanted, m_isInSync); }
    void loseSync() { setMirror(m_isWanted, false); }
    void retry() { m_leader.retry(); }

    void settleAll()
    {
        for (int i = 0; i < 2000; ++i) {
            turnMaster();
            retry();
            while (!m_toMirror.empty() || !m_toMaster.empty())
                deliverOne();
            commitMirror();
            if (m_isInSync && !m_leader.hasWork() && m_toMirror.empty()) break;
        }
    }

    bool isInSync() const { return m_isInSync; }
    std::string contentsOfMaster() { return contents(m_master); }
    std::string contentsOfMirror() { return contents(*m_mirror); }
    /// Of the bodies that its disk has.
    std::size_t diskCount() const { return m_disk.size(); }
    broker::Broker& mirror() { return *m_mirror; }
    MirrorProgress progress() const { return m_leader.progress(kPairsQueue, kMirrorsNode); }

private:
    void apply(ChannelNumber channel, broker::CommandBody&& body)
    {
        m_master.apply(kClient, {channel, std::move(body)});
    }
    static std::string contents(broker::Broker& broker)
    {
        std::string text;
        const auto entries = broker.mirrorCopies().messagesAfter(*broker.findQueue(kPairsQueue), 0,
                                                                 std::size_t{1} << 30);
        for (const broker::QueueEntry& entry : entries) {
            text += std::to_string(entry.sequence) + ":" +
                    std::string{textOf(entry.message->body())} + " ";
        }
        return text;
    }
    void startMirror()
    {
        m_mirror = std::make_unique<broker::Broker>(2);
        declareQueue(*m_mirror);
        std::map<Sequence, const broker::Enqueue*> inOrder;
        broker::LogPosition last = 0;
        for (const auto& [position, enqueue] : m_disk) {
            inOrder[enqueue.sequence] = &enqueue;
            last = position;
        }
        for (const auto& [sequence, enqueue] : inOrder) {
            broker::Broker::RestoredMessage restored;
            restored.sequence = sequence;
            restored.position = enqueue->position;
            restored.message = enqueue->message;
            restored.wasDelivered = sequence <= m_marks[enqueue->message->priority()];
            m_mirror->restore(kPairsQueue, std::move(restored));
        }
        m_mirror->finishRestore(last + 1000, kPairsQueue);
        m_mirror->roles().mirror(*m_mirror->findQueue(kPairsQueue), kMastersNode, false);
        m_follower = std::make_unique<MirrorFollower>(MirrorFollower::Environment{
            .broker = *m_mirror,
            .isMaster = [](NodeId, QueueId, Epoch) { return true; },
            .isAhead = [](QueueId, Epoch) { return false; },
            .sendState =
                [this](NodeId, const MirrorState& state) {
                    m_toMaster.push_back([this, state] { m_leader.take(kMirrorsNode, state); });
                },
            .sendAck =
                [this](NodeId, const MirrorAck& ack) {
                    m_toMaster.push_back([this, ack] { m_leader.take(kMirrorsNode, ack); });
                },
            .sendRefused = [](NodeId, const MirrorRefused&) { ADD_FAILURE(); }});
    }

    std::mt19937 m_random;
    broker::Broker m_master{1};
    std::unique_ptr<broker::Broker> m_mirror;
    std::unique_ptr<MirrorFollower> m_follower;
    std::deque<std::function<void()>> m_toMirror;
    std::deque<std::function<void()>> m_toMaster;
    std::map<broker::LogPosition, broker::Enqueue> m_disk;  // the mirror's
    std::map<std::uint8_t, Sequence> m_marks;               // likewise
    std::vector<DeliveryTag> m_held;                        // by the master's client
    int m_publishedCount = 0;
    bool m_isWanted = false;
    bool m_isInSync = false;
    MirrorLeader m_leader{
        {.broker = m_master,
         .sendOpen =
             [this](NodeId, const MirrorOpen& open) {
                 m_toMirror.push_back([this, open] { m_follower->take(kMastersNode, open); });
                 return true;
             },
         .sendRanges =
             [this](NodeId, const MirrorRanges& ranges) {
                 m_toMirror.push_back([this, ranges] { m_follower->take(kMastersNode, ranges); });
                 return true;
             },
         .sendOperations =
             [this](NodeId, std::string&& bytes) {
                 m_toMirror.push_back([this, bytes = std::move(bytes)] {
                     const auto frame = decodeOperations(bytesOf(bytes));
                     ASSERT_TRUE(frame.has_value());
                     m_follower->take(kMastersNode, *frame);
                 });
                 return true;
             },
         .load = [](std::vector<broker::BodyRequest>&&) { ADD_FAILURE(); },
         .caughtUp =
             [this](QueueId queue, Epoch, NodeId node) {
                 m_isInSync = true;
                 setMirror(m_isWanted, true);
                 m_leader.settled(queue, node);
             },
         .deposed = [](QueueId) { ADD_FAILURE(); }}};
};

TEST(MirrorPair, ANewMirrorGetsAllThatThereIs)
{
    Pair pair(1);
    for (int i = 0; i < 40; ++i)
        pair.publish();
    pair.settleAll();
    EXPECT_TRUE(pair.isInSync());
    EXPECT_EQ(pair.contentsOfMirror(), pair.contentsOfMaster());
    EXPECT_EQ(pair.mirror().findQueue(kPairsQueue)->readyCount(), 40u);
}

/// What comes in meanwhile does not wait behind what was there: there is an end to the copy however
/// fast publishers are.
TEST(MirrorPair, WhatIsNewIsThereBeforeWhatIsOld)
{
    Pair pair(2);
    for (int i = 0; i < 200; ++i)
        pair.publish();
    while (pair.progress().phase != MirrorProgress::Phase::Copying) {
        pair.turnMaster();
        pair.deliverOne();
    }
    // One batch for each message that comes in: the copy gains four on them.
    for (int i = 0; i < 10; ++i) {
        pair.publish();
        pair.turnMaster();
        while (pair.progress().copiedCount < static_cast<std::size_t>(i) * kBatchCount)
            pair.deliverOne();
    }
    EXPECT_LE(pair.progress().leftCount, 200u - 10 * kBatchCount);
    for (int i = 0; i < 200; ++i)
        pair.deliverOne();
    EXPECT_EQ(pair.mirror().findQueue(kPairsQueue)->waitingCount(), 10u);
    EXPECT_GT(pair.progress().leftCount, 0u) << "what is old is not there yet";
    EXPECT_EQ(pair.progress().copiedCount + pair.progress().leftCount, 200u);
    pair.settleAll();
    EXPECT_EQ(pair.contentsOfMirror(), pair.contentsOfMaster());
}

TEST(MirrorPair, AMirrorThatNobodyWantsIsInSyncOnceTheOldOnesAreGone)
{
    Pair pair(3);
    pair.setWanted(false);
    for (int i = 0; i < 20; ++i)
        pair.publish();
    pair.settleAll();
    EXPECT_EQ(pair.progress().phase, MirrorProgress::Phase::Behind);
    pair.publish();
    pair.settleAll();
    EXPECT_FALSE(pair.isInSync());
    EXPECT_EQ(pair.diskCount(), 1u);
    for (int i = 0; i < 20; ++i) {
        pair.get();
        pair.turnMaster();
        EXPECT_FALSE(pair.isInSync());
    }
    for (int i = 0; i < 100; ++i) {
        pair.settleOne();
        pair.get();
        pair.settleAll();
        if (pair.isInSync()) break;
    }
    EXPECT_TRUE(pair.isInSync());
    EXPECT_EQ(pair.contentsOfMirror(), pair.contentsOfMaster());
}

/// A mirror with messages missing in the middle, that is promoted because nothing better is left,
/// serves what it has, in order.
TEST(MirrorPair, WhoIsPromotedServesAllThatItHas)
{
    Pair pair(4);
    pair.setWanted(false);
    for (int i = 0; i < 5; ++i)
        pair.publish();
    pair.settleAll();
    pair.publish();
    pair.settleAll();
    broker::Queue& queue = *pair.mirror().findQueue(kPairsQueue);
    EXPECT_EQ(queue.readyCount(), 0u);
    EXPECT_EQ(queue.waitingCount(), 1u);
    EXPECT_EQ(queue.messageCount(), 1u);
    pair.mirror().roles().lead(queue, false);
    EXPECT_EQ(queue.readyCount(), 1u);
    EXPECT_EQ(queue.waitingCount(), 0u);
}

/// Links break, the mirror starts again, it falls out of the set, it is wanted or not, consumers
/// take, give back and acknowledge: in the end it has what the master has.
TEST(MirrorPair, HasWhatTheMasterHasWhateverHappened)
{
    for (std::uint32_t seed = 1; seed <= 300; ++seed) {
        Pair pair(seed);
        for (int step = 0; step < 600; ++step) {
            switch (pair.below(40)) {
            case 0: pair.resetLinks(); break;
            case 1: pair.restartMirror(); break;
            case 2: pair.setWanted(pair.below(3) != 0); break;
            case 3:
                if (pair.below(3) == 0) pair.loseSync();
                break;
            case 4: pair.retry(); break;
            case 5:
            case 6: pair.commitMirror(); break;
            default:
                switch (pair.below(6)) {
                case 0: pair.publish(); break;
                case 1: pair.get(); break;
                case 2: pair.settleOne(); break;
                case 3: pair.turnMaster(); break;
                default: pair.deliverOne(); break;
                }
            }
        }
        pair.setWanted(true);
        pair.settleAll();
        ASSERT_TRUE(pair.isInSync()) << "seed " << seed;
        ASSERT_EQ(pair.contentsOfMirror(), pair.contentsOfMaster()) << "seed " << seed;
        pair.commitMirror();
        pair.restartMirror();
        ASSERT_EQ(pair.contentsOfMirror(), pair.contentsOfMaster()) << "seed " << seed;
    }
}

}  // namespace
}  // namespace warren::mirroring
