#include "core/base/check.h"

#include <gtest/gtest.h>

namespace warren {
namespace {

TEST(Check, PassesWhenTheConditionHolds)
{
    int evaluations = 0;
    WARREN_CHECK(++evaluations == 1);
    EXPECT_EQ(evaluations, 1);
}

TEST(Check, AbortsWithTheConditionAndThePlace)
{
    const int count = 3;
    EXPECT_DEATH(WARREN_CHECK(count == 4), "count == 4.*check_test.cpp|check_test.cpp.*count == 4");
}

}  // namespace
}  // namespace warren
