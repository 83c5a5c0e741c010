#include "core/base/mailbox.h"

#include <gtest/gtest.h>

#include <gmock/gmock.h>
#include <memory>
#include <thread>
#include <vector>

namespace warren {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Mailbox, GivesBatchesInTheirOrder)
{
    Mailbox<int> mailbox(3);
    EXPECT_TRUE(mailbox.put(1));
    EXPECT_TRUE(mailbox.put(2));
    EXPECT_THAT(mailbox.take(), ElementsAre(1, 2));
    EXPECT_THAT(mailbox.take(), IsEmpty());
}

TEST(Mailbox, RefusesWhatDoesNotFitAndLeavesItWhole)
{
    Mailbox<std::unique_ptr<int>> mailbox(1);
    EXPECT_TRUE(mailbox.put(std::make_unique<int>(1)));
    auto second = std::make_unique<int>(2);
    EXPECT_FALSE(mailbox.put(std::move(second)));
    EXPECT_NE(second, nullptr);
    (void)mailbox.take();
    EXPECT_TRUE(mailbox.put(std::move(second)));
}

TEST(Mailbox, WakesOncePerCollection)
{
    int wakeCount = 0;
    Mailbox<int> mailbox(10, [&wakeCount] { wakeCount += 1; });
    EXPECT_TRUE(mailbox.put(1));
    EXPECT_TRUE(mailbox.put(2));
    EXPECT_EQ(wakeCount, 1);
    (void)mailbox.take();
    EXPECT_TRUE(mailbox.put(3));
    EXPECT_EQ(wakeCount, 2);
}

TEST(Mailbox, HandsOutWhatIsLeftAfterItIsClosed)
{
    Mailbox<int> mailbox(10);
    EXPECT_TRUE(mailbox.put(1));
    mailbox.close();
    EXPECT_FALSE(mailbox.put(2));
    std::vector<int> batches;
    EXPECT_TRUE(mailbox.wait(batches));
    EXPECT_THAT(batches, ElementsAre(1));
    EXPECT_FALSE(mailbox.wait(batches));
    EXPECT_FALSE(mailbox.wait(batches, 0ms));
}

TEST(Mailbox, AWaitMayEndWithNothing)
{
    Mailbox<int> mailbox(1);
    std::vector<int> batches{7};
    EXPECT_TRUE(mailbox.wait(batches, 0ms));
    EXPECT_THAT(batches, IsEmpty());
}

TEST(Mailbox, CarriesEverythingFromOneThreadToAnother)
{
    constexpr int kCount = 20'000;
    Mailbox<int> there(500);
    Mailbox<int> back(500);
    std::thread echo([&] {
        std::vector<int> batches;
        while (there.wait(batches)) {
            for (int batch : batches) {
                while (!back.put(std::move(batch))) {
                    std::this_thread::yield();
                }
            }
        }
        back.close();
    });

    std::vector<int> received;
    std::vector<int> batches;
    for (int i = 0; i < kCount;) {
        if (there.put(int{i})) {
            i += 1;
        } else {
            for (const int batch : back.take()) {
                received.push_back(batch);
            }
            std::this_thread::yield();
        }
    }
    there.close();
    while (back.wait(batches)) {
        received.insert(received.end(), batches.begin(), batches.end());
    }
    echo.join();

    ASSERT_EQ(received.size(), static_cast<std::size_t>(kCount));
    for (int i = 0; i < kCount; ++i) {
        ASSERT_EQ(received[static_cast<std::size_t>(i)], i);
    }
}

}  // namespace
}  // namespace warren
