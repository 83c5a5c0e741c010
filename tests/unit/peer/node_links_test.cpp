#include "core/peer/node_links.h"

#include "tests/unit/peer/recording_node.h"
#include "tests/unit/peer/scripted_peer.h"

#include <gtest/gtest.h>

#include <chrono>
#include <gmock/gmock.h>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace warren::peer {
namespace {

using test::cookieOf;
using test::identityOf;
using test::nodeName;
using test::quickOptions;
using test::RecordingNode;
using test::runAWhile;
using test::runUntil;
using test::ScriptedAcceptor;
using test::ScriptedDialer;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kind = LinkState::Kind;

/// Two nodes that have dialled each other.
class TwoNodesTest : public ::testing::Test {
protected:
    void SetUp() override
    {
        m_a.listening();
        m_b.listening();
        m_a.dial(m_b);
        m_b.dial(m_a);
        ASSERT_TRUE(runUntil([this] {
            return m_a.has("up b@h") && m_a.has("heard b@h 1") && m_b.has("up a@h") &&
                   m_b.has("heard a@h 1");
        }));
    }

    bool sendToB(std::string_view frame) { return m_a.links().send(m_b.name(), bytesOf(frame)); }

    RecordingNode m_a{"a@h"};
    RecordingNode m_b{"b@h"};
};

TEST_F(TwoNodesTest, SeeEachOther)
{
    EXPECT_TRUE(m_a.links().isUp(m_b.name()));
    EXPECT_THAT(m_a.links().peers(), ElementsAre(m_b.name()));
    EXPECT_EQ(m_a.links().self().address, m_a.address());
    ASSERT_TRUE(runUntil([this] { return m_a.links().state(m_b.name()).roundTrip.count() >= 0; }));
    const LinkState state = m_a.links().state(m_b.name());
    EXPECT_EQ(state.kind, Kind::Up);
    EXPECT_EQ(state.reason, "");
    EXPECT_TRUE(state.isHeard);
    EXPECT_LT(state.roundTrip, std::chrono::seconds(20));
    EXPECT_THAT(m_a.warnings, IsEmpty());
}

TEST_F(TwoNodesTest, ExchangeFramesOfAllSizesInOrder)
{
    std::vector<std::string> sent;
    const std::vector<std::size_t> sizes{1, 10, 4'000, 32'767, 32'768, 32'769, 100'000, 300'000, 3};
    for (std::size_t i = 0; i < 900; ++i) {
        sent.push_back(std::string(sizes[i % sizes.size()], static_cast<char>('a' + i % 26)));
        ASSERT_TRUE(sendToB(sent.back()));
        ASSERT_TRUE(m_b.links().send(m_a.name(), bytesOf(sent.back())));
    }
    ASSERT_TRUE(runUntil(
        [&] { return m_a.frames.size() >= sent.size() && m_b.frames.size() >= sent.size(); }));
    EXPECT_TRUE(m_a.frames == sent);
    EXPECT_TRUE(m_b.frames == sent);
}

TEST_F(TwoNodesTest, ExchangeLargeFrames)
{
    std::string large(5'000'000, '\0');
    for (std::size_t i = 0; i < large.size(); ++i) {
        large[i] = static_cast<char>(i * 7 / 5);
    }
    ASSERT_TRUE(sendToB(large));
    EXPECT_GT(m_a.links().state(m_b.name()).unsentBytes, 0U);
    ASSERT_TRUE(sendToB("after it"));
    ASSERT_TRUE(sendToB(large + large));
    ASSERT_TRUE(runUntil([this] { return m_b.frames.size() == 3; }));
    EXPECT_TRUE(m_b.frames[0] == large);
    EXPECT_EQ(m_b.frames[1], "after it");
    EXPECT_TRUE(m_b.frames[2] == large + large);
    ASSERT_TRUE(runUntil([this] { return m_a.links().state(m_b.name()).unsentBytes == 0; }));
}

TEST_F(TwoNodesTest, SayNothingWhenAPeerIsRemoved)
{
    m_a.events.clear();
    m_a.links().removePeer(m_b.name());
    EXPECT_FALSE(m_a.links().isUp(m_b.name()));
    EXPECT_FALSE(m_a.links().state(m_b.name()).isHeard);
    EXPECT_FALSE(sendToB("x"));
    EXPECT_THAT(m_a.links().peers(), IsEmpty());
    // The other one sees both go, and dials again.
    ASSERT_TRUE(runUntil([this] {
        return m_b.has("down a@h") && m_b.has("silent a@h") && m_b.countOf("up a@h") == 2;
    }));
    ASSERT_TRUE(runUntil([this] { return m_a.has("heard b@h 1"); }));
    EXPECT_THAT(m_a.events, ElementsAre("heard b@h 1"));
}

TEST_F(TwoNodesTest, SendFromInsideOfCallbacks)
{
    m_b.also.received = [this](const PeerIdentity& from, ByteView frame) {
        EXPECT_EQ(from.name, m_a.name());
        EXPECT_EQ(from.address, m_a.address());
        EXPECT_TRUE(m_b.links().send(from.name, frame));
    };
    ASSERT_TRUE(sendToB("one"));
    ASSERT_TRUE(sendToB("two"));
    ASSERT_TRUE(runUntil([this] { return m_a.frames.size() == 2; }));
    EXPECT_THAT(m_a.frames, ElementsAre("one", "two"));
}

TEST_F(TwoNodesTest, MayRemoveThePeerThatACallbackIsAbout)
{
    m_b.also.received = [this](const PeerIdentity& from, ByteView) {
        m_b.links().removePeer(from.name);
    };
    m_a.also.linkDown = [this](const cluster::NodeName& peer, const std::string&) {
        m_a.links().removePeer(peer);
    };
    ASSERT_TRUE(sendToB("one"));
    ASSERT_TRUE(sendToB("two"));
    ASSERT_TRUE(runUntil([this] { return m_a.has("down b@h"); }));
    ASSERT_TRUE(runAWhile());
    EXPECT_THAT(m_b.frames, ElementsAre("one")) << "the second one came over a link that is gone";
    EXPECT_EQ(m_a.countOf("down b@h"), 1);
    EXPECT_THAT(m_a.links().peers(), IsEmpty());
    EXPECT_FALSE(m_b.has("down a@h"));
}

TEST_F(TwoNodesTest, MayRemoveThePeerWhoseLinkHasJustComeUp)
{
    RecordingNode c("c@h");
    c.also.linkUp = [&](const PeerIdentity& peer) { c.links().removePeer(peer.name); };
    c.also.heard = [&](const PeerIdentity& peer) {
        if (c.has("up b@h")) c.links().removePeer(peer.name);
    };
    c.listening();
    c.dial(m_b);
    m_b.dial(c);
    ASSERT_TRUE(runUntil([&] { return c.has("up b@h") && m_b.countOf("down c@h") >= 2; }));
    EXPECT_EQ(c.countOf("up b@h"), 1);
    EXPECT_FALSE(c.has("down b@h"));
    EXPECT_FALSE(c.has("silent b@h"));
}

TEST_F(TwoNodesTest, MoveToAnotherAddress)
{
    RecordingNode newB("b@h", "SECRET", quickOptions(), 2);
    newB.listening();
    m_a.events.clear();
    m_a.links().setPeer(m_b.name(), newB.address());
    EXPECT_FALSE(sendToB("x")) << "not up until the new one is";
    EXPECT_THAT(m_a.events, IsEmpty()) << "no callback comes out of a call";
    ASSERT_TRUE(runUntil([this] { return m_a.has("up b@h"); }));
    EXPECT_THAT(m_a.events, ElementsAre("down b@h", "up b@h"));
    EXPECT_THAT(m_a.lastReason, HasSubstr(newB.address()));
    ASSERT_TRUE(runUntil([this] { return m_b.has("silent a@h"); }));

    m_a.links().setPeer(m_b.name(), newB.address());
    EXPECT_TRUE(m_a.links().isUp(m_b.name())) << "nothing new";
}

TEST(NodeLinksTest, DialsUntilThePeerIsThereAndAgainWhenItIsBack)
{
    std::optional<RecordingNode> b(std::in_place, "b@h");
    b->listening();
    const std::uint16_t port = b->port();
    RecordingNode a("a@h");
    a.dial(*b);
    ASSERT_TRUE(runUntil([&] { return a.has("up b@h"); }));

    b.reset();
    ASSERT_TRUE(runUntil([&] { return a.has("down b@h"); }));
    EXPECT_EQ(a.lastReason, "it closed the connection");
    ASSERT_TRUE(runUntil([&] {
        return a.links().state(nodeName("b@h")).reason.find("refused") != std::string::npos;
    })) << a.links().state(nodeName("b@h")).reason;
    EXPECT_EQ(a.links().state(nodeName("b@h")).kind, Kind::Connecting);

    b.emplace("b@h", "SECRET", quickOptions(), 2);
    b->listening(port);
    ASSERT_TRUE(runUntil([&] { return a.countOf("up b@h") == 2 && b->has("heard a@h 1"); }));
    EXPECT_THAT(a.events, ElementsAre("up b@h", "down b@h", "gone b@h", "up b@h"));
    EXPECT_THAT(a.warnings, IsEmpty()) << "a peer that is away is nobody's fault";
    ASSERT_TRUE(a.links().send(nodeName("b@h"), bytesOf("hello")));
    ASSERT_TRUE(runUntil([&] { return b->frames.size() == 1; }));
}

TEST(NodeLinksTest, WarnBothSidesOfDifferentCookies)
{
    RecordingNode a("a@h", "SECRET");
    std::optional<RecordingNode> b(std::in_place, "b@h", "TERCES");
    b->listening();
    const std::uint16_t port = b->port();
    a.dial(*b);
    ASSERT_TRUE(runUntil([&] { return !a.warnings.empty() && !b->warnings.empty(); }));
    EXPECT_THAT(a.warnings[0],
                AllOf(HasSubstr("the cookies of a@h and b@h differ"), HasSubstr(b->address())));
    EXPECT_THAT(b->warnings[0], HasSubstr("the cookies of b@h and a@h differ"));
    const LinkState state = a.links().state(b->name());
    EXPECT_EQ(state.kind, Kind::Refused);
    EXPECT_EQ(state.reason, "the cookies of a@h and b@h differ");
    EXPECT_THAT(a.events, IsEmpty());
    EXPECT_THAT(b->events, IsEmpty());

    b.reset();
    b.emplace("b@h", "SECRET");
    b->listening(port);
    ASSERT_TRUE(runUntil([&] { return a.has("up b@h"); })) << "once it is corrected";
}

TEST(NodeLinksTest, WarnOnceHoweverOftenTheyDial)
{
    ScriptedAcceptor b(ScriptedAcceptor::Script::GoSilent, identityOf("b@h"), cookieOf("TERCES"));
    RecordingNode a("a@h");
    a.links().setPeer(nodeName("b@h"), b.address());
    ASSERT_TRUE(runUntil([&] { return b.acceptedCount() >= 5; }));
    EXPECT_EQ(a.warnings.size(), 1U);
}

TEST(NodeLinksTest, RefuseAnotherNodeThanTheOneExpected)
{
    RecordingNode a("a@h");
    RecordingNode b("b@h");
    b.listening();
    a.links().setPeer(nodeName("c@h"), b.address());
    ASSERT_TRUE(runUntil([&] { return !a.warnings.empty() && !b.warnings.empty(); }));
    const LinkState state = a.links().state(nodeName("c@h"));
    EXPECT_EQ(state.kind, Kind::Refused);
    EXPECT_THAT(state.reason, AllOf(HasSubstr("b@h"), HasSubstr("not c@h")));
    EXPECT_THAT(b.events, IsEmpty()) << "the other one hears nobody";
    EXPECT_THAT(a.events, IsEmpty());
}

TEST(NodeLinksTest, RefuseThemselves)
{
    RecordingNode a("a@h");
    a.listening();
    a.links().setPeer(nodeName("b@h"), a.address());
    ASSERT_TRUE(runUntil([&] { return a.links().state(nodeName("b@h")).kind == Kind::Refused; }));
    EXPECT_EQ(a.links().state(nodeName("b@h")).reason, "it calls itself a@h too");
}

TEST(NodeLinksTest, SayWhatIsWrongWithAnAddress)
{
    RecordingNode a("a@h");
    a.links().setPeer(nodeName("b@h"), "nowhere");
    ASSERT_TRUE(runUntil([&] { return !a.warnings.empty(); }));
    EXPECT_THAT(a.warnings[0], HasSubstr("'nowhere' is not of the form host:port"));
    const auto name = a.links().listen("localhost", 0);
    ASSERT_FALSE(name);
    EXPECT_THAT(name.error(), HasSubstr("not numeric"));
    RecordingNode b("b@h");
    b.listening();
    const auto taken = a.links().listen("127.0.0.1", b.port());
    ASSERT_FALSE(taken);
    EXPECT_THAT(taken.error(), HasSubstr(b.address()));
}

TEST(NodeLinksTest, AreQuietWhenTheyAreDestroyed)
{
    std::vector<std::string> events;
    RecordingNode b("b@h");
    b.listening();
    LinkCallbacks callbacks;
    callbacks.linkUp = [&](const PeerIdentity&) { events.push_back("up"); };
    callbacks.linkDown = [&](const cluster::NodeName&, const std::string&) {
        events.push_back("down");
    };
    callbacks.heard = [&](const PeerIdentity&) { events.push_back("heard"); };
    callbacks.silent = [&](const cluster::NodeName&) { events.push_back("silent"); };
    auto a = std::make_unique<NodeLinks>(identityOf("a@h"), cookieOf("SECRET"), quickOptions(),
                                         callbacks);
    const auto endpoint = a->listen("127.0.0.1", 0);
    ASSERT_TRUE(endpoint);
    a->setPeer(b.name(), b.address());
    b.links().setPeer(nodeName("a@h"), endpoint->text());
    ASSERT_TRUE(runUntil([&] { return events.size() == 2; }));
    a->introduce(b.address(), [&](const auto&) { events.push_back("introduced"); });
    a.reset();
    ASSERT_TRUE(runUntil([&] { return b.has("silent a@h") && b.has("down a@h"); }));
    EXPECT_EQ(events.size(), 2U);
}

class IntroductionTest : public ::testing::Test {
protected:
    void introduce(RecordingNode& who, const std::string& address)
    {
        who.links().introduce(address, [this](Result<PeerIdentity, ConnectionEnd> outcome) {
            m_outcome = std::move(outcome);
        });
        EXPECT_FALSE(m_outcome) << "no callback comes out of a call";
    }
    bool isDone()
    {
        return runUntil([this] { return m_outcome.has_value(); });
    }

