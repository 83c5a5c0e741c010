#include "core/net/listener.h"

#include "core/net/descriptor_limit.h"
#include "tests/support/event_loop.h"
#include "tests/unit/net/loopback_peer.h"

#include <gtest/gtest.h>

#include <gmock/gmock.h>
#include <memory>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace warren::net {
namespace {

using test::LoopbackPeer;
using test::runUntil;
using ::testing::HasSubstr;

class ListenerTest : public ::testing::Test {
protected:
    ListenerTest() : m_listener(m_poller)
    {
        m_listener.onAccepted = [this](FileDescriptor descriptor) {
            m_accepted.push_back(std::move(descriptor));
        };
    }

    std::uint16_t listenOnAnyPort()
    {
        const auto endpoint = m_listener.listen("127.0.0.1", 0);
        EXPECT_TRUE(endpoint);
        return endpoint->port;
    }

    Poller m_poller;
    Listener m_listener;
    std::vector<FileDescriptor> m_accepted;
};

/// Lowers the limit of open descriptors so that the next one can't be had; restores it at the end.
class NoMoreDescriptors {
public:
    NoMoreDescriptors()
    {
        ::getrlimit(RLIMIT_NOFILE, &m_before);
        const int next = ::dup(0);
        rlimit none = m_before;
        none.rlim_cur = static_cast<rlim_t>(next);
        ::close(next);
        ::setrlimit(RLIMIT_NOFILE, &none);
    }
    ~NoMoreDescriptors() { ::setrlimit(RLIMIT_NOFILE, &m_before); }
    NoMoreDescriptors(const NoMoreDescriptors&) = delete;
    NoMoreDescriptors& operator=(const NoMoreDescriptors&) = delete;

private:
    rlimit m_before{};
};

int optionOf(const FileDescriptor& descriptor, int level, int name)
{
    int value = 0;
    socklen_t length = sizeof value;
    EXPECT_EQ(::getsockopt(descriptor.get(), level, name, &value, &length), 0);
    return value;
}

TEST_F(ListenerTest, AcceptsOnAFreePortAndReportsIt)
{
    const auto endpoint = m_listener.listen("127.0.0.1", 0);
    ASSERT_TRUE(endpoint);
    EXPECT_EQ(endpoint->address, "127.0.0.1");
    EXPECT_NE(endpoint->port, 0);

    const LoopbackPeer peer(endpoint->port);
    ASSERT_TRUE(runUntil([&] { return m_accepted.size() == 1; }));

    EXPECT_EQ(localEndpoint(m_accepted[0].get()), *endpoint);
    EXPECT_EQ(peerEndpoint(m_accepted[0].get()).address, "127.0.0.1");
}

TEST_F(ListenerTest, AcceptedSocketsSendSmallWritesAtOnce)
{
    const LoopbackPeer peer(listenOnAnyPort());
    ASSERT_TRUE(runUntil([&] { return m_accepted.size() == 1; }));

    EXPECT_NE(optionOf(m_accepted[0], IPPROTO_TCP, TCP_NODELAY), 0);
}

TEST_F(ListenerTest, AcceptsABurst)
{
    const std::uint16_t port = listenOnAnyPort();
    std::vector<std::unique_ptr<LoopbackPeer>> peers;
    for (int i = 0; i < 100; ++i) {
        peers.push_back(std::make_unique<LoopbackPeer>(port));
    }

    EXPECT_TRUE(runUntil([&] { return m_accepted.size() == peers.size(); }));
}

TEST_F(ListenerTest, SaysThatThePortIsInUse)
{
    const std::uint16_t port = listenOnAnyPort();
    Listener second(m_poller);

    const auto result = second.listen("127.0.0.1", port);

    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, NetError::Kind::PortInUse);
    EXPECT_THAT(result.error().text, HasSubstr("127.0.0.1:" + std::to_string(port)));
    EXPECT_FALSE(second.isListening());
}

TEST_F(ListenerTest, SaysThatTheAddressIsNotOfThisMachine)
{
    const auto result = m_listener.listen("192.0.2.1", 0);  // RFC 5737: for documentation only

    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, NetError::Kind::AddressNotAvailable);
}

TEST_F(ListenerTest, SaysThatItIsNoAddress)
{
    for (const std::string address : {"", "256.1.1.1.1", "no address"}) {
        const auto result = m_listener.listen(address, 0);
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().kind, NetError::Kind::InvalidAddress) << address;
    }
}

TEST_F(ListenerTest, ListensOnIpv6)
{
    const auto endpoint = m_listener.listen("::1", 0);
    if (!endpoint) GTEST_SKIP() << "no IPv6 here: " << endpoint.error().text;

    EXPECT_EQ(endpoint->address, "::1");
    EXPECT_EQ(endpoint->text(), "[::1]:" + std::to_string(endpoint->port));
}

TEST_F(ListenerTest, AllOfIpv6IncludesIpv4ShownAsSuch)
{
    const auto endpoint = m_listener.listen("::", 0);
    if (!endpoint) GTEST_SKIP() << "no IPv6 here: " << endpoint.error().text;

    const LoopbackPeer peer(endpoint->port);
    ASSERT_TRUE(runUntil([&] { return m_accepted.size() == 1; }));

    EXPECT_EQ(peerEndpoint(m_accepted[0].get()).address, "127.0.0.1");
}

TEST_F(ListenerTest, FreesThePortWhenClosed)
{
    const std::uint16_t port = listenOnAnyPort();
    m_listener.close();
    EXPECT_FALSE(LoopbackPeer(port).isConnected());

    const auto again = m_listener.listen("127.0.0.1", port);

    EXPECT_TRUE(again);
}

TEST_F(ListenerTest, MayBeClosedWhileItAccepts)
{
    const std::uint16_t port = listenOnAnyPort();
    m_listener.onAccepted = [&](FileDescriptor descriptor) {
        m_accepted.push_back(std::move(descriptor));
        m_listener.close();
    };
    const LoopbackPeer first(port);
    const LoopbackPeer second(port);

    ASSERT_TRUE(runUntil([&] { return !m_listener.isListening(); }));

    EXPECT_EQ(m_accepted.size(), 1u);
}

TEST_F(ListenerTest, RefusesWhileThereAreNoDescriptorsAndGoesOnAfterwards)
{
    int refusedCount = 0;
    m_listener.onExhausted = [&](int count) { refusedCount += count; };
    const std::uint16_t port = listenOnAnyPort();
    LoopbackPeer first(port);
    LoopbackPeer second(port);
    {
        const NoMoreDescriptors limit;
        ASSERT_TRUE(runUntil([&] { return refusedCount == 2; }));
    }
    first.receive();
    second.receive();
    EXPECT_TRUE(first.hasSeenEnd());
    EXPECT_TRUE(second.hasSeenEnd());
    EXPECT_TRUE(m_accepted.empty());

    const LoopbackPeer third(port);
    EXPECT_TRUE(runUntil([&] { return m_accepted.size() == 1; }));
}

TEST(DescriptorLimit, RaisesTheSoftLimitToTheHardOne)
{
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);

    EXPECT_EQ(raiseDescriptorLimit(), before.rlim_max);

    rlimit after{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &after), 0);
    EXPECT_EQ(after.rlim_cur, before.rlim_max);
}

}  // namespace
}  // namespace warren::net
