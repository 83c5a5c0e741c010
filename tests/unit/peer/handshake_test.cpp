#include "core/peer/handshake.h"

#include "core/base/prng.h"

#include <gtest/gtest.h>

#include <gmock/gmock.h>
#include <initializer_list>
#include <string>
#include <string_view>

namespace warren::peer {
namespace {

using State = Handshake::State;
using ::testing::HasSubstr;

PeerIdentity identity(std::string_view name, std::string address = "127.0.0.1:25672",
                      std::uint64_t instance = 7)
{
    return {*cluster::NodeName::parse(name), std::move(address), instance};
}

Nonce nonce(int value)
{
    Nonce made;
    made.fill(std::byte(value));
    return made;
}

Handshake dialer(std::string_view name, std::string_view cookie = "SECRET", int nonceValue = 1,
                 Handshake::Objection objection = {}, Purpose purpose = Purpose::Link)
{
    return Handshake::dialer(identity(name), *Cookie::fromText(cookie), nonce(nonceValue), purpose,
                             std::move(objection));
}

Handshake acceptor(std::string_view name, std::string_view cookie = "SECRET", int nonceValue = 2,
                   Handshake::Objection objection = {})
{
    return Handshake::acceptor(identity(name, "[::1]:1", 1ULL << 63), *Cookie::fromText(cookie),
                               nonce(nonceValue), std::move(objection));
}

std::string taken(Buffer& output)
{
    std::string text(textOf(output.view()));
    output.clear();
    return text;
}

State feed(Handshake& side, std::string_view bytes)
{
    Buffer input;
    input.append(bytes);
    return side.advance(input);
}

/// All that each side sent.
struct Transcript {
    std::string ofDialer;
    std::string ofAcceptor;
};

/// Carries bytes between the two until there are none, `pieceBytes` at a time.
Transcript run(Handshake& dialer, Handshake& acceptor, std::size_t pieceBytes = 4096)
{
    Transcript transcript;
    Buffer toDialer;
    Buffer toAcceptor;
    const auto carry = [&](Handshake& from, Handshake& to, Buffer& input, std::string& sent) {
        const std::string bytes = taken(from.output());
        sent += bytes;
        for (std::size_t at = 0; at < bytes.size(); at += pieceBytes) {
            input.append(std::string_view(bytes).substr(at, pieceBytes));
            to.advance(input);
        }
        return !bytes.empty();
    };
    while (carry(dialer, acceptor, toAcceptor, transcript.ofDialer) ||
           carry(acceptor, dialer, toDialer, transcript.ofAcceptor)) {
    }
    EXPECT_TRUE(dialer.state() == State::Failed || toDialer.isEmpty());
    EXPECT_TRUE(acceptor.state() == State::Failed || toAcceptor.isEmpty());
    return transcript;
}

TEST(HandshakeTest, SaysThatTheDialerUsesTls)
{
    auto b = acceptor("b@h");
    EXPECT_EQ(feed(b, "\x16\x03\x01"), State::Failed);
    EXPECT_EQ(b.reason(), "it uses TLS, and this node doesn't");
}

TEST(HandshakeTest, DeclinesInOtherWordsForTheOtherEnd)
{
    auto a = dialer("a@h");
    auto b = acceptor("b@h");
    b.decline("it is wrong", "you are wrong");
    EXPECT_EQ(b.state(), State::Failed);
    EXPECT_EQ(b.reason(), "it is wrong");
    EXPECT_EQ(feed(a, taken(b.output())), State::Failed);
    EXPECT_EQ(a.reason(), "it refused this node: you are wrong");
}

TEST(HandshakeTest, TellsBothWhoIsThereInPiecesOfAnySize)
{
    for (const std::size_t pieceBytes : std::initializer_list<std::size_t>{1, 2, 7, 100, 4096}) {
        auto a = dialer("a@h");
        auto b = acceptor("b@h");
        run(a, b, pieceBytes);
        ASSERT_EQ(a.state(), State::Done);
        ASSERT_EQ(b.state(), State::Done);
        EXPECT_EQ(a.peer(), identity("b@h", "[::1]:1", 1ULL << 63));
        EXPECT_EQ(b.peer(), identity("a@h"));
        EXPECT_EQ(b.purpose(), Purpose::Link);
    }
}

TEST(HandshakeTest, TellsTheAcceptorWhatTheConnectionIsFor)
{
    auto a = dialer("a@h", "SECRET", 1, {}, Purpose::Introduction);
    auto b = acceptor("b@h");
    run(a, b);
    EXPECT_EQ(a.state(), State::Done);
    EXPECT_EQ(b.state(), State::Done);
    EXPECT_EQ(b.purpose(), Purpose::Introduction);
}

TEST(HandshakeTest, LeavesWhatFollowsIt)
{
    auto a = dialer("a@h");
    auto b = acceptor("b@h");
    const std::string hello = taken(a.output());
    feed(b, hello);
    feed(a, taken(b.output()));
    Buffer input;
    input.append(taken(a.output()) + "frames");
    EXPECT_EQ(b.advance(input), State::Done);
    EXPECT_EQ(textOf(input.view()), "frames");
}

TEST(HandshakeTest, OfDifferentCookiesFailsOnBothSidesWithoutTheAcceptorSeeingAProof)
{
    auto a = dialer("a@h", "SECRET");
    auto b = acceptor("b@h", "TERCES");
    const Transcript transcript = run(a, b);
    ASSERT_EQ(a.state(), State::Failed);
    ASSERT_EQ(b.state(), State::Failed);
    EXPECT_EQ(a.reason(), "the cookies of a@h and b@h differ");
    EXPECT_EQ(b.reason(), "the cookies of b@h and a@h differ");
    for (const std::string& sent : {transcript.ofDialer, transcript.ofAcceptor}) {
        EXPECT_EQ(sent.find("SECRET"), std::string::npos);
        EXPECT_EQ(sent.find("TERCES"), std::string::npos);
    }
}

TEST(HandshakeTest, FailsForADialerThatProvesNothing)
{
    auto a = dialer("a@h");
    auto b = acceptor("b@h");
    feed(b, taken(a.output()));
    taken(b.output());
    ASSERT_EQ(feed(b, std::string(1 + sizeof(Proof), '\0')), State::Failed);
    EXPECT_EQ(b.reason(), "the cookies of b@h and a@h differ");
    EXPECT_THAT(taken(b.output()), HasSubstr("the cookies of b@h and a@h differ"));
}

TEST(HandshakeTest, CanNotBeReplayed)
{
    auto a = dialer("a@h", "SECRET", 1);
    auto b = acceptor("b@h", "SECRET", 2);
    const Transcript recorded = run(a, b);
    ASSERT_EQ(b.state(), State::Done);

    auto sameAcceptor = acceptor("b@h", "SECRET", 2);
    EXPECT_EQ(feed(sameAcceptor, recorded.ofDialer), State::Done) << "the record is right";
    auto laterAcceptor = acceptor("b@h", "SECRET", 3);
    EXPECT_EQ(feed(laterAcceptor, recorded.ofDialer), State::Failed);
    EXPECT_EQ(laterAcceptor.reason(), "the cookies of b@h and a@h differ");

    auto sameDialer = dialer("a@h", "SECRET", 1);
    EXPECT_EQ(feed(sameDialer, recorded.ofAcceptor), State::Done);
    auto laterDialer = dialer("a@h", "SECRET", 4);
    EXPECT_EQ(feed(laterDialer, recorded.ofAcceptor), State::Failed);
    EXPECT_EQ(laterDialer.reason(), "the cookies of a@h and b@h differ");
}

TEST(HandshakeTest, CanNotBeReflected)
{
    // What an acceptor proved is not taken from a dialer.
    auto stranger = dialer("m@h", "unknown");
    auto b = acceptor("b@h");
    feed(b, taken(stranger.output()));
    const std::string answer = taken(b.output());
    const std::string proof = answer.substr(answer.size() - sizeof(Proof));
    EXPECT_EQ(feed(b, std::string(1, '\0') + proof), State::Failed);

    // Nor does a dialer take its own words, nor what it proved as an acceptor with the same ones.
    auto a = dialer("a@h");
    const std::string hello = taken(a.output());
    EXPECT_EQ(feed(a, std::string(1, '\0') + hello + std::string(sizeof(Proof), 'x')),
              State::Failed);
    EXPECT_EQ(a.reason(), "it calls itself a@h too");
    auto sameNode = acceptor("a@h");
    EXPECT_EQ(feed(sameNode, hello), State::Failed);
    EXPECT_EQ(sameNode.output().view()[0], std::byte{3}) << "a refusal, no proof";
}

TEST(HandshakeTest, OfANodeWithTheOwnNameFailsOnBothSides)
{
    auto a = dialer("a@h");
    auto b = acceptor("a@h");
    run(a, b);
    EXPECT_EQ(a.state(), State::Failed);
    EXPECT_EQ(b.state(), State::Failed);
    EXPECT_EQ(a.reason(), "it calls itself a@h too");
    EXPECT_EQ(b.reason(), "it calls itself a@h too");
}

TEST(HandshakeTest, OfAnotherVersionFailsOnBothSides)
{
    auto a = dialer("a@h");
    std::string hello = taken(a.output());
    hello[11] = 2;
    auto b = acceptor("b@h");
    // What follows the version may be anything, or not there yet.
    EXPECT_EQ(feed(b, hello.substr(0, 12)), State::Failed);
    EXPECT_THAT(b.reason(), HasSubstr("version 2"));
    EXPECT_EQ(feed(a, taken(b.output())), State::Failed);
    EXPECT_THAT(a.reason(), HasSubstr("it refused this node: version 2"));
}

TEST(HandshakeTest, HearsObjectionsOnlyToWhoHasProvenItself)
{
    const auto object = [](const PeerIdentity& peer) { return "no " + peer.name.text(); };
    auto a = dialer("a@h", "SECRET", 1, object);
    auto b = acceptor("b@h");
    run(a, b);
    EXPECT_EQ(a.state(), State::Failed);
    EXPECT_EQ(a.reason(), "no b@h");
    EXPECT_EQ(b.state(), State::Failed);
    EXPECT_EQ(b.reason(), "it refused this node: no b@h");

    auto c = dialer("c@h");
    auto d = acceptor("d@h", "SECRET", 2, object);
    run(c, d);
    EXPECT_EQ(c.reason(), "it refused this node: no c@h");
    EXPECT_EQ(d.reason(), "no c@h");

    auto e = dialer("e@h", "TERCES", 1, object);
    auto f = acceptor("f@h", "SECRET", 2, object);
    run(e, f);
    EXPECT_EQ(e.reason(), "the cookies of e@h and f@h differ");
}

TEST(HandshakeTest, FailsAtTheFirstWordsOfSomethingElse)
{
    for (const char* words : {"A", "GET / HTTP/1.1\r\n", "WARRENpEER", "\x16\x03\x01"}) {
        auto b = acceptor("b@h");
        EXPECT_EQ(feed(b, words), State::Failed) << words;
    }
    for (const char* words : {"AMQP", "HTTP/1.1 400 Bad Request\r\n", "\x15\x03\x01"}) {
        auto a = dialer("a@h");
        EXPECT_EQ(feed(a, words), State::Failed) << words;
    }
}

TEST(HandshakeTest, ShowsNothingOfAStrangersTextThatIsNotPrintable)
{
    auto a = dialer("a@h");
    using namespace std::string_view_literals;
    ASSERT_EQ(feed(a, "\x05\x00\x05no\x1B[m"sv), State::Failed);
    EXPECT_EQ(a.reason(), "it refused this node: no?[m");
}

TEST(HandshakeTest, RefusesLengthsBeforeTheBytesCome)
{
    using namespace std::string_view_literals;
    auto longName = acceptor("b@h");
    EXPECT_EQ(feed(longName, "WARRENPEER\x00\x01\x00\x01\x00"sv), State::Failed);
    auto longAddress = acceptor("b@h");
    EXPECT_EQ(feed(longAddress,
                   "WARRENPEER\x00\x01\x00\x00\x03"
                   "a@h\xFF\xFF"sv),
              State::Failed);
    auto longSentence = dialer("a@h");
    EXPECT_EQ(feed(longSentence, "\x05\xFF\xFF"sv), State::Failed);
}

/// A record of a good handshake, and the two sides in front of which it can be played again.
class ChangedRecordTest : public ::testing::Test {
protected:
    ChangedRecordTest()
    {
        auto a = dialer("a@h");
        auto b = acceptor("b@h");
        m_recorded = run(a, b);
    }

