#include "core/node/memory_monitor.h"

#include "core/node/node_config.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>

#include <gtest/gtest.h>

namespace warren::node {
namespace {

/// A folder with files of /proc and /sys in it.
class FakeRoot {
public:
    void write(const char* path, const char* text)
    {
        const QString fullPath = m_folder.path() + QString::fromUtf8(path);
        EXPECT_TRUE(QDir().mkpath(QFileInfo(fullPath).path()));
        QFile file(fullPath);
        EXPECT_TRUE(file.open(QIODevice::WriteOnly));
        file.write(text);
    }
    std::string path() const { return m_folder.path().toStdString(); }

private:
    QTemporaryDir m_folder;
};

TEST(MemoryFiles, ResidentBytesAreTheSecondNumberInPages)
{
    EXPECT_EQ(residentBytesOf("28471 1234 900 5 0 800 0\n", 4096), 1234u * 4096);
    EXPECT_EQ(residentBytesOf("", 4096), std::nullopt);
    EXPECT_EQ(residentBytesOf("12", 4096), std::nullopt);
    EXPECT_EQ(residentBytesOf("12 x", 4096), std::nullopt);
}

TEST(MemoryFiles, MemTotalIsInKibibytes)
{
    EXPECT_EQ(memTotalBytesOf("MemTotal:        8025348 kB\nMemFree:  1 kB\n"), 8025348ull * 1024);
    EXPECT_EQ(memTotalBytesOf("MemFree: 1 kB\n"), std::nullopt);
    EXPECT_EQ(memTotalBytesOf("MemTotal: ?"), std::nullopt);
}

TEST(MemoryFiles, AGroupLimitMayBeMissing)
{
    EXPECT_EQ(groupLimitBytesOf("1073741824\n"), 1073741824u);
    EXPECT_EQ(groupLimitBytesOf("max\n"), std::nullopt);
    EXPECT_EQ(groupLimitBytesOf(""), std::nullopt);
}

TEST(GroupLimit, IsTheLowestOfTheGroupsAroundUs)
{
    FakeRoot root;
    root.write("/proc/self/cgroup", "0::/a.slice/b.service\n");
    root.write("/sys/fs/cgroup/a.slice/memory.max", "500\n");
    root.write("/sys/fs/cgroup/a.slice/b.service/memory.max", "max\n");

    EXPECT_EQ(lowestGroupLimitBytes(root.path()), 500u);
}

TEST(GroupLimit, IsFoundInAContainersRoot)
{
    FakeRoot root;
    root.write("/proc/self/cgroup", "0::/\n");
    root.write("/sys/fs/cgroup/memory.max", "700\n");

    EXPECT_EQ(lowestGroupLimitBytes(root.path()), 700u);
}

TEST(GroupLimit, IsFoundInVersion1)
{
    FakeRoot root;
    root.write("/proc/self/cgroup", "12:cpu:/x\n9:hugetlb,memory:/docker/abc\n1:name=systemd:/\n");
    root.write("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    root.write("/sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes", "900\n");

    EXPECT_EQ(lowestGroupLimitBytes(root.path()), 900u);
}

TEST(GroupLimit, MayBeMissing)
{
    FakeRoot root;
    EXPECT_EQ(lowestGroupLimitBytes(root.path()), std::nullopt);
    root.write("/proc/self/cgroup", "garbage\n\n::\n0::relative\n");
    EXPECT_EQ(lowestGroupLimitBytes(root.path()), std::nullopt);
}

TEST(MemoryMonitor, TakesTheLowerOfMachineAndGroup)
{
    FakeRoot root;
    root.write("/proc/meminfo", "MemTotal: 2 kB\n");
    EXPECT_EQ(MemoryMonitor(root.path()).totalBytes(), 2048u);

    root.write("/proc/self/cgroup", "0::/\n");
    root.write("/sys/fs/cgroup/memory.max", "1500\n");
    EXPECT_EQ(MemoryMonitor(root.path()).totalBytes(), 1500u);
}

TEST(MemoryMonitor, ReadsThisProcess)
{
    const MemoryReading reading = MemoryMonitor().read();

    EXPECT_GT(reading.residentBytes, 1'000'000u);
    EXPECT_GT(reading.totalBytes, reading.residentBytes);
}

TEST(MemoryWatermark, IsAPartOfTheTotalUnlessAbsolute)
{
    EXPECT_EQ((MemoryWatermark{0.4, std::nullopt}).bytes(1000), 400u);
    EXPECT_EQ((MemoryWatermark{0.4, 123}).bytes(1000), 123u);
}

}  // namespace
}  // namespace warren::node
