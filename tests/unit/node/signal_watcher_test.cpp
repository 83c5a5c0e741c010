#include "core/node/signal_watcher.h"

#include "tests/support/event_loop.h"

#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <unistd.h>
#include <vector>

namespace warren::node {
namespace {

using test::runUntil;

TEST(SignalWatcher, TurnsTheFirstSignalIntoARequestToStop)
{
    const SignalWatcher watcher;
    std::vector<int> heard;
    QObject::connect(&watcher, &SignalWatcher::stopRequested, &watcher,
                     [&](int number) { heard.push_back(number); });

    ::raise(SIGTERM);

    ASSERT_TRUE(runUntil([&] { return !heard.empty(); }));
    EXPECT_EQ(heard, std::vector<int>{SIGTERM});
}

TEST(SignalWatcherDeathTest, ASecondSignalEndsTheProcessAtOnce)
{
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_EXIT(
        {
            const SignalWatcher watcher;
            ::raise(SIGTERM);
            ::raise(SIGINT);
        },
        ::testing::ExitedWithCode(128 + SIGINT), "");
}

TEST(SignalWatcher, AClosedPipeIsAnErrorNotTheEnd)
{
    const SignalWatcher watcher;
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    ::close(ends[0]);

    EXPECT_EQ(::write(ends[1], "x", 1), -1);
    EXPECT_EQ(errno, EPIPE);
    ::close(ends[1]);
}

}  // namespace
}  // namespace warren::node
