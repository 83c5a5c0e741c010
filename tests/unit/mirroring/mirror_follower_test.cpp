#include "core/mirroring/mirror_follower.h"

#include <gtest/gtest.h>

#include <vector>

namespace warren::mirroring {
namespace {

constexpr NodeId kMaster{2};
constexpr QueueId kQueue{1};

/// A node that mirrors a queue and knows of its masters up to an epoch.
class MirrorFollowerTest : public testing::Test {
protected:
    MirrorFollowerTest()
    {
        broker.ensureVhost("/");
        broker.restore(broker::PutQueue{
            {.id = kQueue, .vhost = "/", .name = "q", .isDurable = true, .exclusiveOwner = {}}});
        broker.finishRestore(0, kQueue);
    }
    void learn(Epoch epoch)
    {
        knownEpoch = epoch;
        follower.learned(kQueue);
    }

    broker::Broker broker{1};
    Epoch knownEpoch = 1;
    std::vector<Epoch> answered;
    std::vector<Epoch> refused;
    MirrorState said;  // last
    MirrorFollower follower{
        {.broker = broker,
         .isMaster = [this](NodeId from, QueueId,
                            Epoch epoch) { return from == kMaster && epoch == knownEpoch; },
         .isAhead = [this](QueueId, Epoch epoch) { return epoch > knownEpoch; },
         .sendState =
             [this](NodeId, const MirrorState& state) {
                 answered.push_back(state.epoch);
                 said = state;
             },
         .sendAck = [](NodeId, const MirrorAck&) {},
         .sendRefused = [this](NodeId, const MirrorRefused& no) { refused.push_back(no.epoch); }}};
};

TEST_F(MirrorFollowerTest, AnswersTheMasterItKnowsAndRefusesAnother)
{
    follower.take(kMaster, MirrorOpen{kQueue, 1});
    EXPECT_EQ(answered, std::vector<Epoch>{1});
    follower.take(NodeId{3}, MirrorOpen{kQueue, 1});
    EXPECT_EQ(refused, std::vector<Epoch>{1});
}

TEST_F(MirrorFollowerTest, AnswersAMasterThatIsAheadAsSoonAsItKnowsOfIt)
{
    follower.take(kMaster, MirrorOpen{kQueue, 2});
    follower.learned(kQueue);
    EXPECT_TRUE(answered.empty());
    learn(2);
    EXPECT_EQ(answered, std::vector<Epoch>{2});
    follower.learned(kQueue);
    EXPECT_EQ(answered.size(), 1U);
    EXPECT_TRUE(refused.empty());
}

TEST_F(MirrorFollowerTest, RefusesWhoWasAheadAndIsNotTheMasterAfterAll)
{
    follower.take(kMaster, MirrorOpen{kQueue, 2});
    learn(3);
    EXPECT_TRUE(answered.empty());
    EXPECT_EQ(refused, std::vector<Epoch>{2});
}

TEST_F(MirrorFollowerTest, ForgetsWhoWasAheadWithItsConnection)
{
    follower.take(kMaster, MirrorOpen{kQueue, 2});
    follower.forget(kMaster);
    learn(2);
    EXPECT_TRUE(answered.empty());
}

TEST_F(MirrorFollowerTest, HasNothingOfWhatItHadBeforeItWasNoMirrorForAWhile)
{
    broker::Queue& queue = *broker.findQueue(kQueue);
    const auto enqueue = [&](Sequence sequence) {
        broker.mirrorCopies().enqueue(
            queue,
            {.queue = kQueue,
             .sequence = sequence,
             .message = broker::makeMessage("", "q", {}, true, bytesOf(std::string_view{"m"}))},
            0);
    };
    broker.roles().mirror(queue, kMaster, false);
    enqueue(7);
    follower.take(kMaster, MirrorOpen{kQueue, 1});
    EXPECT_EQ(said.ranges, (std::vector<broker::SequenceRange>{{7, 7}}));
    broker.roles().letGo(queue, kMaster, false);
    broker.roles().mirror(queue, kMaster, false);
    follower.take(kMaster, MirrorOpen{kQueue, 1});
    EXPECT_TRUE(said.ranges.empty());
    follower.take(kMaster, MirrorRanges{kQueue, 1, 7, {}, 0, 9});
    enqueue(7);
    EXPECT_EQ(queue.readyCount(), 1U);
}

}  // namespace
}  // namespace warren::mirroring
