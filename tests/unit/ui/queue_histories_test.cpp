#include "ui/models/queue_histories.h"

#include <gtest/gtest.h>

namespace warren::ui {
namespace {

using management::QueueRow;
using management::ResourceKey;

ResourceKey keyOf(int number) { return {QStringLiteral("/"), QStringLiteral("q%1").arg(number)}; }

TEST(QueueHistory, KeepsDepthAndRates)
{
    QueueHistory history(keyOf(1));
    QueueRow queue;
    queue.readyCount = 3;
    queue.unackedCount = 4;
    queue.rates.publish = 5;
    queue.rates.deliver = 6;
    queue.rates.ack = 7;

    history.add(queue, 100);

    EXPECT_EQ(history.series(QueueSeries::Ready).latest(), 3);
    EXPECT_EQ(history.series(QueueSeries::Unacked).latest(), 4);
    EXPECT_EQ(history.series(QueueSeries::Total).latest(), 7);
    EXPECT_EQ(history.series(QueueSeries::Incoming).latest(), 5);
    EXPECT_EQ(history.series(QueueSeries::Deliver).latest(), 6);
    EXPECT_EQ(history.series(QueueSeries::Ack).latest(), 7);
    EXPECT_EQ(history.nowSeconds(), 100);
}

TEST(QueueHistory, IgnoresWhatIsNotNewer)
{
    QueueHistory history(keyOf(1));
    QueueRow queue;
    queue.readyCount = 3;
    history.add(queue, 100);
    queue.readyCount = 9;
    history.add(queue, 100);
    EXPECT_EQ(history.series(QueueSeries::Ready).latest(), 3);
}

TEST(QueueHistories, ForgetTheQueueThatWasNotAskedForTheLongest)
{
    QueueHistories histories;
    QueueRow queue;
    for (int number = 0; number < static_cast<int>(QueueHistories::kQueuesMax); ++number) {
        histories.of(keyOf(number)).add(queue, 1);
    }
    histories.of(keyOf(0));
    histories.of(keyOf(999));

    EXPECT_EQ(histories.of(keyOf(0)).nowSeconds(), 1);
    EXPECT_EQ(histories.of(keyOf(1)).nowSeconds(), 0);
}

}  // namespace
}  // namespace warren::ui
