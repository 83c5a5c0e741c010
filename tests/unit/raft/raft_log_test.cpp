#include "core/raft/raft_log.h"

#include <gtest/gtest.h>

namespace warren::raft {
namespace {

std::vector<Entry> entries(Term term, std::size_t count)
{
    return std::vector<Entry>(count, Entry{term, EntryType::Command, "x"});
}

TEST(RaftLog, BeginsEmptyBeforeIndexOne)
{
    const RaftLog log;
    EXPECT_EQ(log.firstIndex(), 1u);
    EXPECT_EQ(log.lastIndex(), 0u);
    EXPECT_FALSE(log.contains(0));
    EXPECT_FALSE(log.contains(1));
}

TEST(RaftLog, AppendsAndTruncates)
{
    RaftLog log;
    log.append(entries(1, 5));
    log.truncate(4);
    log.append(entries(2, 1));
    EXPECT_EQ(log.lastIndex(), 4u);
    EXPECT_EQ(log.at(3).term, 1u);
    EXPECT_EQ(log.at(4).term, 2u);
    log.truncate(9);
    EXPECT_EQ(log.lastIndex(), 4u);
    log.truncate(0);
    EXPECT_EQ(log.lastIndex(), 0u);
}

TEST(RaftLog, DropsItsBeginning)
{
    RaftLog log;
    log.reset(11, entries(3, 10));
    log.dropBefore(5);
    EXPECT_EQ(log.firstIndex(), 11u);
    log.dropBefore(15);
    EXPECT_EQ(log.firstIndex(), 15u);
    EXPECT_EQ(log.lastIndex(), 20u);
    EXPECT_FALSE(log.contains(14));
    log.dropBefore(100);
    EXPECT_EQ(log.firstIndex(), 21u);
    EXPECT_EQ(log.lastIndex(), 20u);
}

TEST(RaftLog, AbortsWhenAskedForWhatItHasNot)
{
    const RaftLog log;
    EXPECT_DEATH((void)log.at(1), "contains");
}

}  // namespace
}  // namespace warren::raft
