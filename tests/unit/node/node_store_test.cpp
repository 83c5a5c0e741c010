#include "core/node/node_store.h"

#include "tests/support/event_loop.h"
#include "tests/unit/storage/operations.h"
#include "tests/unit/storage/temporary_folder.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace warren::node {
namespace {

using namespace warren::test;
using cluster::NodeType;

class NodeStoreTest : public ::testing::Test {
protected:
    NodeStoreTest()
        : m_store(optionsIn(m_folder / "warren.db"),
                  {.committed = [this](broker::LogPosition upTo) { m_committed = upTo; },
                   .failed = [](const storage::IoError& error) { ADD_FAILURE() << error.text; },
                   .loaded =
                       [this](std::vector<broker::LoadedBody>&& bodies) {
                           for (broker::LoadedBody& body : bodies)
                               m_loaded.push_back(std::move(body));
                       }})
    {
    }

    static storage::StoreOptions optionsIn(std::filesystem::path file)
    {
        storage::StoreOptions options;
        options.databaseFile = std::move(file);
        return options;
    }
    void append(broker::LogPosition position, std::string_view body)
    {
        std::vector<broker::StoredOperation> operations;
        operations.emplace_back(enqueue(1, position, position, body));
        m_store.append(std::move(operations));
    }
    bool runUntilCommitted(broker::LogPosition position)
    {
        return runUntil([&] { return m_committed >= position; });
    }

    const TemporaryFolder m_folder;
    broker::LogPosition m_committed = 0;
    std::vector<broker::LoadedBody> m_loaded;
    NodeStore m_store;
};

TEST_F(NodeStoreTest, KeepsInMemoryWhatARamNodeHas)
{
    ASSERT_TRUE(m_store.open(NodeType::Ram).isOk());
    append(1, "one");
    append(2, "two");
    EXPECT_EQ(m_committed, 0u) << "answers come from the event loop only";
    ASSERT_TRUE(runUntilCommitted(2));
    m_store.load({{.queue = {1}, .sequence = 1, .position = 1, .bodyBytes = 3}});
    EXPECT_TRUE(m_loaded.empty());
    ASSERT_TRUE(runUntil([&] { return !m_loaded.empty(); }));
    EXPECT_TRUE(static_cast<bool>(m_loaded.front().message));
    EXPECT_EQ(m_store.bytesInFlight(), 0u);
    EXPECT_EQ(m_store.stats().databaseBytes, 0u);
    EXPECT_FALSE(std::filesystem::exists(m_folder / "warren.db"));
    EXPECT_TRUE(m_store.closeCleanly().isOk());
}

TEST_F(NodeStoreTest, ChangesFromTheDiskToMemoryAndBack)
{
    ASSERT_TRUE(m_store.open(NodeType::Disk).isOk());
    (void)m_store.takeRecovered();
    append(7, "one");
    ASSERT_TRUE(m_store.change(NodeType::Ram).isOk());
    EXPECT_EQ(m_committed, 7u) << "the disk has had everything before";
    append(8, "two");
    ASSERT_TRUE(runUntilCommitted(8));

    append(9, "three");
    ASSERT_TRUE(m_store.change(NodeType::Disk).isOk());
    EXPECT_EQ(m_committed, 9u);
    EXPECT_GE(m_store.takeRecovered().lastPosition, 7u) << "new positions are above the file's";
    append(10, "four");
    ASSERT_TRUE(runUntilCommitted(10));
    EXPECT_GT(m_store.stats().databaseBytes, 0u);
    EXPECT_TRUE(m_store.closeCleanly().isOk());
}

}  // namespace
}  // namespace warren::node
