#include "core/base/ids.h"

#include <gtest/gtest.h>

#include <type_traits>
#include <unordered_map>

namespace warren {
namespace {

static_assert(!std::is_convertible_v<ConnectionId, QueueId>, "ids of two kinds must not mix");

TEST(StrongId, IsNoneWhenZero)
{
    EXPECT_FALSE(QueueId{});
    EXPECT_TRUE(QueueId{1});
}

TEST(StrongId, OrdersAndHashesByItsNumber)
{
    EXPECT_LT(QueueId{1}, QueueId{2});
    EXPECT_EQ(QueueId{3}, QueueId{3});
    std::unordered_map<QueueId, int> byId;
    for (int i = 0; i < 1000; ++i)
        byId[QueueId{static_cast<std::uint64_t>(i)}] = i;
    EXPECT_EQ(byId.size(), 1000u);
    EXPECT_EQ(byId.at(QueueId{500}), 500);
}

}  // namespace
}  // namespace warren
