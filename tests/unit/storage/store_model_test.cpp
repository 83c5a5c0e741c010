#include "core/base/prng.h"
#include "core/broker/queue_settings.h"
#include "core/storage/definition_codec.h"
#include "core/storage/memory_store.h"
#include "core/storage/sqlite_store.h"
#include "tests/unit/storage/store_files.h"
#include "tests/unit/storage/temporary_folder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <map>
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

/// The definitions of a state, one line each.
std::vector<std::string> described(const std::vector<broker::CatalogueChange>& definitions)
{
    std::vector<std::string> lines;
    for (const broker::CatalogueChange& one : definitions) {
        const DefinitionEdit edit = editOf(one);
        const auto& row = std::get<DefinitionRow>(edit);
        lines.push_back(std::to_string(static_cast<int>(row.kind)) + row.key + "=" + row.value);
    }
    return lines;
}

/// What a broker might do: declares, publishes, acknowledges, requeues, dead-letters, purges,
/// deletes, at random.
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
                m_queues[put->queue.id.value].priorityMax = broker::priorityMaxOf(put->queue);
            }
        }
        for (const RecoveredMessage& one : state.messages) {
            Queue& queue = m_queues.at(one.queue.value);
            queue.live.push_back({one.position, one.message});
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
    struct Message {
        broker::LogPosition position = 0;
        broker::MessagePtr content;
    };
    struct Queue {
        std::string name;
        std::uint8_t priorityMax = 0;
        Sequence nextSequence = 1;
        std::vector<Message> live;
    };
    using Queues = std::map<std::uint64_t, Queue>;

    void step(std::vector<broker::StoredOperation>& list)
    {
        // A batch ends at a gap like this.
        if (m_random.below(60) == 0) m_nextPosition += BatchBuilder::kSlotCountMax;
        const std::uint64_t dice = m_random.below(100);
        if (m_queues.empty() || dice < 4) {
            declare(list);
        } else if (dice < 45) {
            publish(list);
        } else if (dice < 70) {
            acknowledge(list);
        } else if (dice < 80) {
            deadLetter(list);
        } else if (dice < 90) {
            count(list);
        } else if (dice < 94) {
            const auto& [id, queue] = *anyQueue();
            list.emplace_back(
                mark(id, m_random.below(queue.nextSequence + 10), m_nextPosition++,
                     static_cast<std::uint8_t>(m_random.below(queue.priorityMax + 1u))));
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
        Queue& queue = m_queues[id];
        queue.name = "queue-" + std::to_string(id);
        if (m_random.below(2) == 0)
            queue.priorityMax = static_cast<std::uint8_t>(m_random.below(6));
        list.emplace_back(putPriorityQueue(m_nextPosition++, id, queue.name, queue.priorityMax));
    }

    void publish(std::vector<broker::StoredOperation>& list)
    {
        const std::uint64_t bytes =
            m_random.below(20) == 0 ? m_random.below(300'000) : m_random.below(300);
        std::string body(bytes, static_cast<char>('a' + m_random.below(26)));
        const auto content = message(std::to_string(m_nextPosition) + body,
                                     static_cast<std::uint8_t>(m_random.below(8)));
        for (std::uint64_t copies = 1 + m_random.below(3); copies > 0; --copies) {
            put(list, content);
        }
    }

    void put(std::vector<broker::StoredOperation>& list, const broker::MessagePtr& content)
    {
        auto& [id, queue] = *anyQueue();
        const std::int64_t expiresAt =
            m_random.below(3) == 0 ? static_cast<std::int64_t>(m_random.below(1ull << 42)) : 0;
        list.emplace_back(
            expiring(enqueue(id, queue.nextSequence++, m_nextPosition, content), expiresAt));
        queue.live.push_back({m_nextPosition++, content});
    }

    /// Mostly the oldest.
    std::size_t anyMessage(const Queue& queue)
    {
        return m_random.below(4) == 0 ? m_random.below(queue.live.size()) : 0;
    }

    void deadLetter(std::vector<broker::StoredOperation>& list)
    {
        auto& [id, queue] = *anyQueue();
        if (queue.live.empty()) return;
        const std::size_t at = anyMessage(queue);
        const Message moved = queue.live[at];
        queue.live.erase(queue.live.begin() + static_cast<std::ptrdiff_t>(at));
        // Between its new place and its removal there may be other things.
        put(list, moved.content);
        if (m_random.below(3) == 0) publish(list);
        list.emplace_back(deadLettered(id, moved.position));
    }

    void count(std::vector<broker::StoredOperation>& list)
    {
        auto& [id, queue] = *anyQueue();
        if (queue.live.empty()) return;
        list.emplace_back(counted(id, queue.live[anyMessage(queue)].position,
                                  1 + static_cast<std::uint32_t>(m_random.below(9))));
    }

    void acknowledge(std::vector<broker::StoredOperation>& list)
    {
        auto& [id, queue] = *anyQueue();
        if (queue.live.empty()) return;
        const auto one = queue.live.begin() + static_cast<std::ptrdiff_t>(anyMessage(queue));
        list.emplace_back(removal(id, one->position));
        queue.live.erase(one);
    }

    void purge(std::vector<broker::StoredOperation>& list)
    {
        auto& [id, queue] = *anyQueue();
        for (const Message& one : queue.live) {
            list.emplace_back(removal(id, one.position));
        }
        queue.live.clear();
    }

    void remove(std::vector<broker::StoredOperation>& list)
    {
        const auto at = anyQueue();
        list.emplace_back(removeQueue(m_nextPosition++, at->first, at->second.name));
        // An acknowledgement may still be on its way.
        if (!at->second.live.empty()) {
            list.emplace_back(removal(at->first, at->second.live.front().position));
        }
        m_queues.erase(at);
    }

    void bind(std::vector<broker::StoredOperation>& list)
    {
        constexpr const char* kSources[] = {"amq.direct", "amq.fanout", "amq.topic"};
        const broker::BindingDefinition binding{.vhost = "/",
                                                .source = kSources[m_random.below(3)],
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

/// 0 if it has none of its own.
broker::LogPosition positionOf(const broker::StoredOperation& operation)
{
    if (const auto* one = std::get_if<broker::Enqueue>(&operation)) return one->position;
    if (const auto* one = std::get_if<broker::MarkDelivered>(&operation)) return one->position;
    if (const auto* one = std::get_if<broker::StoredChange>(&operation)) return one->position;
    return 0;
}

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
