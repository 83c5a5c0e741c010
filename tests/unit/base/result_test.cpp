#include "core/base/result.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

namespace warren {
namespace {

struct Fault {
    std::string text;
};

Result<std::unique_ptr<int>, Fault> boxed(int number)
{
    if (number < 0) return Fault{"negative"};
    return std::make_unique<int>(number);
}

TEST(Result, HoldsAValueOrAnError)
{
    const auto ok = boxed(5);
    ASSERT_TRUE(ok);
    EXPECT_EQ(**ok, 5);

    const auto failed = boxed(-1);
    ASSERT_FALSE(failed.isOk());
    EXPECT_EQ(failed.error().text, "negative");
}

TEST(Result, GivesAwayAMoveOnlyValue)
{
    auto ok = boxed(7);
    const std::unique_ptr<int> taken = std::move(ok.value());
    EXPECT_EQ(*taken, 7);
}

TEST(Result, AbortsWhenTheWrongSideIsRead)
{
    auto ok = boxed(1);
    auto failed = boxed(-1);
    EXPECT_DEATH((void)ok.error(), "isOk");
    EXPECT_DEATH((void)failed.value(), "isOk");
}

TEST(Status, IsDoneUnlessThereIsAnError)
{
    const Status<Fault> done;
    EXPECT_TRUE(done);
    const Status<Fault> failed = Fault{"no"};
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().text, "no");
    EXPECT_DEATH((void)done.error(), "isOk");
}

}  // namespace
}  // namespace warren
