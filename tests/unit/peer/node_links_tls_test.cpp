#include "core/peer/node_links.h"
#include "tests/support/tls_peer.h"
#include "tests/unit/peer/recording_node.h"
#include "tests/unit/peer/relay.h"
#include "tests/unit/peer/scripted_peer.h"
#include "tests/unit/peer/test_authority.h"

#include <gtest/gtest.h>

#include <chrono>
#include <gmock/gmock.h>
#include <memory>
#include <optional>
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
using test::Relay;
using test::runAWhile;
using test::runUntil;
using test::ScriptedAcceptor;
using test::TestAuthority;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Kind = LinkState::Kind;

/// Two nodes with TLS, the first of which dials the second.
class LinkTlsTest : public ::testing::Test {
protected:
    static void SetUpTestSuite()
    {
        s_authority = new TestAuthority("the one");
        s_other = new TestAuthority("another");
    }
    static void TearDownTestSuite()
    {
        delete s_other;
        delete s_authority;
    }

    void SetUp() override
    {
        m_a.links().useTls(s_authority->context());
        m_b.links().useTls(s_authority->context());
        m_b.listening();
    }

    /// @pre they fit
    void link()
    {
        m_a.dial(m_b);
        ASSERT_TRUE(runUntil([this] { return m_a.has("up b@h") && m_b.has("heard a@h 1"); }))
            << m_a.links().state(m_b.name()).reason;
    }
    void expectRefusal(const std::string& toldByA, const std::string& toldByB)
    {
        m_a.dial(m_b);
        ASSERT_TRUE(runUntil([this] { return !m_a.warnings.empty() && !m_b.warnings.empty(); }))
            << m_a.links().state(m_b.name()).reason;
        EXPECT_EQ(m_a.warnings[0], "No link to b@h at " + m_b.address() + ": " + toldByA + '.');
        EXPECT_EQ(m_b.warnings[0], "No link from 127.0.0.1: " + toldByB + '.');
        const LinkState state = m_a.links().state(m_b.name());
        EXPECT_EQ(state.kind, Kind::Refused);
        EXPECT_EQ(state.reason, toldByA);
        EXPECT_FALSE(state.isEncrypted);
        EXPECT_THAT(m_a.events, IsEmpty());
        EXPECT_THAT(m_b.events, IsEmpty());
    }
    bool sendToB(std::string_view frame) { return m_a.links().send(m_b.name(), bytesOf(frame)); }

    static TestAuthority* s_authority;
    static TestAuthority* s_other;
    RecordingNode m_a{"a@h"};
    RecordingNode m_b{"b@h"};
};

TestAuthority* LinkTlsTest::s_authority = nullptr;
TestAuthority* LinkTlsTest::s_other = nullptr;

