#include "core/net/poller.h"

#include "tests/support/event_loop.h"

#include <gtest/gtest.h>

#include <memory>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <vector>

namespace warren::net {
namespace {

using test::runUntil;

/// A descriptor that is ready from the beginning and stays so.
class ReadyDescriptor final : public IoHandler {
public:
    explicit ReadyDescriptor(Poller& poller) : m_poller(poller)
    {
        EXPECT_TRUE(m_poller.add(m_descriptor.get(), EPOLLIN, *this));
    }
    ~ReadyDescriptor() override { remove(); }

    void remove()
    {
        if (!m_descriptor.isOpen()) return;
        m_poller.remove(m_descriptor.get(), *this);
        m_descriptor.close();
    }
    void sleep() { m_poller.modify(m_descriptor.get(), 0, *this); }

    std::function<void()> onReady;
    int readyCount = 0;

private:
    void ready(std::uint32_t) override
    {
        readyCount += 1;
        if (onReady) onReady();  // may delete this
    }

    Poller& m_poller;
    FileDescriptor m_descriptor{::eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC)};
};

class PollerTest : public ::testing::Test {
protected:
    PollerTest()
    {
        m_poller.onTurnEnd = [this] { m_turnCount += 1; };
    }
    bool runTurns(int count)
    {
        const int target = m_turnCount + count;
        return runUntil([&] { return m_turnCount >= target; });
    }

    Poller m_poller;
    int m_turnCount = 0;
};

TEST_F(PollerTest, CallsTheHandlerOfAReadyDescriptor)
{
    const ReadyDescriptor descriptor(m_poller);

    ASSERT_TRUE(runTurns(1));

    EXPECT_EQ(descriptor.readyCount, 1);
}

TEST_F(PollerTest, EndsATurnOnceForAllItsEvents)
{
    std::vector<std::unique_ptr<ReadyDescriptor>> descriptors;
    for (int i = 0; i < 10; ++i) {
        descriptors.push_back(std::make_unique<ReadyDescriptor>(m_poller));
    }

    ASSERT_TRUE(runTurns(1));

    EXPECT_EQ(m_turnCount, 1);
    for (const auto& descriptor : descriptors) {
        EXPECT_EQ(descriptor->readyCount, 1);
    }
}

TEST_F(PollerTest, BoundsATurnAndServesTheRestInTheNext)
{
    constexpr int kCount = Poller::kEventsPerTurn + 44;
    std::vector<std::unique_ptr<ReadyDescriptor>> descriptors;
    int servedCount = 0;
    for (int i = 0; i < kCount; ++i) {
        auto& descriptor = *descriptors.emplace_back(std::make_unique<ReadyDescriptor>(m_poller));
        descriptor.onReady = [&servedCount, &descriptor] {
            servedCount += 1;
            descriptor.sleep();
        };
    }
    std::vector<int> servedAtTurnEnd;
    m_poller.onTurnEnd = [&] { servedAtTurnEnd.push_back(servedCount); };

    ASSERT_TRUE(runUntil([&] { return servedCount == kCount; }));

    EXPECT_EQ(servedAtTurnEnd, (std::vector<int>{Poller::kEventsPerTurn, kCount}));
}

TEST_F(PollerTest, DoesNotCallAHandlerThatWasRemovedEarlierInTheSameTurn)
{
    ReadyDescriptor first(m_poller);
    ReadyDescriptor second(m_poller);
    first.onReady = [&] { second.remove(); };
    second.onReady = [&] { first.remove(); };

    ASSERT_TRUE(runTurns(2));

    EXPECT_NE(first.readyCount > 0, second.readyCount > 0);
}

TEST_F(PollerTest, LetsAHandlerDeleteItself)
{
    auto descriptor = std::make_unique<ReadyDescriptor>(m_poller);
    descriptor->onReady = [&] { descriptor.reset(); };
    const ReadyDescriptor other(m_poller);

    ASSERT_TRUE(runTurns(2));

    EXPECT_EQ(descriptor, nullptr);
    EXPECT_GE(other.readyCount, 2);
}

TEST_F(PollerTest, TakesNewHandlersInTheMiddleOfATurn)
{
    std::unique_ptr<ReadyDescriptor> added;
    ReadyDescriptor first(m_poller);
    first.onReady = [&] {
        if (!added) added = std::make_unique<ReadyDescriptor>(m_poller);
    };

    ASSERT_TRUE(runTurns(2));

    EXPECT_GE(added->readyCount, 1);
}

TEST_F(PollerTest, LetsTimersRunBetweenTurnsUnderFullLoad)
{
    const ReadyDescriptor alwaysBusy(m_poller);
    QTimer timer;
    int tickCount = 0;
    QObject::connect(&timer, &QTimer::timeout, &timer, [&] { tickCount += 1; });
    timer.start(0);

    EXPECT_TRUE(runUntil([&] { return tickCount >= 10 && m_turnCount >= 10; }));
}

TEST_F(PollerTest, IgnoresAnEventLoopInsideAHandler)
{
    ReadyDescriptor descriptor(m_poller);
    int depth = 0;
    int depthMax = 0;
    descriptor.onReady = [&] {
        depth += 1;
        depthMax = std::max(depthMax, depth);
        QCoreApplication::processEvents();
        depth -= 1;
    };

    ASSERT_TRUE(runTurns(3));

    EXPECT_EQ(depthMax, 1);
}

}  // namespace
}  // namespace warren::net
