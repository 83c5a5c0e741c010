#include "tests/sim/simulated_disk.h"

#include <gtest/gtest.h>

namespace warren::sim {
namespace {

using namespace raft;

struct DiskScene {
    explicit DiskScene(std::uint64_t seed = 1) : chance(seed)
    {
        disk.persisted = [this](Ticket ticket) { reported.push_back(ticket); };
    }
    void run()
    {
        while (events.runOne(events.now() + std::chrono::seconds(1))) {
        }
    }

    EventQueue events;
    Chance chance;
    DiskSpeed speed;
    SimulatedDisk disk{events, chance, speed};
    std::vector<Ticket> reported;
};

const Entry kEntry{1, EntryType::Command, "x"};

TEST(SimulatedDisk, ReportsWritesInOrderAndNotAtOnce)
{
    DiskScene scene;
    scene.disk.append(1, 1, {kEntry});
    scene.disk.append(2, 2, {kEntry, kEntry});
    EXPECT_TRUE(scene.reported.empty());
    EXPECT_TRUE(scene.disk.contents().entries.empty());
    scene.run();
    EXPECT_EQ(scene.reported, (std::vector<Ticket>{1, 2}));
    EXPECT_EQ(scene.disk.contents().entries.size(), 3u);
}

TEST(SimulatedDisk, LosesSomeOfWhatWasNotCommittedInACrash)
{
    bool hasLost = false;
    bool hasKept = false;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        DiskScene scene(seed);
        scene.disk.append(1, 1, {kEntry});
        scene.run();
        scene.disk.append(2, 2, {kEntry});
        scene.disk.append(3, 3, {kEntry});
        scene.disk.crash();
        scene.run();
        EXPECT_EQ(scene.reported, (std::vector<Ticket>{1}));
        const std::size_t kept = scene.disk.contents().entries.size();
        EXPECT_GE(kept, 1u);
        hasLost |= kept < 3;
        hasKept |= kept > 1;
    }
    EXPECT_TRUE(hasLost);
    EXPECT_TRUE(hasKept);
}

TEST(SimulatedDisk, KeepsTheTermAtOnce)
{
    DiskScene scene;
    EXPECT_TRUE(scene.disk.saveTerm(5, MemberId{2}));
    scene.disk.crash();
    EXPECT_EQ(scene.disk.contents().term, 5u);
    EXPECT_EQ(scene.disk.contents().vote, MemberId{2});
}

TEST(SimulatedDisk, TruncatesAndForgetsWhatASnapshotCovers)
{
    DiskScene scene;
    scene.disk.append(1, 1, {kEntry, kEntry, kEntry, kEntry});
    scene.disk.truncate(4);
    auto snapshot = std::make_shared<Snapshot>();
    snapshot->index = 3;
    scene.disk.storeSnapshot(2, snapshot, 3);
    scene.run();
    EXPECT_EQ(scene.disk.contents().firstIndex, 3u);
    EXPECT_EQ(scene.disk.contents().entries.size(), 1u);
    scene.disk.storeSnapshot(3, snapshot, 0);
    scene.run();
    EXPECT_EQ(scene.disk.contents().firstIndex, 4u);
    EXPECT_TRUE(scene.disk.contents().entries.empty());
}

TEST(SimulatedDisk, NoticesAGap)
{
    DiskScene scene;
    scene.disk.append(1, 2, {kEntry});
    scene.run();
    EXPECT_TRUE(scene.disk.violation().has_value());
}

TEST(SimulatedDisk, ReportsNothingOnceItIsBroken)
{
    DiskScene scene;
    scene.disk.isBroken = true;
    EXPECT_FALSE(scene.disk.saveTerm(1, MemberId{1}));
    scene.disk.append(1, 1, {kEntry});
    scene.run();
    EXPECT_TRUE(scene.reported.empty());
}

}  // namespace
}  // namespace warren::sim
