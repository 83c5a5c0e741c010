#include "core/base/prng.h"
#include "core/storage/memory_store.h"
#include "core/storage/sqlite_store.h"
#include "tests/unit/storage/random_broker.h"
#include "tests/unit/storage/store_files.h"
#include "tests/unit/storage/temporary_folder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace warren::storage {
namespace {

using namespace warren::test;

class StoreModelTest : public ::testing::TestWithParam<std::uint64_t> {
protected:
    StoreModelTest()
    {
        open();
        begin();
    }

    void open()
    {
        m_disk.reset();
        auto options = optionsFor(m_folder / (m_name + "/warren.db").c_str());
        std::filesystem::create_directory(options.databaseFile.parent_path());
        options.synchronous = Synchronous::Normal;  // nobody pulls the plug here
        options.writeFault = [this]() -> std::optional<IoError> {
            copyIfAsked();
            return std::nullopt;
        };
        m_disk = std::make_unique<StoreOnDisk>(std::move(options));
    }

    /// The disk holds what the model holds, and the broker begins with that.
    void begin()
    {
        expectModel(m_disk->recovered);
        m_broker.emplace(m_random, m_disk->recovered);
    }

    void reopen()
    {
        open();
        begin();
    }

    /// The model keeps exact positions, the disk goes on far above them after a crash.
    void expectModel(const RecoveredState& state) const
    {
        const RecoveredState expected = m_model.recover();
        ASSERT_EQ(test::described(state.messages), test::described(expected.messages));
        ASSERT_EQ(test::described(state.definitions), test::described(expected.definitions));
        ASSERT_GE(state.lastPosition, expected.lastPosition);
        ASSERT_EQ(state.lastQueueId, expected.lastQueueId);
    }

    void write()
    {
        auto list = m_broker->operations();
        m_model.append(std::vector{list});
        ASSERT_TRUE(m_disk->writeAll(std::move(list)));
    }

    /// The process dies directly before one of the commits that a flush takes: what the files hold
    /// then is what counts.
    void crashInCommit()
    {
        const MemoryStore before = m_model;
        const auto list = m_broker->operations();
        m_crashedName = "crashed-" + std::to_string(m_crashCount++);
        m_commitsUntilCrash = m_random.below(4);
        m_committedAtCrash = m_committedBefore = m_disk->committed();
        m_model.append(std::vector{list});
        ASSERT_TRUE(m_disk->writeAll(std::vector{list}));
        if (!m_crashedName.empty()) {
            m_crashedName.clear();
            return;  // there were not so many commits
        }
        m_name = "crashed-" + std::to_string(m_crashCount - 1);
        m_model = before;
        open();
        applyCommitted(list);
        begin();
    }

    /// Brings the model to what must be on disk: what came before the last commit, without those
    /// messages that are removed later on and that nobody wants back.
    void applyCommitted(const std::vector<broker::StoredOperation>& list)
    {
        if (m_committedAtCrash == m_committedBefore) return;
        std::size_t count = 0;
        while (count < list.size() && positionOf(list[count]) <= m_committedAtCrash) {
            count += 1;
        }
        const auto middle = list.begin() + static_cast<std::ptrdiff_t>(count);
        m_model.append({list.begin(), middle});

        std::set<broker::LogPosition> onDisk;
        for (const RecoveredMessage& one : m_disk->recovered.messages) {
            onDisk.insert(one.position);
        }
        std::vector<broker::StoredOperation> elided;
        for (auto at = middle; at != list.end(); ++at) {
            const auto* one = std::get_if<broker::Remove>(&*at);
            if (one == nullptr || one->reason == broker::RemovalReason::DeadLettered) continue;
            if (!onDisk.contains(one->position)) elided.emplace_back(*one);
        }
        m_model.append(std::move(elided));
    }

    void copyIfAsked()
    {
        if (m_crashedName.empty()) return;
        if (m_commitsUntilCrash-- > 0) return;
        m_committedAtCrash = m_disk->committed();
        std::filesystem::copy(m_folder / m_name.c_str(), m_folder / m_crashedName.c_str());
        m_crashedName.clear();
    }

    Prng m_random{GetParam()};
    TemporaryFolder m_folder;
    MemoryStore m_model{MemoryStore::Sync::Immediate};
    std::string m_name = "first";
    std::string m_crashedName;  // where a commit copies the files to
    std::uint64_t m_commitsUntilCrash = 0;
    broker::LogPosition m_committedBefore = 0;
    broker::LogPosition m_committedAtCrash = 0;
    int m_crashCount = 0;
    std::unique_ptr<StoreOnDisk> m_disk;
    std::optional<RandomBroker> m_broker;
};

TEST_P(StoreModelTest, HoldsWhatTheModelHolds)
{
    std::cout << "seed " << GetParam() << "\n";
    for (int round = 0; round < 150 && !HasFatalFailure(); ++round) {
        const std::uint64_t dice = m_random.below(100);
        if (dice < 80) {
            write();
        } else if (dice < 86) {
            crashInCommit();
        } else if (dice < 89) {
            reopen();
        } else if (dice < 92) {
            ASSERT_TRUE(m_disk->store->closeCleanly());
            reopen();
        } else if (dice < 96) {
            ASSERT_TRUE(m_disk->store->restartWal());
        } else {
            ASSERT_TRUE(m_disk->store->reclaimSpace());
        }
    }
    reopen();
}

/// Seeds 1 to 6, and WARREN_SEED if it is set.
std::vector<std::uint64_t> seeds()
{
    std::vector<std::uint64_t> list{1, 2, 3, 4, 5, 6};
    if (const char* wanted = std::getenv("WARREN_SEED")) {
        list = {std::strtoull(wanted, nullptr, 10)};
    }
    return list;
}

INSTANTIATE_TEST_SUITE_P(Seeds, StoreModelTest, ::testing::ValuesIn(seeds()));

}  // namespace
}  // namespace warren::storage
