#include "core/storage/data_folder.h"

#include "tests/unit/storage/temporary_folder.h"

#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <gmock/gmock.h>
#include <string>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace warren::storage {
namespace {

using ::testing::HasSubstr;
using warren::test::TemporaryFolder;

TEST(DataFolder, CreatesTheFolderForItsOwnerOnly)
{
    const TemporaryFolder temporary;
    const auto folder = DataFolder::open(temporary / "a/b/warren");
    ASSERT_TRUE(folder);
    struct stat status {};
    ASSERT_EQ(::stat(folder->path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777u, 0700u);
    EXPECT_EQ(folder->databaseFile(), temporary / "a/b/warren/warren.db");
}

TEST(DataFolder, TakesAFolderThatIsThere)
{
    const TemporaryFolder temporary;
    EXPECT_TRUE(DataFolder::open(temporary.path()));
    EXPECT_TRUE(DataFolder::open(temporary.path() / ""));
}

TEST(DataFolder, RefusesASecondUserAndNamesTheFirst)
{
    const TemporaryFolder temporary;
    const auto first = DataFolder::open(temporary.path());
    ASSERT_TRUE(first);
    const auto second = DataFolder::open(temporary.path());
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind, IoError::Kind::InUse);
    EXPECT_THAT(second.error().text, HasSubstr("is already used by another Warren (process " +
                                               std::to_string(::getpid()) + ")"));
}

TEST(DataFolder, IsFreeAgainWhenTheFirstUserIsDone)
{
    const TemporaryFolder temporary;
    {
        const auto first = DataFolder::open(temporary.path());
        ASSERT_TRUE(first);
    }
    EXPECT_TRUE(DataFolder::open(temporary.path()));
}

TEST(DataFolder, StaysReservedWhenTheObjectMoves)
{
    const TemporaryFolder temporary;
    auto first = DataFolder::open(temporary.path());
    ASSERT_TRUE(first);
    const DataFolder moved = std::move(*first);
    EXPECT_FALSE(DataFolder::open(temporary.path()));
}

TEST(DataFolder, IsFreeAgainAfterItsUserWasKilled)
{
    const TemporaryFolder temporary;
    int ready[2];
    ASSERT_EQ(::pipe(ready), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        const auto folder = DataFolder::open(temporary.path());
        const char answer = folder ? 'y' : 'n';
        (void)!::write(ready[1], &answer, 1);
        ::pause();
        ::_exit(0);
    }
    char answer = 'n';
    ASSERT_EQ(::read(ready[0], &answer, 1), 1);
    EXPECT_EQ(answer, 'y');
    const auto refused = DataFolder::open(temporary.path());
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().text, HasSubstr("(process " + std::to_string(child) + ")"));

    ASSERT_EQ(::kill(child, SIGKILL), 0);
    ASSERT_EQ(::waitpid(child, nullptr, 0), child);
    EXPECT_TRUE(DataFolder::open(temporary.path()));
    ::close(ready[0]);
    ::close(ready[1]);
}

TEST(DataFolder, RefusesAFolderThatCannotBeCreated)
{
    const TemporaryFolder temporary;
    std::ofstream(temporary / "file") << "in the way";
    for (const char* path : {"file", "file/warren", "file/deeper/warren"}) {
        const auto folder = DataFolder::open(temporary / path);
        ASSERT_FALSE(folder) << path;
        EXPECT_EQ(folder.error().kind, IoError::Kind::NotWritable);
        EXPECT_THAT(folder.error().text, HasSubstr("cannot be written"));
    }
}

TEST(DataFolder, RefusesAFolderThatCannotBeWritten)
{
    if (::geteuid() == 0) GTEST_SKIP() << "nothing is unwritable for root";
    const TemporaryFolder temporary;
    ASSERT_EQ(::chmod(temporary.path().c_str(), 0500), 0);
    const auto folder = DataFolder::open(temporary.path());
    ASSERT_EQ(::chmod(temporary.path().c_str(), 0700), 0);
    ASSERT_FALSE(folder);
    EXPECT_EQ(folder.error().kind, IoError::Kind::NotWritable);
}

}  // namespace
}  // namespace warren::storage
