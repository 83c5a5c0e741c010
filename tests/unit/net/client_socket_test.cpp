#include "core/net/client_socket.h"

#include "core/net/descriptor_limit.h"
#include "core/net/listener.h"
#include "tests/support/event_loop.h"
#include "tests/unit/net/loopback_peer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace warren::net {
namespace {

using namespace std::chrono_literals;
using test::LoopbackPeer;
using test::runUntil;

/// Consumes whole frames of a fixed length only, like a parser, and keeps what happened.
class FrameSink final : public ByteSink {
public:
    explicit FrameSink(std::size_t frameBytes = 1) : m_frameBytes(frameBytes) {}

    std::size_t received(ByteView bytes) override
    {
        callCount += 1;
        const std::size_t consumed = bytes.size() / m_frameBytes * m_frameBytes;
        text += textOf(bytes.first(consumed));
        if (onReceived) onReceived();
        return consumed;
    }
    void outputDrained() override { drainedCount += 1; }
    void closed(CloseReason reason) override
    {
        closedReason = reason;
        if (onClosed) onClosed();
    }

    std::string text;
    int callCount = 0;
    int drainedCount = 0;
    std::optional<CloseReason> closedReason;
    std::function<void()> onReceived;
    std::function<void()> onClosed;

private:
    using ByteSink::closed;
    static std::string_view textOf(ByteView bytes) { return warren::textOf(bytes); }

    std::size_t m_frameBytes;
};

/// One accepted socket and the peer at its other end.
class ClientSocketTest : public ::testing::Test {
protected:
    ClientSocketTest() : m_listener(m_poller)
    {
        m_listener.onAccepted = [this](FileDescriptor descriptor) {
            m_socket = std::make_unique<ClientSocket>(m_poller, std::move(descriptor), *m_sink);
        };
        m_port = m_listener.listen("127.0.0.1", 0).value().port;
    }

    void connect(std::size_t frameBytes = 1)
    {
        m_sink = std::make_unique<FrameSink>(frameBytes);
        m_peer = std::make_unique<LoopbackPeer>(m_port);
        ASSERT_TRUE(runUntil([&] { return m_socket != nullptr; }));
    }

    /// Sends all of `text` as fast as the socket takes it.
    bool sendAll(std::string_view text)
    {
        std::size_t sentBytes = 0;
        return runUntil([&] {
            sentBytes += m_peer->send(text.substr(sentBytes));
            return sentBytes == text.size();
        });
    }

    Poller m_poller;
    Listener m_listener;
    std::uint16_t m_port = 0;
    std::unique_ptr<FrameSink> m_sink;
    std::unique_ptr<LoopbackPeer> m_peer;
    std::unique_ptr<ClientSocket> m_socket;
};

std::string patternOf(std::size_t size)
{
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) {
        text[i] = static_cast<char>('a' + i % 23);
    }
    return text;
}

TEST_F(ClientSocketTest, DeliversWhatArrives)
{
    connect();
    m_peer->send("hello");

    ASSERT_TRUE(runUntil([&] { return m_sink->text == "hello"; }));

    EXPECT_EQ(m_socket->receivedBytes(), 5u);
    EXPECT_EQ(m_socket->unconsumedBytes(), 0u);
}

TEST_F(ClientSocketTest, KnowsBothEnds)
{
    connect();

    EXPECT_EQ(m_socket->local(), (Endpoint{"127.0.0.1", m_port}));
    EXPECT_EQ(m_socket->peer().address, "127.0.0.1");
    EXPECT_NE(m_socket->peer().port, 0);
}

TEST_F(ClientSocketTest, DeliversTheUnconsumedEndAgainWithMoreBehindIt)
{
    connect(10);
    m_peer->send("0123456789abc");
    ASSERT_TRUE(runUntil([&] { return m_socket->unconsumedBytes() == 3; }));
    EXPECT_EQ(m_sink->text, "0123456789");

    m_peer->send("defghij");
    ASSERT_TRUE(runUntil([&] { return m_sink->text.size() == 20; }));

    EXPECT_EQ(m_sink->text, "0123456789abcdefghij");
    EXPECT_EQ(m_socket->bufferBytes(), 0u);
}

