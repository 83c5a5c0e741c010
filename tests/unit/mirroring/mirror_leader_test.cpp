#include "core/mirroring/mirror_leader.h"

#include <gtest/gtest.h>

#include <vector>

namespace warren::mirroring {
namespace {

constexpr NodeId kMirror{2};
constexpr QueueId kQueue{1};

/// A master with one mirror in sync, which has taken one message and not said so.
class MirrorLeaderTest : public testing::Test {
protected:
    MirrorLeaderTest()
    {
        broker.ensureVhost("/");
        broker.restore(broker::PutQueue{
            {.id = kQueue, .vhost = "/", .name = "q", .isDurable = true, .exclusiveOwner = {}}});
        broker.finishRestore(0, kQueue);
        broker.findQueue(kQueue)->isMirrored = true;
        leader.nodeUp(kMirror);
        leader.lead(kQueue, 1, {{.node = kMirror, .isInSync = true}}, 1);
        leader.take(kMirror, MirrorState{kQueue, 1, 0});
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

}  // namespace
}  // namespace warren::mirroring
