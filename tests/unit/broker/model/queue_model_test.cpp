#include "tests/unit/broker/model/model_run.h"
#include "tests/unit/broker/model/script.h"
#include "tests/unit/broker/model/shrink.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>

namespace warren::test {
namespace {

constexpr std::size_t kActionCount = 400;
constexpr std::uint64_t kSeedCount = 100;

std::uint64_t numberIn(const char* variable, std::uint64_t otherwise)
{
    const char* text = std::getenv(variable);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

/// WARREN_TEST_SEED names the first seed, WARREN_TEST_SEEDS how many there are: the first alone
/// repeats one run, the second makes a long one.
TEST(QueueModel, TheBrokerDoesWhatTheSlowOneDoes)
{
    const bool isOne = std::getenv("WARREN_TEST_SEED") != nullptr;
    const std::uint64_t first = numberIn("WARREN_TEST_SEED", 1);
    const std::uint64_t count = numberIn("WARREN_TEST_SEEDS", isOne ? 1 : kSeedCount);
    std::map<std::string, int> counts;
    for (std::uint64_t seed = first; seed < first + count; ++seed) {
        const Script script = randomScript(seed, kActionCount);
        ModelRun run(script);
        const std::string fault = run.play();
        ASSERT_TRUE(fault.empty()) << "seed " << seed << ", action " << run.playedCount() << ":\n"
                                   << fault << "\nthe same, shorter:\n"
                                   << report(shrunk(script, run.playedCount()));
        for (const auto& [what, times] : run.lockstep().counts())
            counts[what] += times;
    }
    for (const auto& [what, times] : counts)
        RecordProperty(what, times);
    if (isOne) return;
    for (const char* what :
         {"publish", "delivery", "redelivery", "confirm",  "refusal",        "ack",
          "requeue", "reject",   "commit",     "rollback", "failure",        "crash",
          "torn",    "restart",  "purge",      "delete",   "close",          "lose",
          "pass",    "rejected", "expired",    "maxlen",   "delivery_limit", "store"}) {
        EXPECT_GT(counts[what], 0) << what << " never happened";
    }
}

TEST(QueueModel, TheSameSeedGivesTheSameEventsByteForByte)
{
    const auto transcript = [](std::uint64_t seed) {
        const Script script = randomScript(seed, kActionCount);
        ModelRun run(script);
        EXPECT_EQ(run.play(), "");
        return run.lockstep().transcript();
    };
    const std::uint64_t seed = numberIn("WARREN_TEST_SEED", 1);
    const std::string first = transcript(seed);
    EXPECT_GT(first.size(), 5'000u);
    EXPECT_EQ(first, transcript(seed)) << "seed " << seed;
}

}  // namespace
}  // namespace warren::test