TEST_F(ClientSocketTest, AnySplitOfTheStreamGivesTheSameBytes)
{
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    connect(7919);
    const std::string stream = patternOf(std::size_t{7919} * 300);

    std::size_t sentBytes = 0;
    ASSERT_TRUE(runUntil([&] {
        const std::size_t wanted = 1 + random() % (random() % 4 == 0 ? 200'000 : 900);
        sentBytes += m_peer->send(std::string_view{stream}.substr(sentBytes, wanted));
        return m_sink->text.size() == stream.size();
    }));

    EXPECT_EQ(m_sink->text, stream);
}

TEST_F(ClientSocketTest, AFrameMayBeLargerThanOneReadAndThanTheHeadroom)
{
    const std::string frame = patternOf(3 * SocketMemory::kChunkBytes + 17);
    connect(frame.size());

    ASSERT_TRUE(sendAll(frame));
    ASSERT_TRUE(sendAll(frame));
    ASSERT_TRUE(runUntil([&] { return m_sink->text.size() == 2 * frame.size(); }));

    EXPECT_EQ(m_sink->text, frame + frame);
}

TEST_F(ClientSocketTest, OneBusyPeerGetsItsBudgetPerTurnOnly)
{
    connect();
    std::uint64_t before = 0;
    std::uint64_t largestTurnBytes = 0;
    m_poller.onTurnEnd = [&] {
        largestTurnBytes = std::max(largestTurnBytes, m_socket->receivedBytes() - before);
        before = m_socket->receivedBytes();
    };

    ASSERT_TRUE(sendAll(patternOf(16 * 1024 * 1024)));

    EXPECT_GT(largestTurnBytes, 0u);
    EXPECT_LE(largestTurnBytes, ClientSocket::kReadBudgetBytes);
}

TEST_F(ClientSocketTest, SendsTheOutputWithOneFlush)
{
    connect();
    m_socket->output().append("first,");
    m_socket->output().append("second");
    m_socket->flush();

    EXPECT_EQ(m_socket->sentBytes(), 12u);
    EXPECT_EQ(m_socket->unsentBytes(), 0u);
    ASSERT_TRUE(runUntil([&] {
        m_peer->receive();
        return m_peer->received() == "first,second";
    }));
}

TEST_F(ClientSocketTest, HoldsNoMemoryWhileIdle)
{
    connect();
    for (int i = 0; i < 3; ++i) {
        m_socket->output().append(patternOf(30'000));
        m_socket->flush();
        ASSERT_TRUE(runUntil([&] {
            m_peer->receive();
            return m_socket->unsentBytes() == 0;
        }));
        EXPECT_EQ(m_socket->bufferBytes(), 0u);
    }
    EXPECT_EQ(m_poller.memory().spareBufferCount(), 1u);  // the same one each time
}

TEST_F(ClientSocketTest, APeerThatNeverReadsMakesItCongestedUntilItDoes)
{
    connect();
    const std::string pattern = patternOf(24 * 1024 * 1024);
    m_socket->output().append(pattern);
    m_socket->flush();
    m_socket->flush();  // nothing more to do: the system's buffer is full
    EXPECT_TRUE(m_socket->isCongested());
    EXPECT_EQ(m_socket->unsentBytes() + m_socket->sentBytes(), pattern.size());

    ASSERT_TRUE(runUntil([&] {
        m_peer->receive();
        return m_peer->received().size() == pattern.size();
    }));

    EXPECT_TRUE(m_peer->received() == pattern);
    EXPECT_EQ(m_sink->drainedCount, 1);
    EXPECT_FALSE(m_socket->isCongested());
    EXPECT_EQ(m_socket->bufferBytes(), 0u);
}

TEST_F(ClientSocketTest, DoesNotReadWhilePaused)
{
    connect();
    m_sink->onReceived = [&] { m_socket->pauseReading(true); };
    m_peer->send("one");
    ASSERT_TRUE(runUntil([&] { return m_sink->text == "one"; }));
    m_peer->send("two");
    m_socket->output().append("still sending");
    m_socket->flush();
    ASSERT_TRUE(runUntil([&] {
        m_peer->receive();
        return m_peer->received() == "still sending";
    }));
    EXPECT_EQ(m_sink->text, "one");

    m_socket->pauseReading(false);

    EXPECT_TRUE(runUntil([&] { return m_sink->text == "onetwo"; }));
}

TEST_F(ClientSocketTest, DeliversEverythingBeforeAnOrderlyEnd)
{
    connect();
    m_peer->send("last words");
    m_peer->close();

    ASSERT_TRUE(runUntil([&] { return m_sink->closedReason.has_value(); }));

    EXPECT_EQ(m_sink->text, "last words");
    EXPECT_EQ(m_sink->closedReason, CloseReason::PeerClosed);
    EXPECT_FALSE(m_socket->isOpen());
}

TEST_F(ClientSocketTest, TellsWhenTheConnectionWasCutMidFrame)
{
    connect(10);
    m_peer->send("0123456789abc");
    m_peer->close();

    ASSERT_TRUE(runUntil([&] { return m_sink->closedReason.has_value(); }));

    EXPECT_EQ(m_sink->text, "0123456789");
    EXPECT_EQ(m_socket->unconsumedBytes(), 3u);
}

TEST_F(ClientSocketTest, TellsAResetFromAnOrderlyEnd)
{
    connect();
    m_peer->reset();

    ASSERT_TRUE(runUntil([&] { return m_sink->closedReason.has_value(); }));

    EXPECT_EQ(m_sink->closedReason, CloseReason::PeerReset);
}

TEST_F(ClientSocketTest, NoticesAResetWhilePaused)
{
    connect();
    m_socket->pauseReading(true);
    m_peer->reset();

    ASSERT_TRUE(runUntil([&] { return m_sink->closedReason.has_value(); }));

    EXPECT_EQ(m_sink->closedReason, CloseReason::PeerReset);
}

TEST_F(ClientSocketTest, ReportsAFailedSendFromTheEventLoopNotFromFlush)
{
    connect();
    m_socket->pauseReading(true);
    m_peer->reset();
    for (int i = 0; i < 3; ++i) {
        m_socket->output().append(patternOf(100'000));
        m_socket->flush();
    }
    EXPECT_FALSE(m_sink->closedReason.has_value());

    ASSERT_TRUE(runUntil([&] { return m_sink->closedReason.has_value(); }));

    EXPECT_EQ(m_sink->closedReason, CloseReason::PeerReset);
    EXPECT_EQ(m_socket->unsentBytes(), 0u);
}

TEST_F(ClientSocketTest, MayBeDeletedWhenItTellsThatItClosed)
{
    connect();
    m_sink->onClosed = [&] { m_socket.reset(); };
    m_peer->send("x");
    m_peer->close();

    EXPECT_TRUE(runUntil([&] { return m_sink->closedReason.has_value(); }));
    EXPECT_EQ(m_socket, nullptr);
}

TEST_F(ClientSocketTest, MayBeAbortedWhileItDelivers)
{
    connect(10);
    m_sink->onReceived = [&] { m_socket->abort(); };
    m_peer->send("0123456789abc");

    ASSERT_TRUE(runUntil([&] {
        m_peer->receive();
        return m_peer->receiveError() == ECONNRESET;
    }));

    EXPECT_FALSE(m_socket->isOpen());
    EXPECT_FALSE(m_sink->closedReason.has_value());
    EXPECT_EQ(m_sink->callCount, 1);
}

TEST_F(ClientSocketTest, WhatWasSentArrivesEvenIfTheSocketIsDeletedThen)
{
    connect();
    m_socket->output().append("server is going down");
    m_socket->flush();
    m_socket.reset();

    ASSERT_TRUE(runUntil([&] {
        m_peer->receive();
        return m_peer->hasSeenEnd();
    }));

    EXPECT_EQ(m_peer->received(), "server is going down");
    EXPECT_EQ(m_peer->receiveError(), 0);
}

TEST_F(ClientSocketTest, CloseAfterFlushLetsThePeerReadTheLastBytes)
{
    connect();
    m_sink->onReceived = [&] {
        m_socket->output().append("goodbye");
        m_socket->closeAfterFlush();
    };
    m_peer->send("garbage");
    ASSERT_TRUE(runUntil([&] { return m_socket->isClosing(); }));
    m_peer->send("more garbage that nobody will read");

    ASSERT_TRUE(runUntil([&] {
        m_peer->receive();
        return m_peer->hasSeenEnd();
    }));
    EXPECT_EQ(m_peer->received(), "goodbye");
    EXPECT_EQ(m_peer->receiveError(), 0);
    EXPECT_FALSE(m_sink->closedReason.has_value());

    m_peer->close();
    ASSERT_TRUE(runUntil([&] { return m_sink->closedReason.has_value(); }));
    EXPECT_EQ(m_sink->closedReason, CloseReason::Finished);
    EXPECT_EQ(m_sink->text, "garbage");
}

TEST_F(ClientSocketTest, CloseAfterFlushSendsALargeOutputFirst)
{
    connect();
    const std::string pattern = patternOf(24 * 1024 * 1024);
    m_socket->output().append(pattern);
    m_socket->closeAfterFlush(60s);

    ASSERT_TRUE(runUntil([&] {
        m_peer->receive();
        return m_peer->hasSeenEnd();
    }));

    EXPECT_TRUE(m_peer->received() == pattern);
}

TEST_F(ClientSocketTest, CloseAfterFlushWaitsWhileReadingIsPaused)
{
    connect();
    m_socket->pauseReading(true);
    m_socket->closeAfterFlush();
    m_peer->close();

    ASSERT_TRUE(runUntil([&] { return m_sink->closedReason.has_value(); }));

    EXPECT_EQ(m_sink->closedReason, CloseReason::Finished);
}

TEST_F(ClientSocketTest, CloseAfterFlushGivesUpOnAPeerThatDoesNotReact)
{
    connect();
    m_sink->onClosed = [&] { m_socket.reset(); };
    m_socket->output().append(patternOf(24 * 1024 * 1024));
    m_socket->closeAfterFlush(20ms);

    ASSERT_TRUE(runUntil([&] { return m_sink->closedReason.has_value(); }));

    EXPECT_EQ(m_sink->closedReason, CloseReason::TimedOut);
    EXPECT_EQ(m_socket, nullptr);
}

TEST(ClientSockets, TwoThousandAreServedAndHoldNoMemory)
{
    constexpr std::size_t kCount = 2000;
    if (raiseDescriptorLimit() < 2 * kCount + 100) GTEST_SKIP() << "too few descriptors";

    Poller poller;
    Listener listener(poller);
    FrameSink sink;
    std::vector<std::unique_ptr<ClientSocket>> sockets;
    listener.onAccepted = [&](FileDescriptor descriptor) {
        sockets.push_back(std::make_unique<ClientSocket>(poller, std::move(descriptor), sink));
    };
    const std::uint16_t port = listener.listen("127.0.0.1", 0).value().port;
    std::vector<std::unique_ptr<LoopbackPeer>> peers;
    for (std::size_t i = 0; i < kCount; ++i) {
        peers.push_back(std::make_unique<LoopbackPeer>(port));
        ASSERT_TRUE(peers.back()->isConnected());
        // Not all at once: the system may hold fewer than the backlog asks for.
        ASSERT_TRUE(runUntil([&] { return peers.size() - sockets.size() < 64; }));
    }
    ASSERT_TRUE(runUntil([&] { return sockets.size() == kCount; }));

    for (const auto& peer : peers) {
        peer->send("x");
    }
    ASSERT_TRUE(runUntil([&] { return sink.text.size() == kCount; }));
    for (const auto& socket : sockets) {
        socket->output().append("y");
        socket->flush();
    }
    for (const auto& peer : peers) {
        ASSERT_TRUE(runUntil([&] {
            peer->receive();
            return peer->received() == "y";
        }));
    }

    EXPECT_TRUE(std::ranges::all_of(sockets,
                                    [](const auto& socket) { return socket->bufferBytes() == 0; }));
}

}  // namespace
}  // namespace warren::net
