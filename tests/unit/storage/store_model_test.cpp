#include "core/base/prng.h"
#include "core/storage/definition_codec.h"
#include "core/storage/memory_store.h"
#include "core/storage/sqlite_store.h"
#include "tests/unit/storage/store_files.h"
#include "tests/unit/storage/temporary_folder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace warren::storage {
namespace {

using namespace warren::test;

/// The definitions of a state, one line each.
std::vector<std::string> described(const std::vector<broker::CatalogueChange>& definitions)
{
    std::vector<std::string> lines;
    for (const broker::CatalogueChange& one : definitions) {
        DefinitionRow row;
        if (const auto* vhost = std::get_if<broker::PutVhost>(&one)) row = rowOf(vhost->vhost);
        if (const auto* put = std::get_if<broker::PutExchange>(&one)) row = rowOf(put->exchange);
        if (const auto* put = std::get_if<broker::PutQueue>(&one)) row = rowOf(put->queue);
        if (const auto* put = std::get_if<broker::PutBinding>(&one)) row = rowOf(put->binding);
        lines.push_back(std::to_string(static_cast<int>(row.kind)) + row.key + "=" + row.value);
    }
    return lines;
}

/// What a broker might do: declares, publishes, acknowledges, purges, deletes, at random.
class RandomBroker {
public:
    RandomBroker(Prng& random, const RecoveredState& state)
        : m_random(random),
          m_nextPosition(state.lastPosition + 1),
          m_nextQueueId(state.lastQueueId.value + 1)
    {
        for (const broker::CatalogueChange& one : state.definitions) {
            if (const auto* put = std::get_if<broker::PutQueue>(&one)) {
                m_queues[put->queue.id.value].name = put->queue.name;
            }
        }
        for (const RecoveredMessage& one : state.messages) {
            Queue& queue = m_queues.at(one.queue.value);
            queue.live.push_back(one.position);
            queue.nextSequence = one.sequence + 1;
        }
    }

    std::vector<broker::StoredOperation> operations()
    {
        std::vector<broker::StoredOperation> list;
        for (std::uint64_t count = 1 + m_random.below(60); count > 0; --count) {
            step(list);
        }
        return list;
    }

private:
    struct Queue {
        std::string name;
        Sequence nextSequence = 1;
        std::vector<broker::LogPosition> live;
    };
    using Queues = std::map<std::uint64_t, Queue>;

    void step(std::vector<broker::StoredOperation>& list)
    {
        const std::uint64_t dice = m_random.below(100);
        if (m_queues.empty() || dice < 4) {
            declare(list);
        } else if (dice < 50) {
            publish(list);
        } else if (dice < 90) {
            acknowledge(list);
        } else if (dice < 94) {
            const auto& [id, queue] = *anyQueue();
            list.emplace_back(mark(id, m_random.below(queue.nextSequence + 10), m_nextPosition++));
        } else if (dice < 96) {
            purge(list);
        } else if (dice < 97) {
            remove(list);
        } else {
            bind(list);
        }
    }

    Queues::iterator anyQueue()
    {
        auto at = m_queues.begin();
        std::advance(at, static_cast<std::ptrdiff_t>(m_random.below(m_queues.size())));
        return at;
    }

    void declare(std::vector<broker::StoredOperation>& list)
    {
        const std::uint64_t id = m_nextQueueId++;
        m_queues[id].name = "queue-" + std::to_string(id);
        list.emplace_back(putQueue(m_nextPosition++, id, m_queues[id].name));
    }

