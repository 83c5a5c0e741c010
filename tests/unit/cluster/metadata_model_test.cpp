#include "core/base/prng.h"
#include "core/cluster/metadata.h"
#include "tests/unit/cluster/names.h"
#include "tests/unit/cluster/random_commands.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace warren::cluster {
namespace {

constexpr std::uint64_t kSeedCount = 60;
constexpr LogIndex kCommandCount = 400;

/// What must hold whatever is asked for. Looks at the state from outside only.
class Invariants {
public:
    explicit Invariants(const Metadata& metadata) : m_metadata(metadata) {}

    void check(const AppliedCommand& outcome, const std::string& before)
    {
        if (outcome.refusal) {
            // All but the index, which stands behind the version.
            EXPECT_EQ(m_metadata.snapshot().substr(9), before.substr(9));
        } else {
            m_accepted += 1;
        }
        checkMembers();
        for (const auto& [queue, placement] : m_metadata.placements().all()) {
            checkPlacement(queue, placement, outcome);
        }
        m_placements = m_metadata.placements().all();
    }
    std::size_t acceptedCount() const { return m_accepted; }
    std::size_t promotionCount() const { return m_promotions; }

private:
    void checkMembers()
    {
        std::set<MemberId> ids;
        bool hasDiskNode = false;
        for (const auto& [name, one] : m_metadata.membership().nodes()) {
            EXPECT_EQ(name, one.name);
            if (one.type == NodeType::Disk) hasDiskNode = true;
            if (!one.id) continue;
            EXPECT_TRUE(ids.insert(one.id).second) << "one id twice";
            const auto [at, isNew] = m_nameOfId.emplace(one.id, name);
            EXPECT_EQ(at->second, name) << "an id that was another's";
        }
        EXPECT_TRUE(hasDiskNode || m_metadata.membership().nodes().empty());
    }

    void checkPlacement(QueueId queue, const Placement& placement, const AppliedCommand& outcome)
    {
        EXPECT_TRUE(m_metadata.definitions().hasQueue(queue));
        EXPECT_FALSE(placement.isMirror(placement.master));
        for (const NodeName& one : placement.inSync) {
            EXPECT_TRUE(placement.hasReplica(one));
        }
        if (!placement.master) return;
        EXPECT_TRUE(placement.isInSync(placement.master));
        const auto [at, isNew] =
            m_masters.emplace(std::pair{queue, placement.epoch}, placement.master);
        EXPECT_EQ(at->second, placement.master) << "two masters in one epoch";
        if (isNew && placement.epoch > 1) checkPromotion(queue, placement, outcome);
    }

    void checkPromotion(QueueId queue, const Placement& placement, const AppliedCommand& outcome)
    {
        m_promotions += 1;
        const Placement& old = m_placements.at(queue);
        EXPECT_EQ(placement.epoch, old.epoch + 1);
        EXPECT_TRUE(old.isInSync(placement.master) || placement.lossCount == old.lossCount + 1);
        EXPECT_FALSE(outcome.refusal.has_value());
    }

    const Metadata& m_metadata;
    std::map<std::pair<QueueId, Epoch>, NodeName> m_masters;
    std::map<MemberId, NodeName> m_nameOfId;
    Placements::ByQueue m_placements;
    std::size_t m_accepted = 0;
    std::size_t m_promotions = 0;
};

/// A run from a seed: the commands as bytes, a few of them damaged, and a snapshot on the way.
struct RandomRun {
    explicit RandomRun(std::uint64_t seed)
    {
        Prng prng(seed);
        RandomCommands random(prng, metadata);
        Invariants invariants(metadata);
        AppliedCommand outcome;
        metadata.applied = [&](const AppliedCommand& one) { outcome = one; };
        const LogIndex snapshotAt = 1 + prng.below(kCommandCount);
        for (LogIndex index = 1; index <= kCommandCount; ++index) {
            std::string bytes = encode(random.next());
            if (prng.below(20) == 0) bytes = damaged(std::move(bytes), prng);
            const std::string before = metadata.snapshot();
            metadata.apply(index, bytesOf(bytes));
            invariants.check(outcome, before);
            commands.push_back(std::move(bytes));
            if (index == snapshotAt) snapshot = {index, metadata.snapshot()};
        }
        metadata.applied = nullptr;
        acceptedCount = invariants.acceptedCount();
        promotionCount = invariants.promotionCount();
    }

    Metadata metadata;
    std::vector<std::string> commands;
    std::pair<LogIndex, std::string> snapshot;
    std::size_t acceptedCount = 0;
    std::size_t promotionCount = 0;
};

TEST(MetadataModel, KeepsItsPromisesAndRepeatsItself)
{
    std::size_t acceptedCount = 0;
    std::size_t promotionCount = 0;
    for (std::uint64_t seed = 1; seed <= kSeedCount && !testing::Test::HasFailure(); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const RandomRun run(seed);
        acceptedCount += run.acceptedCount;
        promotionCount += run.promotionCount;

        Metadata replayed;
        for (LogIndex index = 1; index <= kCommandCount; ++index) {
            replayed.apply(index, bytesOf(run.commands[index - 1]));
        }
        EXPECT_EQ(replayed.snapshot(), run.metadata.snapshot());

        Metadata restored;
        const auto& [at, bytes] = run.snapshot;
        ASSERT_TRUE(restored.restore(at, bytesOf(bytes)));
        EXPECT_EQ(restored.snapshot(), bytes);
        for (LogIndex index = at + 1; index <= kCommandCount; ++index) {
            restored.apply(index, bytesOf(run.commands[index - 1]));
        }
        EXPECT_EQ(restored.snapshot(), run.metadata.snapshot());
    }
    // Else the test would be about nothing.
    EXPECT_GT(acceptedCount, kSeedCount * kCommandCount / 8);
    EXPECT_GT(promotionCount, kSeedCount);
}

TEST(MetadataModel, SurvivesAnySnapshot)
{
    Prng prng(5);
    std::size_t takenCount = 0;
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        const std::string good = RandomRun(seed).metadata.snapshot();
        for (int i = 0; i < 2'000; ++i) {
            const std::string bytes =
                i % 10 == 0 ? good.substr(0, prng.below(good.size())) : damaged(good, prng);
            Metadata metadata;
            const std::string empty = metadata.snapshot();
            if (metadata.restore(kCommandCount, bytesOf(bytes))) {
                takenCount += 1;
                ASSERT_EQ(metadata.snapshot(), bytes) << "seed " << seed << " round " << i;
                continue;
            }
            ASSERT_EQ(metadata.snapshot(), empty) << "seed " << seed << " round " << i;
        }
    }
    EXPECT_LT(takenCount, 8'000u);
}

}  // namespace
}  // namespace warren::cluster
