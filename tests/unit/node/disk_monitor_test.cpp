#include "core/node/disk_monitor.h"

#include <QTemporaryDir>

#include <gtest/gtest.h>

namespace warren::node {
namespace {

TEST(DiskMonitor, ReadsTheFreeSpaceOfAFolder)
{
    const QTemporaryDir folder;

    const auto freeBytes = DiskMonitor(folder.path()).freeBytes();

    ASSERT_TRUE(freeBytes.has_value());
    EXPECT_GT(*freeBytes, 0u);
}

TEST(DiskMonitor, KnowsNothingOfAFolderThatIsNotThere)
{
    EXPECT_EQ(DiskMonitor(QStringLiteral("/does/not/exist")).freeBytes(), std::nullopt);
}

}  // namespace
}  // namespace warren::node