    /// Damages a record in one of the ways in which a network or an attacker might.
    std::string changed(std::string record)
    {
        switch (m_prng.below(5)) {
        case 0: record.resize(m_prng.below(record.size())); break;
        case 1:
            for (std::uint64_t count = 1 + m_prng.below(3); count > 0; --count) {
                record[m_prng.below(record.size())] = static_cast<char>(m_prng.next());
            }
            break;
        case 2: record.erase(m_prng.below(record.size()), 1 + m_prng.below(8)); break;
        case 3:
            record.insert(m_prng.below(record.size()), 1 + m_prng.below(3000),
                          static_cast<char>(m_prng.next()));
            break;
        case 4:
            record.resize(m_prng.below(1000));
            for (char& c : record) {
                c = static_cast<char>(m_prng.next());
            }
            break;
        }
        return record;
    }

    /// @returns whether the side is content with that, given to it in pieces
    bool isTaken(Handshake side, std::string_view bytes)
    {
        Buffer input;
        while (!bytes.empty() && side.state() == State::Busy) {
            const std::size_t count = 1 + m_prng.below(bytes.size());
            input.append(bytes.substr(0, count));
            bytes.remove_prefix(count);
            side.advance(input);
        }
        EXPECT_LE(side.output().size(), 2 * Handshake::kBytesMax);
        EXPECT_EQ(side.reason().empty(), side.state() != State::Failed);
        return side.state() == State::Done;
    }