TEST_F(LinkTlsTest, CarriesFramesOfAllSizesInOrder)
{
    link();
    EXPECT_TRUE(m_a.links().state(m_b.name()).isEncrypted);
    std::vector<std::string> sent;
    const std::vector<std::size_t> sizes{1, 10, 16'384, 32'767, 32'768, 100'000, 300'000, 3};
    for (std::size_t i = 0; i < 800; ++i) {
        sent.push_back(std::string(sizes[i % sizes.size()], static_cast<char>('a' + i % 26)));
        ASSERT_TRUE(sendToB(sent.back()));
    }
    sent.push_back(std::string(10'000'000, 'L'));
    ASSERT_TRUE(sendToB(sent.back()));
    EXPECT_GT(m_a.links().state(m_b.name()).unsentBytes, 0U);
    sent.push_back("after it");
    ASSERT_TRUE(sendToB(sent.back()));
    ASSERT_TRUE(runUntil([&] { return m_b.frames.size() >= sent.size(); }));
    EXPECT_TRUE(m_b.frames == sent);
    ASSERT_TRUE(runUntil([this] { return m_a.links().state(m_b.name()).unsentBytes == 0; }));
    ASSERT_TRUE(runUntil([this] { return m_a.links().state(m_b.name()).roundTrip.count() >= 0; }));
    EXPECT_THAT(m_a.warnings, IsEmpty());
    EXPECT_THAT(m_b.warnings, IsEmpty());
}

TEST_F(LinkTlsTest, ShowsNothingOfWhatItCarries)
{
    Relay relay(m_b.port());
    m_a.links().setPeer(m_b.name(), relay.address());
    ASSERT_TRUE(runUntil([this] { return m_a.has("up b@h"); }));
    ASSERT_TRUE(sendToB("for your eyes only"));
    ASSERT_TRUE(runUntil([this] { return m_b.frames.size() == 1; }));
    EXPECT_THAT(relay.seen(), Not(HasSubstr("eyes")));
    EXPECT_THAT(relay.seen(), Not(HasSubstr("WARRENPEER")));
    EXPECT_THAT(relay.seen(), Not(HasSubstr("a@h")));
}

TEST_F(LinkTlsTest, IntroducesToo)
{
    std::optional<Result<PeerIdentity, ConnectionEnd>> outcome;
    m_a.links().introduce(m_b.address(), [&](auto who) { outcome = std::move(who); });
    ASSERT_TRUE(runUntil([&] { return outcome.has_value(); }));
    ASSERT_TRUE(*outcome) << outcome->error().reason;
    EXPECT_EQ(outcome->value(), m_b.links().self());

    RecordingNode plain("c@h");
    outcome.reset();
    plain.links().introduce(m_b.address(), [&](auto who) { outcome = std::move(who); });
    ASSERT_TRUE(runUntil([&] { return outcome.has_value(); }));
    ASSERT_FALSE(*outcome);
    EXPECT_THAT(outcome->error().reason, HasSubstr("it wants TLS"));
}

TEST_F(LinkTlsTest, ProvesTheCookieInsideAllTheSame)
{
    RecordingNode stranger("s@h", "TERCES");
    stranger.links().useTls(s_authority->context());
    stranger.dial(m_b);
    ASSERT_TRUE(runUntil([&] { return !stranger.warnings.empty() && !m_b.warnings.empty(); }));
    EXPECT_THAT(stranger.warnings[0], HasSubstr("the cookies of s@h and b@h differ"));
    EXPECT_THAT(m_b.warnings[0], HasSubstr("the cookies of b@h and s@h differ"));
    EXPECT_THAT(m_b.events, IsEmpty());
}

TEST_F(LinkTlsTest, IsRefusedByADialerThatTrustsAnotherAuthority)
{
    m_a.links().useTls(s_other->context());
    expectRefusal("this node doesn't trust the authority of its certificate, CN=the one",
                  "it doesn't trust the authority of this node's certificate");

    m_a.links().useTls(s_authority->context());
    ASSERT_TRUE(runUntil([this] { return m_a.has("up b@h"); })) << "it dials on";
}

TEST_F(LinkTlsTest, IsRefusedByAnAcceptorThatTrustsAnotherAuthority)
{
    net::TlsOptions options = s_other->issue();
    options.authorityFile = s_authority->file();
    m_a.links().useTls(test::contextOf(options));
    expectRefusal("it doesn't trust the authority of this node's certificate",
                  "this node doesn't trust the authority of its certificate, CN=another");
}

TEST_F(LinkTlsTest, IsRefusedForANamesakeOfTheAuthority)
{
    TestAuthority namesake("the one");
    m_a.links().useTls(namesake.context());
    expectRefusal("this node doesn't trust the authority of its certificate, CN=the one",
                  "it refuses this node's certificate: decrypt error");
}

TEST_F(LinkTlsTest, IsRefusedWithACertificateForServersOnly)
{
    m_a.links().useTls(s_authority->context({.extendedUse = "serverAuth"}));
    expectRefusal(
        "it refuses this node's certificate: unsupported certificate",
        "its certificate is refused: unsuitable certificate purpose (it is not for clients)");
}

TEST_F(LinkTlsTest, IsRefusedWithACertificateThatHasEnded)
{
    m_b.links().useTls(s_authority->context({.endsInSeconds = -3600}));
    expectRefusal("its certificate is refused: certificate has expired",
                  "it refuses this node's certificate: certificate expired");
}

TEST_F(LinkTlsTest, WantsACertificateOfTheDialer)
{
    test::TlsPeer nameless(m_b.port(), {.authorityFile = s_authority->file()});
    ASSERT_TRUE(runUntil([&] {
        nameless.pump();
        return !m_b.warnings.empty() && !nameless.error().empty();
    }));
    EXPECT_EQ(m_b.warnings[0], "No link from 127.0.0.1: it shows no certificate.");
    EXPECT_THAT(nameless.error(), HasSubstr("certificate required"));
    EXPECT_THAT(m_b.events, IsEmpty());
}

TEST_F(LinkTlsTest, IsNotForDialersWithoutTls)
{
    RecordingNode plain("p@h");
    plain.dial(m_b);
    ASSERT_TRUE(runUntil([&] { return !plain.warnings.empty() && !m_b.warnings.empty(); }));
    EXPECT_EQ(plain.warnings[0], "No link to b@h at " + m_b.address() +
                                     ": it refused this node: it wants TLS on the links between "
                                     "nodes.");
    EXPECT_EQ(m_b.warnings[0], "No link from 127.0.0.1: it doesn't use TLS, and this node does.");
    EXPECT_EQ(plain.links().state(m_b.name()).kind, Kind::Refused);
    EXPECT_THAT(plain.events, IsEmpty());
    EXPECT_THAT(m_b.events, IsEmpty());
}

TEST_F(LinkTlsTest, IsNotForAcceptorsWithoutTls)
{
    RecordingNode plain("p@h");
    plain.listening();
    m_a.dial(plain);
    ASSERT_TRUE(runUntil([&] { return !plain.warnings.empty() && !m_a.warnings.empty(); }));
    EXPECT_EQ(m_a.warnings[0],
              "No link to p@h at " + plain.address() + ": it doesn't use TLS, and this node does.");
    EXPECT_EQ(plain.warnings[0], "No link from 127.0.0.1: it uses TLS, and this node doesn't.");
    EXPECT_EQ(m_a.links().state(plain.name()).kind, Kind::Refused);

    plain.links().useTls(s_authority->context());
    ASSERT_TRUE(runUntil([this] { return m_a.has("up p@h"); })) << "it dials on";
}

TEST_F(LinkTlsTest, StaysUpWhenTheFilesChange)
{
    link();
    m_a.links().useTls(s_authority->context());
    m_b.links().useTls(s_authority->context());
    ASSERT_TRUE(sendToB("still here"));
    ASSERT_TRUE(runUntil([this] { return m_b.frames.size() == 1; }));
    EXPECT_THAT(m_a.events, ElementsAre("up b@h"));
}

TEST_F(LinkTlsTest, IsNotWaitedForForEver)
{
    LinkOptions options = quickOptions();
    options.handshakeTimeout = milliseconds(50);
    RecordingNode hasty("c@h", "SECRET", options);
    hasty.links().useTls(s_authority->context());
    hasty.listening();
    ScriptedAcceptor mute(ScriptedAcceptor::Script::SayNothing, identityOf("m@h"), cookieOf("x"));
    hasty.links().setPeer(nodeName("m@h"), mute.address());
    ASSERT_TRUE(runUntil(
        [&] { return hasty.links().state(nodeName("m@h")).reason == "no answer within 50 ms"; }));
    ASSERT_TRUE(runUntil([&] { return mute.acceptedCount() >= 2; })) << "it dials again";

    test::TcpSocket silent(hasty.port());
    // It says that a record comes, which then doesn't.
    ASSERT_TRUE(silent.sendAll(bytesOf(std::string_view("\x16\x03\x01\x02\x00", 5))));
    Buffer nothing;
    ASSERT_TRUE(runUntil([&] {
        silent.receiveSome(nothing);
        return !silent.isOpen();
    }));
}

TEST_F(LinkTlsTest, SurvivesWhatOnlyBeginsLikeTls)
{
    test::TcpSocket stranger(m_b.port());
    std::string noise(100'000, '\x07');
    noise[0] = '\x16';
    ASSERT_TRUE(stranger.sendAll(bytesOf(noise)));
    Buffer answer;
    ASSERT_TRUE(runUntil([&] {
        stranger.receiveSome(answer);
        return !stranger.isOpen();
    }));
    ASSERT_EQ(m_b.warnings.size(), 1U);
    EXPECT_THAT(m_b.warnings[0], HasSubstr("No link from 127.0.0.1: TLS failed: "));
}

/// With somebody between the two.
class LinkTlsLossTest : public LinkTlsTest {
protected:
    void linkThroughRelay(LinkOptions options)
    {
        m_relay = std::make_unique<Relay>(m_b.port());
        m_c = std::make_unique<RecordingNode>("c@h", "SECRET", options);
        m_c->links().useTls(s_authority->context());
        m_c->links().setPeer(m_b.name(), m_relay->address());
        ASSERT_TRUE(runUntil([this] { return m_c->has("up b@h") && m_b.has("heard c@h 1"); }));
    }

    std::unique_ptr<Relay> m_relay;
    std::unique_ptr<RecordingNode> m_c;
};

TEST_F(LinkTlsLossTest, IsNotedByHeartbeats)
{
    LinkOptions options = quickOptions();
    options.lossTimeout = milliseconds(100);
    linkThroughRelay(options);
    m_relay->hold();
    ASSERT_TRUE(runUntil([this] { return m_c->has("down b@h"); }));
    EXPECT_EQ(m_c->lastReason, "nothing was heard for 100 ms");
    ASSERT_TRUE(runUntil([this] { return m_b.has("silent c@h"); }));
    EXPECT_FALSE(m_c->links().state(m_b.name()).isEncrypted);
}

TEST_F(LinkTlsLossTest, IsWhatSpoiltBytesMean)
{
    linkThroughRelay(quickOptions());
    m_relay->spoil();
    ASSERT_TRUE(runUntil([this] { return m_c->has("down b@h") && m_b.has("silent c@h"); }));
    ASSERT_TRUE(runUntil([this] { return m_c->countOf("up b@h") == 2; }));
    EXPECT_THAT(m_b.frames, IsEmpty());
}

TEST_F(LinkTlsLossTest, ComesWhenTooMuchWaits)
{
    LinkOptions options = quickOptions();
    options.unsentBytesMax = 1 << 20;
    linkThroughRelay(options);
    m_relay->hold();
    const std::string frame(100'000, 'x');
    int sentCount = 0;
    bool isSent = true;
    ASSERT_TRUE(runUntil([&] {
        isSent = m_c->links().send(m_b.name(), bytesOf(frame));
        if (!isSent) return true;
        sentCount += 1;
        EXPECT_LE(m_c->links().state(m_b.name()).unsentBytes, options.unsentBytesMax + 1024);
        return sentCount > 10'000;
    }));
    EXPECT_FALSE(isSent);
    EXPECT_GE(sentCount, 10);
    ASSERT_TRUE(runUntil([this] { return m_c->has("down b@h"); }));
    EXPECT_THAT(m_c->lastReason, HasSubstr("limit of 1048576"));
}

}  // namespace
}  // namespace warren::peer
