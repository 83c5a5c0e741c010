#include "core/raft/validity.h"

#include "core/raft/raft_node.h"

#include <gtest/gtest.h>

namespace warren::raft {
namespace {

const Members kMembers{{MemberId{1}, MemberRole::Voter}};

PersistentState stateWithSnapshot()
{
    PersistentState state;
    state.term = 5;
    state.snapshot = std::make_shared<Snapshot>(Snapshot{10, 4, kMembers, 1, "x"});
    state.firstIndex = 11;
    state.entries = {{4, EntryType::Command, "a"}, {5, EntryType::Command, "b"}};
    return state;
}

TEST(Validity, AcceptsWhatMembersHave)
{
    EXPECT_EQ(whyInvalid(PersistentState{}), std::nullopt);
    EXPECT_EQ(whyInvalid(RaftNode::founder(kMembers)), std::nullopt);
    PersistentState state = stateWithSnapshot();
    EXPECT_EQ(whyInvalid(state), std::nullopt);
    state.firstIndex = 8;  // some that the snapshot covers
    EXPECT_EQ(whyInvalid(state), std::nullopt);
}

TEST(Validity, RefusesAGapBehindTheSnapshot)
{
    PersistentState state = stateWithSnapshot();
    state.firstIndex = 12;
    EXPECT_NE(whyInvalid(state), std::nullopt);
    state.snapshot = nullptr;
    EXPECT_NE(whyInvalid(state), std::nullopt);
}

TEST(Validity, RefusesTermsThatFallOrAreToCome)
{
    PersistentState state = stateWithSnapshot();
    state.entries[0].term = 3;
    EXPECT_NE(whyInvalid(state), std::nullopt);
    state = stateWithSnapshot();
    std::swap(state.entries[0], state.entries[1]);
    EXPECT_NE(whyInvalid(state), std::nullopt);
    state = stateWithSnapshot();
    state.term = 4;
    EXPECT_NE(whyInvalid(state), std::nullopt);
    state = stateWithSnapshot();
    state.term = 3;
    state.entries.clear();
    EXPECT_NE(whyInvalid(state), std::nullopt);
}

TEST(Validity, RefusesMembersThatCantBeRead)
{
    PersistentState state = stateWithSnapshot();
    state.entries[1] = {5, EntryType::Change, "garbage"};
    EXPECT_NE(whyInvalid(state), std::nullopt);
    state = stateWithSnapshot();
    state.snapshot = std::make_shared<Snapshot>(Snapshot{10, 4, {}, 1, "x"});
    EXPECT_NE(whyInvalid(state), std::nullopt);
    state.snapshot = std::make_shared<Snapshot>(Snapshot{10, 4, kMembers, 11, "x"});
    EXPECT_NE(whyInvalid(state), std::nullopt);
}

TEST(Validity, RefusesMessagesWithoutSenderOrTerm)
{
    Message message;
    message.type = Message::Type::RequestVote;
    message.from = MemberId{2};
    message.to = MemberId{1};
    message.term = 3;
    EXPECT_EQ(whyInvalid(message), std::nullopt);
    message.term = 0;
    EXPECT_NE(whyInvalid(message), std::nullopt);
    message.term = kIndexLimit;
    EXPECT_NE(whyInvalid(message), std::nullopt);
    message.term = 3;
    message.from = MemberId{};
    EXPECT_NE(whyInvalid(message), std::nullopt);
    message.from = MemberId{1};
    EXPECT_NE(whyInvalid(message), std::nullopt);
}

}  // namespace
}  // namespace warren::raft
