#include "core/raft/raft_node.h"

#include "core/raft/members_codec.h"
#include "tests/unit/raft/lone_member.h"

#include <gtest/gtest.h>

namespace warren::raft {
namespace {

using cluster::Outcome;

constexpr MemberId kTwo{2};
constexpr MemberId kThree{3};

LoneMember& leadAlone(LoneMember& member)
{
    for (int i = 0; i < 20 && !member.node.isLeader(); ++i) {
        member.tick();
    }
    member.flush();
    EXPECT_TRUE(member.node.isLeader());
    return member;
}

/// A leader of three; 2 has acknowledged all so far.
struct Leading {
    explicit Leading(const RaftOptions& options = LoneMember::quick())
        : member(options, RaftNode::founder(LoneMember::voters(3)))
    {
        member.elect();
        member.flush();
        member.acknowledge(kTwo, member.node.lastIndex());
    }
    LoneMember member;
};

TEST(RaftNode, AloneIsAGroupOfOne)
{
    LoneMember member(LoneMember::quick(), RaftNode::founder(LoneMember::voters(1)));
    leadAlone(member);
    member.node.propose({"a", "b"}, {member.note("a"), member.note("b")});
    EXPECT_TRUE(member.outcomes.empty());  // not before it is on the disk
    member.flush();
    EXPECT_EQ(member.outcomes.at("a"), Outcome::Done);
    EXPECT_EQ(member.outcomes.at("b"), Outcome::Done);
    EXPECT_EQ(member.applied, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(member.node.leader(), LoneMember::kSelf);
}

TEST(RaftNode, TellsWhoLeads)
{
    LoneMember member(LoneMember::quick(), RaftNode::founder(LoneMember::voters(3)));
    std::vector<std::pair<MemberId, Term>> told;
    member.node.leaderChanged = [&](MemberId leader, Term term) { told.push_back({leader, term}); };
    member.node.receive(LoneMember::appendEntries(2, 1, 1, 1));
    ASSERT_FALSE(told.empty());
    EXPECT_EQ(told.back(), std::pair(kTwo, Term{2}));
    member.elect();
    EXPECT_EQ(told.back(), std::pair(LoneMember::kSelf, Term{3}));
}

/// A member of three that follows 2.
struct Following {
    Following() : member(LoneMember::quick(), RaftNode::founder(LoneMember::voters(3)))
    {
        member.node.receive(LoneMember::appendEntries(1, 1, 1, 1));
        EXPECT_EQ(member.node.leader(), kTwo);
        member.forgetMessages();
    }
    /// Whether it says yes to 3, which has all that it has.
    bool grantsPreVote()
    {
        Message request;
        request.type = Message::Type::RequestVote;
        request.from = kThree;
        request.to = LoneMember::kSelf;
        request.term = 2;
        request.lastIndex = 1;
        request.lastTerm = 1;
        request.isPreVote = true;
        request.version = 2;
        member.node.receive(request);
        return isGranted();
    }
    bool isGranted()
    {
        const auto answers = member.take(Message::Type::RequestVoteResult, kThree);
        return !answers.empty() && answers.back().isGranted;
    }
    LoneMember member;
};

TEST(RaftNode, AsksForVotesAtOnceWhenItsLeaderIsGone)
{
    Following following;
    LoneMember& member = following.member;
    member.node.noteGone(kThree);  // which does not lead
    EXPECT_TRUE(member.take(Message::Type::RequestVote, kThree).empty());
    member.node.noteGone(kTwo);
    const auto requests = member.take(Message::Type::RequestVote, kThree);
    ASSERT_EQ(requests.size(), 1u);
    EXPECT_TRUE(requests[0].isPreVote);
    EXPECT_FALSE(requests[0].disruptsLeader);
}

TEST(RaftNode, GivesItsVoteWhenItsLeaderIsGone)
{
    Following following;
    EXPECT_FALSE(following.grantsPreVote());
    following.member.node.noteGone(kTwo);
    EXPECT_TRUE(following.isGranted()) << "what it refused before";
    EXPECT_TRUE(following.grantsPreVote());
}

TEST(RaftNode, FollowsALeaderThatWasWronglySaidToBeGone)
{
    Following following;
    EXPECT_FALSE(following.grantsPreVote());  // so that it does not ask itself
    following.member.node.noteGone(kTwo);
    following.member.node.receive(LoneMember::appendEntries(1, 1, 1, 1));
    following.member.forgetMessages();
    EXPECT_FALSE(following.grantsPreVote());
    EXPECT_EQ(following.member.node.leader(), kTwo);
    // Nor is it less patient from now on.
    for (int i = 0; i < 5; ++i)
        following.member.tick();
    EXPECT_TRUE(following.member.take(Message::Type::RequestVote, kThree).empty());
}

TEST(RaftNode, SendsAtOnceThoughItsTicksAreALittleEarly)
{
    Leading leading;
    LoneMember& member = leading.member;
    for (int i = 0; i < 6; ++i) {
        member.advance(LoneMember::quick().heartbeat - std::chrono::milliseconds(1));
        member.node.tick();
        const bool isAsked = !member.take(Message::Type::AppendEntries, kTwo).empty();
        EXPECT_TRUE(isAsked);
        if (isAsked) member.acknowledge(kTwo, member.node.lastIndex());
    }
    member.forgetMessages();
    member.node.propose({"a"}, {member.note("a")});
    member.flush();
    const auto sent = member.take(Message::Type::AppendEntries, kTwo);
    ASSERT_EQ(sent.size(), 1u);
    EXPECT_EQ(sent[0].entries.size(), 1u);
}

TEST(RaftNode, AcknowledgesOnlyWithAMajority)
{
    Leading leading;
    LoneMember& member = leading.member;
    member.node.propose({"a"}, {member.note("a")});
    member.flush();
    EXPECT_TRUE(member.outcomes.empty());
    member.acknowledge(kTwo, member.node.lastIndex());
    EXPECT_EQ(member.outcomes.at("a"), Outcome::Done);
}

TEST(RaftNode, RestartsWithWhatIsOnItsDisk)
{
    PersistentState disk;
    {
        LoneMember member(LoneMember::quick(), RaftNode::founder(LoneMember::voters(1)));
        leadAlone(member).node.propose({"a"}, {{}});
        member.flush();
        disk = member.disk;
    }
    LoneMember again(LoneMember::quick(), disk);
    leadAlone(again);
    EXPECT_EQ(again.applied, std::vector<std::string>{"a"});
    EXPECT_GT(again.node.term(), disk.term);
}

TEST(RaftNode, TakesSnapshotsAndRestartsFromThem)
{
    RaftOptions options = LoneMember::quick();
    options.snapshotThreshold = 10;
    options.snapshotTrailing = 3;
    PersistentState disk;
    std::vector<std::string> applied;
    {
        LoneMember member(options, RaftNode::founder(LoneMember::voters(1)));
        leadAlone(member);
        for (int i = 0; i < 35; ++i) {
            member.node.propose({std::to_string(i)}, {{}});
            member.flush();
        }
        ASSERT_NE(member.disk.snapshot, nullptr);
        EXPECT_GT(member.disk.firstIndex, 20u);
        EXPECT_LE(member.disk.entries.size(), 13u);
        disk = member.disk;
        applied = member.applied;
    }
    LoneMember again(options, disk);
    leadAlone(again);
    EXPECT_EQ(again.applied, applied);
}

TEST(RaftNode, SendsItsSnapshotToWhoLacksWhatItCovers)
{
    RaftOptions options = LoneMember::quick();
    options.snapshotThreshold = 10;
    options.snapshotTrailing = 0;
    Leading leading(options);
    LoneMember& member = leading.member;
    for (int i = 0; i < 20; ++i) {
        member.node.propose({std::to_string(i)}, {{}});
        member.flush();
        member.acknowledge(kTwo, member.node.lastIndex());
        member.flush();
    }
    member.forgetMessages();
    member.reject(MemberId{3}, 1, 0);
    const auto sent = member.take(Message::Type::InstallSnapshot, MemberId{3});
    ASSERT_EQ(sent.size(), 1u);
    ASSERT_NE(sent[0].snapshot, nullptr);
    EXPECT_EQ(*sent[0].snapshot, *member.disk.snapshot);

    // And whoever gets it has the state.
    LoneMember other;
    Message message = sent[0];
    message.from = kTwo;
    message.to = LoneMember::kSelf;
    other.node.receive(message);
    EXPECT_TRUE(other.applied.empty());  // not before it is on the disk
    other.flush();
    EXPECT_EQ(other.applied.size(), other.node.lastApplied() - 2);  // founding and barrier
    EXPECT_EQ(other.node.members(), LoneMember::voters(3));
}

TEST(RaftNode, SaysUnknownWhenItLosesTheLead)
{
    Leading leading;
    LoneMember& member = leading.member;
    member.node.propose({"a"}, {member.note("a")});
    member.node.barrier(member.note("barrier"));
    member.node.addMember(MemberId{4}, MemberRole::Spare, member.note("add"));
    member.node.receive(LoneMember::appendEntries(member.node.term() + 1, 1, 1, 1));
    EXPECT_EQ(member.outcomes.at("a"), Outcome::Unknown);
    EXPECT_EQ(member.outcomes.at("barrier"), Outcome::Unknown);
    EXPECT_EQ(member.outcomes.at("add"), Outcome::Unknown);
    EXPECT_EQ(member.node.leader(), kTwo);
}

TEST(RaftNode, SaysUnknownWhenItEnds)
{
    Outcome outcome = Outcome::Done;
    {
        Leading leading;
        leading.member.node.propose({"a"}, {[&](Outcome o) { outcome = o; }});
    }
    EXPECT_EQ(outcome, Outcome::Unknown);
}

TEST(RaftNode, RefusesWhatOnlyALeaderMayDo)
{
    LoneMember member(LoneMember::quick(), RaftNode::founder(LoneMember::voters(3)));
    member.node.propose({"a"}, {member.note("propose")});
    member.node.barrier(member.note("barrier"));
    member.node.addMember(MemberId{4}, MemberRole::Spare, member.note("add"));
    member.node.assignRole(kTwo, MemberRole::Spare, member.note("assign"));
    member.node.removeMember(kTwo, member.note("remove"));
    member.node.transferLeadership(kTwo, member.note("transfer"));
    EXPECT_EQ(member.outcomes.size(), 6u);
    for (const auto& [name, outcome] : member.outcomes) {
        EXPECT_EQ(outcome, Outcome::NotLeader) << name;
    }
}

TEST(RaftNode, RefusesChangesThatBreakARule)
{
    Leading leading;
    LoneMember& member = leading.member;
    const auto refused = [&](const char* name) {
        return member.outcomes.count(name) > 0 && member.outcomes.at(name) == Outcome::Refused;
    };
    member.node.addMember(kTwo, MemberRole::Standby, member.note("again"));
    EXPECT_TRUE(refused("again"));
    member.node.addMember(MemberId{4}, MemberRole::Voter, member.note("voter at once"));
    EXPECT_TRUE(refused("voter at once"));
    member.node.addMember(MemberId{}, MemberRole::Spare, member.note("nobody"));
    EXPECT_TRUE(refused("nobody"));
    member.node.assignRole(MemberId{9}, MemberRole::Voter, member.note("stranger"));
    EXPECT_TRUE(refused("stranger"));
    member.node.assignRole(LoneMember::kSelf, MemberRole::Spare, member.note("itself"));
    EXPECT_TRUE(refused("itself"));
    member.node.removeMember(LoneMember::kSelf, member.note("leader"));
    EXPECT_TRUE(refused("leader"));
    member.node.removeMember(MemberId{9}, member.note("unknown"));
    EXPECT_TRUE(refused("unknown"));
}

TEST(RaftNode, MakesOneChangeOfMembersAtATime)
{
    Leading leading;
    LoneMember& member = leading.member;
    member.node.addMember(MemberId{4}, MemberRole::Standby, member.note("first"));
    member.node.addMember(MemberId{5}, MemberRole::Standby, member.note("second"));
    EXPECT_EQ(member.outcomes.at("second"), Outcome::Busy);
    member.flush();
    member.acknowledge(kTwo, member.node.lastIndex());
    EXPECT_EQ(member.outcomes.at("first"), Outcome::Done);
    EXPECT_EQ(member.node.members().size(), 4u);
}

TEST(RaftNode, LimitsWhatIsUnderWay)
{
    RaftOptions options = LoneMember::quick();
    options.proposalsMax = 3;
    options.commandBytesMax = 10;
    Leading leading(options);
    LoneMember& member = leading.member;
    member.node.propose({std::string(11, 'x')}, {member.note("large")});
    EXPECT_EQ(member.outcomes.at("large"), Outcome::Refused);
    member.node.propose({std::string(10, 'x'), "b", "c"}, {{}, {}, {}});
    member.node.propose({"d"}, {member.note("many")});
    member.node.barrier(member.note("barrier"));
    EXPECT_EQ(member.outcomes.at("many"), Outcome::Busy);
    EXPECT_EQ(member.outcomes.at("barrier"), Outcome::Busy);
    member.flush();
    member.acknowledge(kTwo, member.node.lastIndex());
    member.node.propose({"d"}, {member.note("d")});
    member.flush();
    member.acknowledge(kTwo, member.node.lastIndex());
    EXPECT_EQ(member.outcomes.at("d"), Outcome::Done);
}

// A write whose entries were replaced meanwhile says nothing about those that replaced them.
TEST(RaftNode, DoesNotTakeAnOldWriteForANewOne)
{
    LoneMember member(LoneMember::quick(), RaftNode::founder(LoneMember::voters(3)));
    const Entry old{2, EntryType::Command, "old"};
    const Entry replaced{3, EntryType::Command, "new"};
    member.node.receive(LoneMember::appendEntries(2, 1, 1, 1, {old}));
    member.node.receive(LoneMember::appendEntries(3, 1, 1, 1, {replaced}));
    member.forgetMessages();
    member.node.persisted(1);
    for (const Message& answer : member.take(Message::Type::AppendEntriesResult, kTwo)) {
        EXPECT_LE(answer.lastIndex, 1u);
    }
    member.node.persisted(2);
    const auto answers = member.take(Message::Type::AppendEntriesResult, kTwo);
    ASSERT_FALSE(answers.empty());
    EXPECT_EQ(answers.back().lastIndex, 2u);
    EXPECT_EQ(member.disk.entries.back(), replaced);
}

TEST(RaftNode, HaltsBeforeItSaysAnythingWhenTheTermCantBeWritten)
{
    LoneMember member(LoneMember::quick(), RaftNode::founder(LoneMember::voters(3)));
    member.isDiskBroken = true;
    Message request;
    request.type = Message::Type::RequestVote;
    request.from = kTwo;
    request.to = LoneMember::kSelf;
    request.term = 2;
    request.lastIndex = 9;
    request.lastTerm = 1;
    member.node.receive(request);
    EXPECT_TRUE(member.node.hasHalted());
    EXPECT_FALSE(member.node.haltReason().empty());
    EXPECT_TRUE(member.take(Message::Type::RequestVoteResult, kTwo).empty());
    member.tick();
    member.node.propose({"a"}, {member.note("a")});
    EXPECT_EQ(member.outcomes.at("a"), Outcome::NotLeader);
}

TEST(RaftNode, HaltsAtASnapshotThatItsStateCantRead)
{
    LoneMember member;
    auto snapshot = std::make_shared<Snapshot>();
    snapshot->index = 5;
    snapshot->term = 1;
    snapshot->members = LoneMember::voters(3);
    snapshot->membersIndex = 1;
    snapshot->data = "unreadable";
    Message message;
    message.type = Message::Type::InstallSnapshot;
    message.from = kTwo;
    message.to = LoneMember::kSelf;
    message.term = 1;
    message.snapshot = snapshot;
    member.node.receive(message);
    member.flush();
    EXPECT_TRUE(member.node.hasHalted());
}

TEST(RaftNode, DropsMessagesThatCantBeRight)
{
    LoneMember member(LoneMember::quick(), RaftNode::founder(LoneMember::voters(3)));
    Message message = LoneMember::appendEntries(2, 1, 1, 1, {{2, EntryType::Change, "garbage"}});
    member.node.receive(message);
    message = LoneMember::appendEntries(2, 1, 1, 1, {{0, EntryType::Command, "x"}});
    member.node.receive(message);
    message = LoneMember::appendEntries(2, ~0ull, 1, 1, {{2, EntryType::Command, "x"}});
    member.node.receive(message);
    message.type = Message::Type::InstallSnapshot;
    message.lastIndex = 0;
    member.node.receive(message);
    EXPECT_FALSE(member.node.hasHalted());
    EXPECT_EQ(member.node.lastIndex(), 1u);
    EXPECT_TRUE(member.take(Message::Type::AppendEntriesResult, kTwo).empty());
}

// Outcomes may call the node again: that is done after the event.
TEST(RaftNode, CanBeCalledFromAnOutcome)
{
    LoneMember member(LoneMember::quick(), RaftNode::founder(LoneMember::voters(1)));
    leadAlone(member);
    member.node.propose({"a"}, {[&](Outcome) {
                            member.node.propose({"b"}, {member.note("b")});
                            EXPECT_EQ(member.outcomes.count("b"), 0u);
                        }});
    member.flush();
    EXPECT_EQ(member.outcomes.at("b"), Outcome::Done);
    EXPECT_EQ(member.applied, (std::vector<std::string>{"a", "b"}));
}

}  // namespace
}  // namespace warren::raft
