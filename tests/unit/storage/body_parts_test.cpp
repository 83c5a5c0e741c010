#include "core/storage/body_parts.h"

#include "core/storage/record_format.h"
#include "core/storage/sqlite_schema.h"
#include "core/storage/sqlite_store.h"
#include "tests/unit/storage/store_files.h"
#include "tests/unit/storage/temporary_folder.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <gmock/gmock.h>
#include <string>
#include <vector>

namespace warren::storage {
namespace {

using namespace warren::test;
using ::testing::ElementsAre;

class BodyPartsTest : public ::testing::Test {
protected:
    const TemporaryFolder m_folder;
    const std::filesystem::path m_file = m_folder / "warren.db";
};

/// So large that it takes several rows, and none of its parts is like another.
std::string largeBody()
{
    std::string body(std::size_t{3} * 1024 * 1024 + 17, 'x');
    for (std::size_t at = 0; at < body.size(); at += 1000) {
        body[at] = static_cast<char>('a' + at / 1000 % 26);
    }
    return body;
}

TEST_F(BodyPartsTest, ALargeMessageLiesInParts)
{
    const std::string body = largeBody();
    {
        StoreOnDisk disk{m_file};
        ASSERT_TRUE(disk.write(putQueue(1, 1, "q"), enqueue(1, 1, 2, body)));
        ASSERT_TRUE(disk.write(enqueue(1, 2, 3, "small")));
        const std::vector<broker::BodyRequest> requests{
            {.queue = QueueId{1}, .sequence = 1, .position = 2},
            {.queue = QueueId{1}, .sequence = 2, .position = 3}};
        const auto loaded = disk.store->load(requests);
        ASSERT_TRUE(loaded.isOk());
        ASSERT_TRUE((*loaded)[0].message);
        EXPECT_EQ(textOf((*loaded)[0].message->body()), body);
    }
    EXPECT_EQ(queried(m_file, "SELECT max(length(data)) FROM body"), "1048576");
    EXPECT_EQ(queried(m_file, "SELECT count(*) FROM body_part"), "3");
    {
        StoreOnDisk disk{m_file};
        EXPECT_THAT(bodiesOf(disk.recovered), ElementsAre(body, "small"));
        ASSERT_TRUE(disk.write(removal(1, 2)));
    }
    EXPECT_EQ(queried(m_file, "SELECT count(*) FROM body_part"), "0");
    EXPECT_THAT(bodiesOf(StoreOnDisk{m_file}.recovered), ElementsAre("small"));
}

TEST_F(BodyPartsTest, ALargeMessageThatFillsItsRowsExactlyHasNoMore)
{
    for (const std::size_t rows : {1, 2}) {
        const auto file = m_folder / (std::to_string(rows) + ".db").c_str();
        std::string body(rows * BodyParts::kRowBytes, 'x');
        // Without what surrounds a body in its record.
        body.resize(body.size() - recordBytes(*enqueue(1, 1, 2, "").message));
        {
            StoreOnDisk disk{file};
            ASSERT_TRUE(disk.write(putQueue(1, 1, "q"), enqueue(1, 1, 2, body)));
        }
        EXPECT_EQ(queried(file, "SELECT count(*) FROM body_part"), std::to_string(rows - 1));
        EXPECT_THAT(bodiesOf(StoreOnDisk{file}.recovered), ElementsAre(body));
    }
}

TEST_F(BodyPartsTest, AFileWithoutPartsGetsThem)
{
    {
        StoreOnDisk disk{m_file};
        ASSERT_TRUE(disk.write(putQueue(1, 1, "q"), enqueue(1, 1, 2, "a")));
        ASSERT_TRUE(disk.store->closeCleanly());
    }
    (void)queried(m_file, "DROP TABLE body_part");
    (void)queried(m_file, "PRAGMA user_version=2");
    const std::string body = largeBody();
    {
        StoreOnDisk disk{m_file};
        EXPECT_THAT(bodiesOf(disk.recovered), ElementsAre("a"));
        ASSERT_TRUE(disk.write(enqueue(1, 2, disk.nextPosition(), body)));
    }
    EXPECT_EQ(queried(m_file, "PRAGMA user_version"), std::to_string(kSchemaVersion));
    EXPECT_THAT(bodiesOf(StoreOnDisk{m_file}.recovered), ElementsAre("a", body));
}

}  // namespace
}  // namespace warren::storage