    void publish(std::vector<broker::StoredOperation>& list)
    {
        const std::uint64_t bytes =
            m_random.below(20) == 0 ? m_random.below(300'000) : m_random.below(300);
        std::string body(bytes, static_cast<char>('a' + m_random.below(26)));
        const auto content = message(std::to_string(m_nextPosition) + body);
        for (std::uint64_t copies = 1 + m_random.below(3); copies > 0; --copies) {
            auto& [id, queue] = *anyQueue();
            list.emplace_back(enqueue(id, queue.nextSequence++, m_nextPosition, content));
            queue.live.push_back(m_nextPosition++);
        }
    }

    void acknowledge(std::vector<broker::StoredOperation>& list)
    {
        auto& [id, queue] = *anyQueue();
        if (queue.live.empty()) return;
        // Mostly in order.
        const std::uint64_t at = m_random.below(4) == 0 ? m_random.below(queue.live.size()) : 0;
        const auto one = queue.live.begin() + static_cast<std::ptrdiff_t>(at);
        list.emplace_back(removal(id, *one));
        queue.live.erase(one);
    }

    void purge(std::vector<broker::StoredOperation>& list)
    {
        auto& [id, queue] = *anyQueue();
        for (const broker::LogPosition position : queue.live) {
            list.emplace_back(removal(id, position));
        }
        queue.live.clear();
    }

    void remove(std::vector<broker::StoredOperation>& list)
    {
        const auto at = anyQueue();
        list.emplace_back(removeQueue(m_nextPosition++, at->first, at->second.name));
        // An acknowledgement may still be on its way.
        if (!at->second.live.empty()) {
            list.emplace_back(removal(at->first, at->second.live.front()));
        }
        m_queues.erase(at);
    }

    void bind(std::vector<broker::StoredOperation>& list)
    {
        const broker::BindingDefinition binding{.vhost = "/",
                                                .source = "x" + std::to_string(m_random.below(3)),
                                                .destination = anyQueue()->second.name,
                                                .routingKey = std::to_string(m_random.below(2)),
                                                .arguments = {}};
        if (m_random.below(3) == 0) {
            list.emplace_back(change(m_nextPosition++, broker::RemoveBinding{binding}));
        } else {
            list.emplace_back(change(m_nextPosition++, broker::PutBinding{binding}));
        }
    }

    Prng& m_random;
    broker::LogPosition m_nextPosition;
    std::uint64_t m_nextQueueId;
    Queues m_queues;
};

class StoreModelTest : public ::testing::TestWithParam<std::uint64_t> {
protected:
    StoreModelTest() { open(); }

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
        expectModel(m_disk->recovered);
        m_broker.emplace(m_random, m_disk->recovered);
    }

    /// The model keeps exact positions, the disk goes on far above them after a crash.
    void expectModel(const RecoveredState& state) const
    {
        const RecoveredState expected = m_model.recover();
        ASSERT_EQ(test::described(state.messages), test::described(expected.messages));
        ASSERT_EQ(described(state.definitions), described(expected.definitions));
        ASSERT_GE(state.lastPosition, expected.lastPosition);
        ASSERT_EQ(state.lastQueueId, expected.lastQueueId);
    }

    void write()
    {
        auto list = m_broker->operations();
        m_model.append(std::vector{list});
        ASSERT_TRUE(m_disk->writeAll(std::move(list)));
    }

    /// The process dies directly before a commit: what the files hold then is what counts.
    void crashInCommit()
    {
        const MemoryStore before = m_model;
        m_crashedName = "crashed-" + std::to_string(m_crashCount++);
        write();
        if (!m_crashedName.empty()) return;  // there was nothing to commit
        m_name = "crashed-" + std::to_string(m_crashCount - 1);
        m_model = before;
        open();
    }

    void copyIfAsked()
    {
        if (m_crashedName.empty()) return;
        std::filesystem::copy(m_folder / m_name.c_str(), m_folder / m_crashedName.c_str());
        m_crashedName.clear();
    }

    Prng m_random{GetParam()};
    TemporaryFolder m_folder;
    MemoryStore m_model{MemoryStore::Sync::Immediate};
    std::string m_name = "first";
    std::string m_crashedName;  // where the next commit copies the files to
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
            open();
        } else if (dice < 92) {
            ASSERT_TRUE(m_disk->store->closeCleanly());
            open();
        } else if (dice < 96) {
            ASSERT_TRUE(m_disk->store->restartWal());
        } else {
            ASSERT_TRUE(m_disk->store->reclaimSpace());
        }
    }
    open();
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
