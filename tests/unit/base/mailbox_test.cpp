#include "core/base/mailbox.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace warren {
namespace {

using namespace std::chrono_literals;

TEST(Mailbox, GivesAllBatchesInOrder)
{
    Mailbox<int> mailbox(10);
    for (int i = 0; i < 3; ++i)
        EXPECT_TRUE(mailbox.put(int{i}));
    EXPECT_EQ(mailbox.take(), (std::vector{0, 1, 2}));
    EXPECT_TRUE(mailbox.take().empty());
}

TEST(Mailbox, RefusesABatchWhenItIsFullAndLeavesItAlone)
{
    Mailbox<std::unique_ptr<int>> mailbox(1);
    EXPECT_TRUE(mailbox.put(std::make_unique<int>(1)));
    auto second = std::make_unique<int>(2);
    EXPECT_FALSE(mailbox.put(std::move(second)));
    ASSERT_NE(second, nullptr);  // NOLINT: a refused batch stays with its sender
    EXPECT_EQ(mailbox.take().size(), 1u);
    EXPECT_TRUE(mailbox.put(std::move(second)));
}

TEST(Mailbox, WakesTheReceiverOncePerCollection)
{
    int wakeCount = 0;
    Mailbox<int> mailbox(10, [&] { wakeCount += 1; });
    EXPECT_TRUE(mailbox.put(1));
    EXPECT_TRUE(mailbox.put(2));
    EXPECT_EQ(wakeCount, 1);
    (void)mailbox.take();  // only its emptying matters here
    EXPECT_TRUE(mailbox.put(3));
    EXPECT_EQ(wakeCount, 2);
}

TEST(Mailbox, GivesWhatIsThereAfterItIsClosed)
{
    Mailbox<int> mailbox(10);
    EXPECT_TRUE(mailbox.put(1));
    mailbox.close();
    EXPECT_FALSE(mailbox.put(2));
    std::vector<int> batches;
    EXPECT_TRUE(mailbox.wait(batches));
    EXPECT_EQ(batches, std::vector{1});
    EXPECT_FALSE(mailbox.wait(batches));
    EXPECT_TRUE(batches.empty());
    EXPECT_FALSE(mailbox.wait(batches, 1ms));
}

TEST(Mailbox, EndsItsWaitAfterTheTimeout)
{
    Mailbox<int> mailbox(10);
    std::vector<int> batches{7};
    EXPECT_TRUE(mailbox.wait(batches, 1ms));
    EXPECT_TRUE(batches.empty());
}

TEST(Mailbox, LosesNothingBetweenThreads)
{
    constexpr int kSenderCount = 3;
    constexpr int kBatchCount = 2000;
    Mailbox<int> mailbox(16);
    std::vector<std::thread> senders;
    for (int sender = 0; sender < kSenderCount; ++sender) {
        senders.emplace_back([&mailbox] {
            for (int i = 0; i < kBatchCount; ++i) {
                int batch = i;
                while (!mailbox.put(std::move(batch)))
                    std::this_thread::yield();
            }
        });
    }
    std::thread closer([&] {
        for (std::thread& sender : senders)
            sender.join();
        mailbox.close();
    });

    long sum = 0;
    std::vector<int> batches;
    while (mailbox.wait(batches)) {
        for (const int batch : batches)
            sum += batch;
    }
    closer.join();
    EXPECT_EQ(sum, kSenderCount * (kBatchCount * (kBatchCount - 1L) / 2));
}

}  // namespace
}  // namespace warren
