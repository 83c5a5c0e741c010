#include "core/mirroring/mirror_leader.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace warren::mirroring {
namespace {

constexpr NodeId kMirror{2};
constexpr QueueId kQueue{1};

void declareMirroredQueue(broker::Broker& broker)
{
    broker.ensureVhost("/");
    broker.restore(broker::PutQueue{
        {.id = kQueue, .vhost = "/", .name = "q", .isDurable = true, .exclusiveOwner = {}}});
    broker.finishRestore(0, kQueue);
    broker.findQueue(kQueue)->isMirrored = true;
}

/// A master with one mirror in sync, which has taken one message and not said so.
class MirrorLeaderTest : public testing::Test {
protected:
    MirrorLeaderTest()
    {
        declareMirroredQueue(broker);
        leader.nodeUp(kMirror);
        leader.lead(kQueue, 1, {{.node = kMirror, .isInSync = true}}, 1);
        leader.take(kMirror, MirrorState{kQueue, 1, 0, {}});
        leader.flush();
        const auto message = broker::makeMessage("", "q", {}, true, bytesOf(std::string_view{"m"}));
        EXPECT_TRUE(broker.publishing().publish(*broker.findVhost("/"), message));
        leader.note(broker.takeOperations());
        leader.flush();
    }
    bool isSafe() const
    {
        const broker::LogPosition last = broker.lastPosition();
        return leader.frontier().reached(last) == last;
    }

    broker::Broker broker{1};
    std::vector<QueueId> deposed;
    MirrorLeader leader{{.broker = broker,
                         .sendOpen = [](NodeId, const MirrorOpen&) { return true; },
                         .sendRanges = [](NodeId, const MirrorRanges&) { return true; },
                         .sendOperations = [](NodeId, std::string&&) { return true; },
                         .load = [](std::vector<broker::BodyRequest>&&) {},
                         .caughtUp = [](QueueId, Epoch, NodeId) {},
                         .deposed = [this](QueueId queue) { deposed.push_back(queue); }}};
};

TEST_F(MirrorLeaderTest, WhoLeadsNoLongerSaysThatWhatWaitsMayBeLost)
{
    EXPECT_FALSE(isSafe());
    leader.forget(kQueue);
    EXPECT_EQ(deposed, std::vector{kQueue});
    EXPECT_TRUE(isSafe());
}

TEST_F(MirrorLeaderTest, WithItsQueueGoesWhatWaits)
{
    leader.remove(kQueue);
    EXPECT_TRUE(deposed.empty());
    EXPECT_TRUE(isSafe());
}

/// The bodies of ten messages of 1,000 bytes that a mirror lacks.
class CopyRateTest : public testing::Test {
protected:
    CopyRateTest()
    {
        declareMirroredQueue(broker);
        const std::string body(1000, 'm');
        for (int i = 0; i < 10; ++i) {
            const auto message = broker::makeMessage("", "q", {}, true, bytesOf(body));
            EXPECT_TRUE(broker.publishing().publish(*broker.findVhost("/"), message));
        }
        (void)broker.takeOperations();
    }
    void beginCopying()
    {
        leader.nodeUp(kMirror);
        leader.lead(kQueue, 1, {{.node = kMirror, .isWanted = true}}, 1);
        leader.take(kMirror, MirrorState{kQueue, 1, 0, {}});
        flushAll();
    }
    void flushAll()
    {
        do
            leader.flush();
        while (leader.hasWork());
    }
    std::size_t copiedCount() const { return leader.progress(kQueue, kMirror).copiedCount; }

    broker::Broker broker{1};
    MirrorLeader leader{{.broker = broker,
                         .sendOpen = [](NodeId, const MirrorOpen&) { return true; },
                         .sendRanges = [](NodeId, const MirrorRanges&) { return true; },
                         .sendOperations = [](NodeId, std::string&&) { return true; },
                         .load = [](std::vector<broker::BodyRequest>&&) {},
                         .caughtUp = [](QueueId, Epoch, NodeId) {},
                         .deposed = [](QueueId) {}}};
};

TEST_F(CopyRateTest, NothingHoldsItBackWithoutALimit)
{
    beginCopying();
    EXPECT_EQ(copiedCount(), 10U);
    EXPECT_EQ(leader.progress(kQueue, kMirror).phase, MirrorProgress::Phase::Live);
}

TEST_F(CopyRateTest, IsWhatTimeHasEarned)
{
    leader.setCopyRate(20'000);
    beginCopying();
    EXPECT_EQ(copiedCount(), 0U);
    leader.passTime(std::chrono::milliseconds{100});
    flushAll();
    EXPECT_EQ(copiedCount(), 2U);
    // More than is lacking; and then it is live.
    leader.passTime(std::chrono::hours{1});
    flushAll();
    EXPECT_EQ(copiedCount(), 10U);
    EXPECT_EQ(leader.progress(kQueue, kMirror).phase, MirrorProgress::Phase::Live);
}

}  // namespace
}  // namespace warren::mirroring
