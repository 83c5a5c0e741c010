#include "core/raft/members_codec.h"
#include "tests/unit/raft/lone_member.h"

#include <gtest/gtest.h>

#include <algorithm>

// Each guard, and what happens without it: the defect of the library that it is there for. See
// core/raft/README.md.
namespace warren::raft {
namespace {

using cluster::Outcome;

constexpr MemberId kTwo{2};
constexpr MemberId kThree{3};

Entry command(Term term, const std::string& text) { return {term, EntryType::Command, text}; }

/// `options` of a group, with or without something.
RaftOptions with(void (*change)(RaftOptions&))
{
    RaftOptions options = LoneMember::quick();
    change(options);
    return options;
}

// ---- G1

Members membersInSnapshotAfterABatch(const RaftOptions& options)
{
    LoneMember member(options, RaftNode::founder(LoneMember::voters(3)));
    Members larger = LoneMember::voters(3);
    larger.push_back({MemberId{4}, MemberRole::Standby});
    member.node.receive(LoneMember::appendEntries(
        2, 1, 1, 1, {command(2, "a"), {2, EntryType::Change, encodeMembers(larger)}}));
    member.flush();
    member.node.receive(LoneMember::appendEntries(2, 3, 2, 3, {command(2, "b")}));
    member.flush();
    member.node.receive(LoneMember::appendEntries(2, 4, 2, 4));
    member.flush();
    EXPECT_NE(member.disk.snapshot, nullptr);
    return member.disk.snapshot != nullptr ? member.disk.snapshot->members : Members{};
}

TEST(RaftGuards, G1KeepsAChangeBehindACommandOfTheSameMessage)
{
    const auto snapshotEarly = [](RaftOptions& options) { options.snapshotThreshold = 4; };
    EXPECT_EQ(membersInSnapshotAfterABatch(with(snapshotEarly)).size(), 4u);
    RaftOptions without = with(snapshotEarly);
    without.guards.splitsChanges = false;
    EXPECT_EQ(membersInSnapshotAfterABatch(without).size(), 3u);
}

// ---- G2

std::vector<Message> appendsAfterALateRejection(const RaftOptions& options)
{
    LoneMember member(options, RaftNode::founder(LoneMember::voters(3)));
    member.elect();
    for (int i = 0; i < 3; ++i) {
        member.node.propose({"a"}, {{}});
        member.flush();
        member.acknowledge(kTwo, member.node.lastIndex());
    }
    EXPECT_EQ(member.node.lastIndex(), 5u);
    // 2 is silent for a while, so the leader probes it again; 3 keeps it in office.
    for (int i = 0; i < 4; ++i) {
        member.tick();
        member.acknowledge(kThree, 5);
    }
    member.reject(kTwo, 5, 4);  // sent long ago, when it lacked that entry
    member.forgetMessages();
    member.node.propose({"b"}, {{}});
    member.flush();
    std::vector<Message> appends;
    for (int i = 0; i < 10; ++i) {
        for (const Message& append : member.take(Message::Type::AppendEntries, kTwo)) {
            appends.push_back(append);
        }
        member.tick();
        member.acknowledge(kThree, 5);
    }
    return appends;
}

TEST(RaftGuards, G2KeepsSendingEntriesAfterALateRejection)
{
    const auto carriesEntries = [](const Message& append) { return !append.entries.empty(); };
    const auto guarded = appendsAfterALateRejection(LoneMember::quick());
    EXPECT_FALSE(guarded.empty());
    for (const Message& append : guarded) {
        EXPECT_GE(append.lastIndex, 5u);
    }
    EXPECT_TRUE(std::any_of(guarded.begin(), guarded.end(), carriesEntries));

    const auto unguarded = appendsAfterALateRejection(
        with([](RaftOptions& options) { options.guards.dropsLateRejections = false; }));
    EXPECT_FALSE(unguarded.empty());
    EXPECT_TRUE(std::none_of(unguarded.begin(), unguarded.end(), carriesEntries));
}

// ---- G3

Message answerToALeaderBehindOurSnapshot(RaftOptions options)
{
    PersistentState state;
    state.term = 2;
    auto snapshot = std::make_shared<Snapshot>();
    snapshot->index = 20;
    snapshot->term = 2;
    snapshot->members = LoneMember::voters(3);
    snapshot->membersIndex = 1;
    state.snapshot = snapshot;
    state.firstIndex = 21;
    LoneMember member(options, state);
    std::vector<Entry> entries;
    for (LogIndex index = 11; index <= 22; ++index) {
        entries.push_back(command(2, "x"));
    }
    member.node.receive(LoneMember::appendEntries(2, 10, 2, 20, entries));
    member.flush();
    const auto answers = member.take(Message::Type::AppendEntriesResult, kTwo);
    EXPECT_FALSE(answers.empty());
    return answers.empty() ? Message{} : answers.back();
}

TEST(RaftGuards, G3AcceptsEntriesFromALeaderThatIsBehindOurSnapshot)
{
    const Message accepted = answerToALeaderBehindOurSnapshot(LoneMember::quick());
    EXPECT_EQ(accepted.rejected, 0u);
    EXPECT_EQ(accepted.lastIndex, 22u);
    const Message rejected = answerToALeaderBehindOurSnapshot(
        with([](RaftOptions& options) { options.guards.skipsWhatIsCompacted = false; }));
    EXPECT_NE(rejected.rejected, 0u);
}

// ---- G4

Term termInRefusalOfAPreVote(const RaftOptions& options)
{
    PersistentState state = RaftNode::founder(LoneMember::voters(3));
    state.term = 7;
    LoneMember member(options, state);
    member.elect();  // so that it refuses
    member.forgetMessages();
    Message request;
    request.type = Message::Type::RequestVote;
    request.from = kThree;
    request.to = LoneMember::kSelf;
    request.term = 3;
    request.lastIndex = 100;
    request.lastTerm = 2;
    request.isPreVote = true;
    request.version = 2;
    member.node.receive(request);
    const auto answers = member.take(Message::Type::RequestVoteResult, kThree);
    EXPECT_EQ(answers.size(), 1u);
    if (answers.empty()) return 0;
    EXPECT_FALSE(answers[0].isGranted);
    return answers[0].term;
}

TEST(RaftGuards, G4TellsTheTermToWhomItRefusesAPreVote)
{
    EXPECT_EQ(termInRefusalOfAPreVote(LoneMember::quick()), 8u);
    EXPECT_EQ(termInRefusalOfAPreVote(
                  with([](RaftOptions& options) { options.guards.tellsTerm = false; })),
              3u);
}

// ---- G5

/// Whether the member gives its vote in term 2 to one whose log is no worse.
bool isVotedFor(LoneMember& member, MemberId candidate)
{
    Message request;
    request.type = Message::Type::RequestVote;
    request.from = candidate;
    request.to = LoneMember::kSelf;
    request.term = 2;
    request.lastIndex = 2;
    request.lastTerm = 1;
    request.version = 2;
    member.node.receive(request);
    const auto answers = member.take(Message::Type::RequestVoteResult, candidate);
    return !answers.empty() && answers[0].isGranted;
}

bool votesAs(MemberRole role, const RaftOptions& options)
{
    Members members = LoneMember::voters(3);
    members[0].role = role;
    LoneMember member(options, RaftNode::founder(members));
    return isVotedFor(member, kTwo);
}

TEST(RaftGuards, G5VotesBeforeItHasHeardOfItsPromotion)
{
    EXPECT_TRUE(votesAs(MemberRole::Standby, LoneMember::quick()));
    EXPECT_FALSE(votesAs(MemberRole::Standby, with([](RaftOptions& options) {
                             options.guards.votesBeforePromotion = false;
                         })));
    EXPECT_TRUE(votesAs(MemberRole::Voter, LoneMember::quick()));
    // One that forgets its vote may never give it.
    EXPECT_FALSE(votesAs(MemberRole::Standby,
                         with([](RaftOptions& options) { options.isVolatile = true; })));
}

TEST(RaftGuards, G5GivesUpALeaderThatIsSilentAsVotersDo)
{
    Members members = LoneMember::voters(3);
    members[0].role = MemberRole::Standby;
    const auto votesAfter = [&](int ticks) {
        LoneMember member(LoneMember::quick(), RaftNode::founder(members));
        member.node.receive(LoneMember::appendEntries(1, 1, 1, 1));
        for (int i = 0; i < ticks; ++i) {
            member.tick();
        }
        return isVotedFor(member, kThree);
    };
    EXPECT_FALSE(votesAfter(1));
    EXPECT_TRUE(votesAfter(6));  // 300 ms
}

// ---- G6

std::vector<LogIndex> changeRightAfterElection(const RaftOptions& options, Outcome expected)
{
    LoneMember member(options, RaftNode::founder(LoneMember::voters(3)));
    member.elect();
    const LogIndex before = member.node.lastIndex();
    member.node.addMember(MemberId{4}, MemberRole::Standby, member.note("early"));
    const LogIndex after = member.node.lastIndex();
    if (expected == Outcome::Busy) {
        EXPECT_EQ(member.outcomes.at("early"), Outcome::Busy);
        member.flush();
        member.acknowledge(kTwo, before);  // an entry of its own term is agreed on
        member.node.addMember(MemberId{4}, MemberRole::Standby, member.note("later"));
        member.flush();
        member.acknowledge(kTwo, before + 1);
        EXPECT_EQ(member.outcomes.at("later"), Outcome::Done);
    }
    return {before, after};
}

TEST(RaftGuards, G6ChangesMembersOnlyAfterAnEntryOfTheOwnTerm)
{
    // The barrier is there, the change is not.
    EXPECT_EQ(changeRightAfterElection(LoneMember::quick(), Outcome::Busy),
              (std::vector<LogIndex>{2, 2}));
    EXPECT_EQ(changeRightAfterElection(
                  with([](RaftOptions& options) { options.guards.bindsChangesToTerm = false; }),
                  Outcome::Unknown),
              (std::vector<LogIndex>{1, 2}));
}

// ---- G7

/// Whether it asks for votes without a leader for more than twice the election time.
bool asksForVotesAfterTheClockWentBack(const RaftOptions& options)
{
    LoneMember member(options, RaftNode::founder(LoneMember::voters(3)));
    member.tick();
    member.node.receive(LoneMember::appendEntries(1, 1, 1, 1));
    member.advance(std::chrono::seconds(-20));
    member.tick();
    EXPECT_TRUE(member.take(Message::Type::RequestVote, kTwo).empty());  // not at once either
    bool hasAsked = false;
    for (int i = 0; i < 13; ++i) {
        member.tick();
        hasAsked |= !member.take(Message::Type::RequestVote, kTwo).empty();
    }
    return hasAsked;
}

TEST(RaftGuards, G7TakesAClockThatGoesBackForOneThatStands)
{
    EXPECT_TRUE(asksForVotesAfterTheClockWentBack(LoneMember::quick()));
    EXPECT_FALSE(asksForVotesAfterTheClockWentBack(
        with([](RaftOptions& options) { options.guards.clockOnlyRises = false; })));
}

// ---- G8

TEST(RaftGuards, G8BeginsANewTermWhenASoleVoterStarts)
{
    PersistentState state = RaftNode::founder(LoneMember::voters(1));
    state.term = 4;
    const LoneMember guarded(LoneMember::quick(), state);
    EXPECT_EQ(guarded.node.term(), 5u);
    EXPECT_EQ(guarded.disk.term, 5u);
    const LoneMember unguarded(
        with([](RaftOptions& options) { options.guards.raisesTermOfLoneVoter = false; }), state);
    EXPECT_EQ(unguarded.node.term(), 4u);
    // Others would lose their leader by it.
    const LoneMember one(LoneMember::quick(), RaftNode::founder(LoneMember::voters(3)));
    EXPECT_EQ(one.node.term(), 1u);
}

}  // namespace
}  // namespace warren::raft