    std::optional<Result<PeerIdentity, ConnectionEnd>> m_outcome;
    RecordingNode m_a{"a@h"};
    RecordingNode m_b{"b@h", "SECRET", quickOptions(), 12};
};

TEST_F(IntroductionTest, TellsWhoIsThereAndDisturbsNoLink)
{
    m_b.listening();
    m_a.dial(m_b);
    ASSERT_TRUE(runUntil([this] { return m_a.has("up b@h") && m_b.has("heard a@h 1"); }));
    introduce(m_a, m_b.address());
    ASSERT_TRUE(isDone());
    ASSERT_TRUE(*m_outcome) << m_outcome->error().reason;
    EXPECT_EQ(m_outcome->value(), (PeerIdentity{m_b.name(), m_b.address(), 12}));
    ASSERT_TRUE(runAWhile());
    EXPECT_THAT(m_a.events, ElementsAre("up b@h"));
    EXPECT_THAT(m_b.events, ElementsAre("heard a@h 1"));
    EXPECT_THAT(m_b.warnings, IsEmpty());
}

TEST_F(IntroductionTest, SaysThatNobodyIsThere)
{
    std::string left;
    {
        RecordingNode gone("gone@h");
        left = gone.listening().address();
    }
    introduce(m_a, left);
    ASSERT_TRUE(isDone());
    ASSERT_FALSE(*m_outcome);
    EXPECT_THAT(m_outcome->error().reason, HasSubstr(left + " can't be reached"));
    EXPECT_FALSE(m_outcome->error().isRefusal);
}

TEST_F(IntroductionTest, SaysWhyItWasRefused)
{
    RecordingNode stranger("s@h", "TERCES");
    stranger.listening();
    introduce(m_a, stranger.address());
    ASSERT_TRUE(isDone());
    ASSERT_FALSE(*m_outcome);
    EXPECT_EQ(m_outcome->error().reason, "the cookies of a@h and s@h differ");
    EXPECT_TRUE(m_outcome->error().isRefusal);
    ASSERT_TRUE(runUntil([&] { return stranger.warnings.size() == 1; }));
}

TEST_F(IntroductionTest, SaysWhatIsWrongWithTheAddress)
{
    introduce(m_a, "b");
    ASSERT_TRUE(isDone());
    ASSERT_FALSE(*m_outcome);
    EXPECT_THAT(m_outcome->error().reason, HasSubstr("'b'"));
}

TEST_F(IntroductionTest, ComeOnlySoManyAtOnce)
{
    ScriptedAcceptor mute(ScriptedAcceptor::Script::SayNothing, identityOf("m@h"), cookieOf("x"));
    for (std::size_t i = 0; i < NodeLinks::kIntroductionsMax; ++i) {
        m_a.links().introduce(mute.address(), [](const auto&) { FAIL() << "nobody answered"; });
    }
    introduce(m_a, mute.address());
    ASSERT_TRUE(isDone());
    ASSERT_FALSE(*m_outcome);
    EXPECT_THAT(m_outcome->error().reason, HasSubstr("too many"));
}

}  // namespace
}  // namespace warren::peer
