#include "core/node/resource_alarms.h"

#include "core/node/resource_commands.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace warren::node {
namespace {

using management::AlarmKind;
using management::CommandStatus;
using management::Overview;

constexpr std::uint64_t kTotal = 1000;
const QDateTime kStart = QDateTime::fromMSecsSinceEpoch(1'000'000);

class ResourceAlarmsTest : public ::testing::Test {
protected:
    bool hasMemoryAlarm(std::uint64_t used)
    {
        alarms.update(used, std::nullopt, kStart);
        return alarms.alarms().isLowOnMemory;
    }
    bool hasDiskAlarm(std::uint64_t free)
    {
        alarms.update(0, free, kStart);
        return alarms.alarms().isLowOnDisk;
    }
    ResourceAlarms alarms{{.relative = 0.4, .absoluteBytes = {}},
                          0.5,
                          {.absoluteBytes = 190, .relativeToMemory = {}},
                          kTotal};
};

TEST_F(ResourceAlarmsTest, MemoryBeginsAboveTheWatermarkAndEndsAtNineteenTwentiethsOfIt)
{
    EXPECT_FALSE(hasMemoryAlarm(400));
    EXPECT_TRUE(hasMemoryAlarm(401));
    EXPECT_TRUE(hasMemoryAlarm(381));
    EXPECT_FALSE(hasMemoryAlarm(380));
    EXPECT_FALSE(hasMemoryAlarm(399));
}

TEST_F(ResourceAlarmsTest, DiskBeginsBelowTheLimitAndEndsATwentiethAboveIt)
{
    EXPECT_FALSE(hasDiskAlarm(190));
    EXPECT_TRUE(hasDiskAlarm(189));
    EXPECT_TRUE(hasDiskAlarm(199));
    EXPECT_FALSE(hasDiskAlarm(200));
    EXPECT_FALSE(hasDiskAlarm(191));
    alarms.update(0, std::nullopt, kStart);
    EXPECT_FALSE(alarms.alarms().isAny()) << "what is not known is no alarm";
}

TEST_F(ResourceAlarmsTest, NewLimitsHoldWithTheNextReading)
{
    alarms.setWatermark({.absoluteBytes = 50});
    EXPECT_TRUE(hasMemoryAlarm(51));
    alarms.setWatermark({.relative = 1, .absoluteBytes = {}});
    EXPECT_FALSE(hasMemoryAlarm(51));
    alarms.setWatermark({.relative = 0, .absoluteBytes = {}});
    EXPECT_TRUE(hasMemoryAlarm(1)) << "blocks everybody, to try it out";
    alarms.setDiskLimit({.relativeToMemory = 2});
    EXPECT_TRUE(hasDiskAlarm(1999));
}

TEST_F(ResourceAlarmsTest, TellsSinceWhen)
{
    alarms.update(401, 100, kStart);
    alarms.update(390, 100, kStart.addSecs(1));
    Overview overview;
    alarms.describe(overview);
    ASSERT_EQ(overview.alarms.size(), 2);
    EXPECT_EQ(overview.alarms[0], (management::AlarmRow{AlarmKind::Memory, kStart}));
    EXPECT_EQ(overview.alarms[1], (management::AlarmRow{AlarmKind::Disk, kStart}));
    EXPECT_TRUE(overview.hasMemoryAlarm && overview.hasDiskAlarm);
    EXPECT_EQ(overview.memory.watermarkBytes, 400u);
    EXPECT_EQ(overview.memory.clearBytes, 380u);
    EXPECT_EQ(overview.memory.pagingBytes, 200u);
    EXPECT_EQ(overview.memory.watermarkRatio, 0.4);
    EXPECT_EQ(overview.disk.limitBytes, 190u);
    EXPECT_EQ(overview.disk.clearBytes, 200u);
    EXPECT_EQ(overview.disk.limitRatio, std::nullopt);
    alarms.update(0, 1000, kStart.addSecs(2));
    alarms.update(401, 1000, kStart.addSecs(3));
    overview = {};
    alarms.describe(overview);
    ASSERT_EQ(overview.alarms.size(), 1);
    EXPECT_EQ(overview.alarms[0].since, kStart.addSecs(3)) << "another alarm";
}

TEST(ResourceCommands, TakeOneLimitInItsRange)
{
    EXPECT_EQ(watermarkOf({.relative = 0.25})->relative, 0.25);
    EXPECT_EQ(watermarkOf({.absoluteBytes = 7})->absoluteBytes, 7u);
    EXPECT_EQ(diskLimitOf({.relativeToMemory = 1.5})->relativeToMemory, 1.5);
    EXPECT_EQ(diskLimitOf({.absoluteBytes = 7})->absoluteBytes, 7u);
}

TEST(ResourceCommands, RefuseEverythingElse)
{
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double infinity = std::numeric_limits<double>::infinity();
    for (const management::SetMemoryWatermark& bad : {management::SetMemoryWatermark{},
                                                      {.relative = 0.4, .absoluteBytes = 7},
                                                      {.relative = -0.1},
                                                      {.relative = 1.1},
                                                      {.relative = nan},
                                                      {.relative = 0.4, .pagingRatio = 2},
                                                      {.relative = 0.4, .pagingRatio = nan}}) {
        const auto result = watermarkOf(bad);
        ASSERT_FALSE(result.isOk());
        EXPECT_EQ(result.error().status, CommandStatus::Invalid);
        EXPECT_FALSE(result.error().text.isEmpty());
    }
    for (const management::SetDiskFreeLimit& bad : {management::SetDiskFreeLimit{},
                                                    {.relativeToMemory = 1, .absoluteBytes = 7},
                                                    {.relativeToMemory = -1},
                                                    {.relativeToMemory = nan},
                                                    {.relativeToMemory = infinity}}) {
        EXPECT_FALSE(diskLimitOf(bad).isOk());
    }
}

}  // namespace
}  // namespace warren::node
