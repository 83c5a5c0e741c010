#include "tests/unit/broker/queue_model.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <string>

namespace warren::test {
namespace {

constexpr int kSteps = 3000;
constexpr std::uint64_t kSeedCount = 20;

/// The seeds 1 to kSeedCount, or the one that WARREN_TEST_SEED names.
std::pair<std::uint64_t, std::uint64_t> seeds()
{
    const char* chosen = std::getenv("WARREN_TEST_SEED");
    if (chosen == nullptr) return {1, kSeedCount};
    const std::uint64_t seed = std::strtoull(chosen, nullptr, 10);
    return {seed, seed};
}

TEST(QueueModel, HoldsForRandomClientsAndCrashes)
{
    const auto [first, last] = seeds();
    std::map<std::string, int> counts;
    for (std::uint64_t seed = first; seed <= last; ++seed) {
        QueueModel model(seed);
        for (int step = 0; step < kSteps; ++step) {
            model.step();
            ASSERT_FALSE(HasFailure()) << "seed " << seed << " step " << step;
        }
        for (const auto& [what, count] : model.counts())
            counts[what] += count;
    }
    for (const char* what :
         {"publish", "delivery", "redelivery", "confirm", "ack", "requeue", "reject", "commit",
          "rollback", "crash", "restart", "purge", "delete", "close", "lose", "store commit"}) {
        EXPECT_GT(counts[what], 0) << what << " never happened";
    }
}

TEST(QueueModel, TheSameSeedGivesTheSameEventsByteForByte)
{
    const auto transcript = [](std::uint64_t seed) {
        QueueModel model(seed);
        for (int step = 0; step < kSteps; ++step)
            model.step();
        return model.transcript();
    };
    const std::uint64_t seed = seeds().first;
    const std::string first = transcript(seed);
    EXPECT_GT(first.size(), 10'000u);
    EXPECT_EQ(first, transcript(seed)) << "seed " << seed;
}

}  // namespace
}  // namespace warren::test