    static constexpr std::uint64_t kSeed = 20240611;
    Prng m_prng{kSeed};
    Transcript m_recorded;
};

TEST_F(ChangedRecordTest, IsNeverTaken)
{
    for (int round = 0; round < 20'000; ++round) {
        SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
        const std::string ofDialer = changed(m_recorded.ofDialer);
        const bool isWhole = ofDialer.starts_with(m_recorded.ofDialer);
        ASSERT_EQ(isTaken(acceptor("b@h"), ofDialer), isWhole);
        const std::string ofAcceptor = changed(m_recorded.ofAcceptor);
        ASSERT_EQ(isTaken(dialer("a@h"), ofAcceptor),
                  ofAcceptor.starts_with(m_recorded.ofAcceptor));
    }
}

TEST_F(ChangedRecordTest, IsWaitedForIfItIsOnlyShort)
{
    for (std::size_t bytes = 0; bytes < m_recorded.ofDialer.size(); ++bytes) {
        auto b = acceptor("b@h");
        ASSERT_EQ(feed(b, m_recorded.ofDialer.substr(0, bytes)), State::Busy) << bytes;
    }
    for (std::size_t bytes = 0; bytes < m_recorded.ofAcceptor.size(); ++bytes) {
        auto a = dialer("a@h");
        ASSERT_EQ(feed(a, m_recorded.ofAcceptor.substr(0, bytes)), State::Busy) << bytes;
    }
}

}  // namespace
}  // namespace warren::peer
