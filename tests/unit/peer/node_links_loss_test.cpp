#include "core/peer/incoming_links.h"
#include "core/peer/node_links.h"
#include "tests/unit/peer/recording_node.h"
#include "tests/unit/peer/scripted_peer.h"

#include <QDeadlineTimer>
#include <QHostAddress>
#include <QTcpServer>
#include <QTcpSocket>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <gmock/gmock.h>
#include <memory>
#include <string>
#include <vector>

namespace warren::peer {
namespace {

using std::chrono::milliseconds;
using test::cookieOf;
using test::identityOf;
using test::nodeName;
using test::quickOptions;
using test::RecordingNode;
using test::runAWhile;
using test::runUntil;
using test::ScriptedAcceptor;
using test::ScriptedDialer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kind = LinkState::Kind;
using Script = ScriptedAcceptor::Script;

LinkOptions lossyOptions()
{
    LinkOptions options = quickOptions();
    options.lossTimeout = milliseconds(100);
    return options;
}

LinkOptions impatientOptions()
{
    LinkOptions options = quickOptions();
    options.handshakeTimeout = milliseconds(50);
    return options;
}

TEST(LinkLossTest, EndsALinkToAPeerThatAnswersNoMore)
{
    ScriptedAcceptor b(Script::GoSilent, identityOf("b@h"), cookieOf("SECRET"));
    RecordingNode a("a@h", "SECRET", lossyOptions());
    a.links().setPeer(nodeName("b@h"), b.address());
    ASSERT_TRUE(runUntil([&] { return a.countOf("down b@h") == 2; })) << "and dials again";
    EXPECT_EQ(a.lastReason, "nothing was heard for 100 ms");
    EXPECT_THAT(a.events, ElementsAre("up b@h", "down b@h", "up b@h", "down b@h"));
    EXPECT_EQ(a.links().state(nodeName("b@h")).kind, Kind::Connecting);
    EXPECT_EQ(a.links().state(nodeName("b@h")).reason, a.lastReason);
    EXPECT_THAT(a.warnings, IsEmpty()) << "the owner was told";
}

TEST(LinkLossTest, EndsALinkFromAPeerThatSaysNothingMore)
{
    RecordingNode b("b@h", "SECRET", lossyOptions());
    b.listening();
    ScriptedDialer a(b.port(), identityOf("a@h"), cookieOf("SECRET"));
    ASSERT_TRUE(a.authenticate());
    ASSERT_TRUE(runUntil([&] { return b.has("silent a@h"); }));
    EXPECT_THAT(b.events, ElementsAre("heard a@h 1", "silent a@h"));
    ASSERT_TRUE(runUntil([&] { return a.isClosed(); }));
}

TEST(LinkLossTest, LeavesIdleLinksAlone)
{
    RecordingNode a("a@h", "SECRET", lossyOptions());
    RecordingNode b("b@h", "SECRET", lossyOptions());
    b.listening();
    a.dial(b);
    // As long as a mute peer needs to be lost three times.
    ScriptedAcceptor mute(Script::GoSilent, identityOf("m@h"), cookieOf("SECRET"));
    a.links().setPeer(nodeName("m@h"), mute.address());
    ASSERT_TRUE(runUntil([&] { return a.countOf("down m@h") == 3; }));
    EXPECT_EQ(a.countOf("up b@h"), 1);
    EXPECT_FALSE(a.has("down b@h"));
    EXPECT_THAT(b.events, ElementsAre("heard a@h 1"));
}

TEST(LinkLossTest, IsToldOnTheAcceptingSideByHeartbeatsOfItsOwn)
{
    RecordingNode b("b@h");
    b.listening();
    ScriptedDialer a(b.port(), identityOf("a@h"), cookieOf("SECRET"));
    ASSERT_TRUE(a.authenticate());
    ASSERT_TRUE(runUntil([&] { return a.received().size() >= 36; }));
    EXPECT_EQ(loadU32(a.received().view(), 0), 0U);
    EXPECT_EQ(loadU64(a.received().view(), 4), 0U) << "none that it was sent";
    a.sendHeartbeat(0x1122334455667788U);
    ASSERT_TRUE(runUntil([&] {
        const Buffer& received = a.received();
        for (std::size_t at = 0; at + 12 <= received.size(); at += 12) {
            if (loadU64(received.view(), at + 4) == 0x1122334455667788U) return true;
        }
        return false;
    })) << "and what it was sent comes back";
}

TEST(LinkLossTest, EndsALinkForWhichTooMuchWaits)
{
    ScriptedAcceptor b(Script::GoSilent, identityOf("b@h"), cookieOf("SECRET"));
    LinkOptions options = quickOptions();
    options.unsentBytesMax = 1 << 20;
    RecordingNode a("a@h", "SECRET", options);
    a.links().setPeer(nodeName("b@h"), b.address());
    ASSERT_TRUE(runUntil([&] { return a.has("up b@h"); }));

    const std::string frame(100'000, 'x');
    int sentCount = 0;
    bool isSent = true;
    ASSERT_TRUE(runUntil([&] {
        isSent = a.links().send(nodeName("b@h"), bytesOf(frame));
        if (!isSent) return true;
        sentCount += 1;
        EXPECT_LE(a.links().state(nodeName("b@h")).unsentBytes, options.unsentBytesMax + 1024);
        return sentCount > 10'000;
    }));
    EXPECT_FALSE(isSent);
    EXPECT_GE(sentCount, 10);
    EXPECT_FALSE(a.links().isUp(nodeName("b@h")));
    EXPECT_FALSE(a.has("down b@h")) << "no callback comes out of a call";
    EXPECT_FALSE(a.links().send(nodeName("b@h"), bytesOf("x")));
    ASSERT_TRUE(runUntil([&] { return a.has("down b@h"); }));
    EXPECT_THAT(a.lastReason, HasSubstr("limit of 1048576"));
    ASSERT_TRUE(runUntil([&] { return a.countOf("up b@h") == 2; }));
    EXPECT_EQ(a.countOf("down b@h"), 1);
}

TEST(LinkLossTest, EndsALinkWithAFrameThatIsTooLarge)
{
    LinkOptions options = quickOptions();
    options.frameBytesMax = 1000;
    RecordingNode b("b@h", "SECRET", options);
    b.listening();
    ScriptedDialer a(b.port(), identityOf("a@h"), cookieOf("SECRET"));
    ASSERT_TRUE(a.authenticate());
    a.sendFrame(std::string(1000, 'x'));
    ASSERT_TRUE(runUntil([&] { return b.frames.size() == 1; }));
    EXPECT_EQ(b.frames[0].size(), 1000U);
    // Its length is enough.
    a.send(bytesOf(std::string_view("\x00\x00\x03\xE9", 4)));
    ASSERT_TRUE(runUntil([&] { return b.has("silent a@h") && a.isClosed(); }));
    ASSERT_EQ(b.warnings.size(), 1U);
    EXPECT_THAT(b.warnings[0], HasSubstr("1001 bytes"));
}

TEST(LinkLossTest, KeepsWhatStandsInAFrameWhenTheOtherEndIsGoneAfterIt)
{
    RecordingNode b("b@h");
    b.listening();
    {
        ScriptedDialer a(b.port(), identityOf("a@h"), cookieOf("SECRET"));
        ASSERT_TRUE(a.authenticate());
        a.sendFrame("whole");
        a.send(bytesOf(std::string_view("\x00\x00\x00\x09part", 8)));
    }
    ASSERT_TRUE(runUntil([&] { return b.has("silent a@h"); }));
    EXPECT_THAT(b.frames, ElementsAre("whole"));
}

TEST(LinkLossTest, SaysThatNobodyListensAnyMore)
{
    auto b = std::make_unique<RecordingNode>("b@h");
    b->listening();
    const std::uint16_t port = b->port();
    RecordingNode a("a@h");
    a.dial(*b);
    ASSERT_TRUE(runUntil([&] { return a.has("up b@h"); }));
    b.reset();
    ASSERT_TRUE(runUntil([&] { return a.has("gone b@h"); }));
    EXPECT_THAT(a.events, ElementsAre("up b@h", "down b@h", "gone b@h"));
    EXPECT_EQ(a.links().state(nodeName("b@h")).kind, Kind::Connecting);

    RecordingNode again("b@h", "SECRET", quickOptions(), 2);
    again.listening(port);
    ASSERT_TRUE(runUntil([&] { return a.countOf("up b@h") == 2; }));
    EXPECT_EQ(a.events.back(), "up b@h");
}

// The dial itself tells it, and that does not wait for the back-off.
TEST(LinkLossTest, DialsAtOnceWhenALinkEndsThatWasUpForLong)
{
    LinkOptions options = quickOptions();
    options.backoffMin = std::chrono::hours(1);
    options.backoffMax = milliseconds(1);
    auto b = std::make_unique<RecordingNode>("b@h");
    b->listening();
    RecordingNode a("a@h", "SECRET", options);
    a.dial(*b);
    ASSERT_TRUE(runUntil([&] { return a.has("up b@h"); }));
    const QDeadlineTimer longEnough(milliseconds(20));
    ASSERT_TRUE(runUntil([&] { return longEnough.hasExpired(); }));
    b.reset();
    ASSERT_TRUE(runUntil([&] { return a.has("gone b@h"); }));
}

// Somebody listens there, whatever becomes of the connections: a wire that is cut looks like that.
TEST(LinkLossTest, DoesNotTakeAConnectionThatEndsForAPeerThatIsGone)
{
    QTcpServer closer;
    ASSERT_TRUE(closer.listen(QHostAddress(QHostAddress::LocalHost)));
    int count = 0;
    QObject::connect(&closer, &QTcpServer::newConnection, &closer, [&] {
        count += 1;
        closer.nextPendingConnection()->abort();
    });
    RecordingNode a("a@h");
    a.links().setPeer(nodeName("b@h"), "127.0.0.1:" + std::to_string(closer.serverPort()));
    ASSERT_TRUE(runUntil([&] { return count >= 5; }));
    EXPECT_THAT(a.events, IsEmpty());
}

TEST(StrangersTest, AreNotWaitedForForEver)
{
    ScriptedAcceptor b(Script::SayNothing, identityOf("b@h"), cookieOf("SECRET"));
    RecordingNode a("a@h", "SECRET", impatientOptions());
    a.links().setPeer(nodeName("b@h"), b.address());
    ASSERT_TRUE(runUntil([&] { return b.acceptedCount() >= 2; })) << "it dials again";
    ASSERT_TRUE(runUntil(
        [&] { return a.links().state(nodeName("b@h")).reason == "no answer within 50 ms"; }));
    EXPECT_EQ(a.links().state(nodeName("b@h")).kind, Kind::Connecting);
    EXPECT_THAT(a.events, IsEmpty());

    RecordingNode c("c@h", "SECRET", impatientOptions());
    c.listening();
    test::TcpSocket mute(c.port());
    Buffer nothing;
    ASSERT_TRUE(runUntil([&] {
        mute.receiveSome(nothing);
        return !mute.isOpen();
    }));
    EXPECT_TRUE(nothing.isEmpty());
}

TEST(StrangersTest, AreRefusedWithOtherWordsThanOurs)
{
    RecordingNode b("b@h");
    b.listening();
    test::TcpSocket browser(b.port());
    ASSERT_TRUE(browser.sendAll(bytesOf("GET / HTTP/1.1\r\n\r\n")));
    Buffer answer;
    ASSERT_TRUE(runUntil([&] {
        browser.receiveSome(answer);
        return !browser.isOpen();
    }));
    ASSERT_EQ(b.warnings.size(), 1U);
    EXPECT_THAT(b.warnings[0], HasSubstr("No link from 127.0.0.1: it doesn't speak"));
}

TEST(StrangersTest, AreOnlySoMany)
{
    RecordingNode b("b@h");
    b.listening();
    std::vector<test::TcpSocket> strangers;
    for (std::size_t i = 0; i < IncomingLinks::kStrangersMax; ++i) {
        strangers.emplace_back(b.port());
    }
    ASSERT_TRUE(runAWhile());
    test::TcpSocket oneMore(b.port());
    Buffer nothing;
    ASSERT_TRUE(runUntil([&] {
        oneMore.receiveSome(nothing);
        return !oneMore.isOpen();
    }));
    ASSERT_EQ(b.warnings.size(), 1U);
    EXPECT_THAT(b.warnings[0], HasSubstr("32 connections"));
    for (test::TcpSocket& stranger : strangers) {
        stranger.receiveSome(nothing);
        EXPECT_TRUE(stranger.isOpen());
    }

    strangers.clear();
    ASSERT_TRUE(runAWhile());
    ScriptedDialer a(b.port(), identityOf("a@h"), cookieOf("SECRET"));
    EXPECT_TRUE(a.authenticate()) << "there is room again";
}

class IncomingLinksTest : public ::testing::Test {
protected:
    void SetUp() override { m_b.listening(); }

    std::unique_ptr<ScriptedDialer> dialFrom(const std::string& name, std::uint64_t instance)
    {
        return std::make_unique<ScriptedDialer>(m_b.port(), identityOf(name, instance),
                                                cookieOf("SECRET"));
    }
    std::unique_ptr<ScriptedDialer> linkFrom(const std::string& name, std::uint64_t instance)
    {
        auto dialer = dialFrom(name, instance);
        EXPECT_TRUE(dialer->authenticate());
        return dialer;
    }

    RecordingNode m_b{"b@h"};
};

TEST_F(IncomingLinksTest, ReplaceTheOlderOneOfTheSameProcess)
{
    const auto older = linkFrom("a@h", 1);
    auto newer = linkFrom("a@h", 1);
    ASSERT_TRUE(runUntil([&] { return older->isClosed(); }));
    newer->sendFrame("over the newer one");
    ASSERT_TRUE(runUntil([this] { return m_b.frames.size() == 1; }));
    EXPECT_THAT(m_b.events, ElementsAre("heard a@h 1", "heard a@h 1"));
    newer.reset();
    ASSERT_TRUE(runUntil([this] { return m_b.has("silent a@h"); }));
    EXPECT_EQ(m_b.countOf("silent a@h"), 1);
}

TEST_F(IncomingLinksTest, OfTwoProcessesAreSilentWhenBothAre)
{
    auto older = linkFrom("a@h", 1);
    auto newer = linkFrom("a@h", 2);
    older->sendFrame("from the older one");
    ASSERT_TRUE(runUntil([this] { return m_b.frames.size() == 1; }));
    older.reset();
    ASSERT_TRUE(runAWhile());
    EXPECT_FALSE(m_b.has("silent a@h"));
    EXPECT_TRUE(m_b.links().state(nodeName("a@h")).isHeard);
    newer.reset();
    ASSERT_TRUE(runUntil([this] { return m_b.has("silent a@h"); }));
    EXPECT_FALSE(m_b.links().state(nodeName("a@h")).isHeard);
    EXPECT_THAT(m_b.events, ElementsAre("heard a@h 1", "heard a@h 2", "silent a@h"));
}

TEST_F(IncomingLinksTest, AreOnlySoMany)
{
    std::vector<std::unique_ptr<ScriptedDialer>> links;
    for (std::size_t i = 0; i < IncomingLinks::kLinksMax; ++i) {
        links.push_back(linkFrom('a' + std::to_string(i) + "@h", 1));
    }
    const auto oneMore = dialFrom("more@h", 1);
    EXPECT_FALSE(oneMore->authenticate());
    ASSERT_EQ(m_b.warnings.size(), 1U);
    EXPECT_THAT(m_b.warnings[0], HasSubstr("64 links from other nodes already"));
    EXPECT_FALSE(m_b.has("heard more@h 1"));

    const auto again = linkFrom("a7@h", 1);
    EXPECT_EQ(m_b.countOf("heard a7@h 1"), 2) << "one that takes the place of another may come";
    links[0].reset();
    ASSERT_TRUE(runUntil([this] { return m_b.has("silent a0@h"); }));
    EXPECT_TRUE(dialFrom("more@h", 1)->authenticate());
}

}  // namespace
}  // namespace warren::peer
