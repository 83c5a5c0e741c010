#include "core/storage/migration.h"

#include "core/storage/record_format.h"
#include "core/storage/sqlite_store.h"
#include "tests/unit/storage/store_files.h"
#include "tests/unit/storage/temporary_folder.h"
#include "tests/unit/storage/version_1_file.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <gmock/gmock.h>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace warren::storage {
namespace {

using namespace warren::test;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kVersion = "PRAGMA user_version";

/// Two vhosts, an exchange, three queues, one of them with priorities, a binding; messages in two
/// segments, one of them partly settled; marks.
void fill(Version1File& file)
{
    file.put(1, "000000012F");                                          // vhost "/"
    file.put(1, "0000000176");                                          // vhost "v"
    file.put(2, "000000012F0000000178", "020100000000");                // exchange "x", topic
    file.put(3, "000000012F0000000161", "00000000000000010100000000");  // queue 1 "a"
    file.put(3, "000000012F0000000162",                                 // queue 2 "b"
             "000000000000000201"
             "00000014"
             "0E782D6D61782D7072696F72697479"  // x-max-priority
             "4900000003");
    file.put(3, "000000012F0000000163", "00000000000000030100000000");     // queue 3 "c"
    file.put(4, "000000012F0000000001610000000178000000012300000000", {},  // "x" to "a" with "#"
             "000000012F0000000178");
    file.putSegment(10, {{1, 1, "shared"},
                         {2, 1, "shared"},
                         {},
                         {2, 2, "urgent", 9},
                         {2, 3, "some", 2},
                         {3, 1, "acked"},
                         {1, 2, "second"}});
    file.putSegment(500, {{1, 3, std::string(300'000, 'l')}, {2, 4, "last", 1}});
    file.execute("INSERT INTO settled VALUES(10, x'24')");  // the empty slot and "acked"
    file.execute("INSERT INTO mark VALUES(1, 1), (2, 2), (77, 5)");
}

class MigrationTest : public ::testing::Test {
protected:
    /// What the file holds, whatever version it has by now.
    static void expectEverything(const RecoveredState& state)
    {
        EXPECT_THAT(
            described(state.messages),
            ElementsAre("1/1@10 shared!", "1/2@16 second", "1/3@500 " + std::string(300'000, 'l'),
                        "2/1@11 shared!", "2/2@13 urgent!", "2/3@14 some", "2/4@501 last"));
        EXPECT_EQ(state.messages[0].message->exchange(), "amq.direct");
        EXPECT_EQ(state.messages[0].message->routingKey(), "key");
        EXPECT_TRUE(state.messages[0].message->isPersistent());
        EXPECT_EQ(state.messages[0].message, state.messages[3].message);
        EXPECT_GE(state.lastPosition, 1000u);
        EXPECT_EQ(state.lastQueueId, QueueId{9});

        ASSERT_EQ(state.definitions.size(), 7u);
        EXPECT_EQ(std::get<broker::PutVhost>(state.definitions[0]).vhost,
                  broker::VhostDefinition{"/"});
        EXPECT_EQ(std::get<broker::PutVhost>(state.definitions[1]).vhost,
                  broker::VhostDefinition{"v"});
        const auto& exchange = std::get<broker::PutExchange>(state.definitions[2]).exchange;
        EXPECT_EQ(exchange.name, "x");
        EXPECT_EQ(exchange.type, broker::ExchangeType::Topic);
        EXPECT_EQ(std::get<broker::PutQueue>(state.definitions[4]).queue.name, "b");
        const auto& binding = std::get<broker::PutBinding>(state.definitions[6]).binding;
        EXPECT_EQ(binding.source, "x");
        EXPECT_EQ(binding.destination, "a");
    }

    const TemporaryFolder m_folder;
    const std::filesystem::path m_file = m_folder / "warren.db";
};

TEST_F(MigrationTest, AFileOfVersion1LosesNothing)
{
    {
        Version1File file{m_file};
        fill(file);
    }
    ASSERT_EQ(queried(m_file, kVersion), "1");
    std::vector<std::string> log;
    auto options = optionsFor(m_file);
    options.log = [&log](const std::string& line) { log.push_back(line); };
    {
        const StoreOnDisk disk{options};
        expectEverything(disk.recovered);
    }
    EXPECT_THAT(log, ElementsAre(HasSubstr("up to date")));
    EXPECT_EQ(queried(m_file, kVersion), "3");
    EXPECT_EQ(queried(m_file, "PRAGMA integrity_check"), "ok");
    EXPECT_EQ(queried(m_file, "SELECT count(*) FROM mark WHERE queue = 2"), "4");

    log.clear();
    {
        StoreOnDisk disk{options};
        expectEverything(disk.recovered);
        ASSERT_TRUE(disk.store->closeCleanly());
    }
    EXPECT_TRUE(log.empty());
    expectEverything(StoreOnDisk{m_file}.recovered);
}

TEST_F(MigrationTest, AMigratedFileWorksLikeANewOne)
{
    {
        Version1File file{m_file};
        fill(file);
    }
    {
        StoreOnDisk disk{m_file};
        const broker::LogPosition next = disk.nextPosition();
        ASSERT_TRUE(disk.write(removal(1, 10), removal(1, 500), counted(2, 14, 3),
                               mark(2, 3, next, 2), expiring(enqueue(3, 2, next + 1, "new"), 9000),
                               change(next + 2, broker::PutUser{{.name = "ann"}})));
        ASSERT_TRUE(disk.store->reclaimSpace());
    }
    {
        const StoreOnDisk disk{m_file};
        EXPECT_THAT(bodiesOf(disk.recovered),
                    ElementsAre("second", "shared", "urgent", "some", "last", "new"));
        EXPECT_EQ(disk.recovered.definitions.size(), 8u);
        EXPECT_TRUE(disk.recovered.messages[3].wasDelivered);
        EXPECT_EQ(disk.recovered.messages[3].deliveryCount, 3u);
        EXPECT_EQ(disk.recovered.messages[5].expiresAt.sinceEpoch.count(), 9000);
    }
    const std::filesystem::path fresh = m_folder / "new.db";
    ASSERT_TRUE(StoreOnDisk{fresh}.store->closeCleanly());
    const char* const tables =
        "SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_master"
        " WHERE sql IS NOT NULL ORDER BY name)";
    EXPECT_EQ(queried(m_file, tables), queried(fresh, tables));
}

TEST_F(MigrationTest, AFileThatWasNotClosedIsMigratedWithItsWriteAheadLog)
{
    const TemporaryFolder crashed;
    {
        Version1File file{m_file};
        fill(file);
        std::filesystem::copy(m_folder.path(), crashed.path());
    }
    ASSERT_GT(std::filesystem::file_size(crashed / "warren.db-wal"), 0u);
    expectEverything(StoreOnDisk{crashed / "warren.db"}.recovered);
    expectEverything(StoreOnDisk{crashed / "warren.db"}.recovered);
    EXPECT_EQ(queried(crashed / "warren.db", kVersion), "3");
}

TEST_F(MigrationTest, ACrashInTheMiddleLeavesVersion1)
{
    {
        Version1File file{m_file};
        fill(file);
    }
    const TemporaryFolder crashed;
    auto options = optionsFor(m_file);
    bool hasCrashed = false;
    options.writeFault = [&]() -> std::optional<IoError> {
        if (!hasCrashed) std::filesystem::copy(m_folder.path(), crashed.path());
        hasCrashed = true;
        return std::nullopt;
    };
    expectEverything(StoreOnDisk{options}.recovered);
    ASSERT_TRUE(hasCrashed);
    EXPECT_EQ(queried(crashed / "warren.db", kVersion), "1");
    expectEverything(StoreOnDisk{crashed / "warren.db"}.recovered);
    EXPECT_EQ(queried(crashed / "warren.db", kVersion), "3");
}

TEST_F(MigrationTest, AFailureInTheMiddleLeavesVersion1)
{
    {
        Version1File file{m_file};
        fill(file);
    }
    auto options = optionsFor(m_file);
    options.writeFault = []() -> std::optional<IoError> {
        return IoError{.kind = IoError::Kind::Failed, .text = "The disk broke."};
    };
    const auto store = SqliteStore::open(options);
    ASSERT_FALSE(store.isOk());
    EXPECT_EQ(store.error().text, "The disk broke.");
    EXPECT_EQ(queried(m_file, kVersion), "1");
    expectEverything(StoreOnDisk{m_file}.recovered);
}

TEST_F(MigrationTest, AFullDiskLeavesVersion1)
{
    {
        Version1File file{m_file};
        fill(file);
        std::vector<Version1File::Entry> many(30'000);
        for (std::size_t i = 0; i < many.size(); ++i) {
            many[i] = {3, 2 + i, "m"};
        }
        file.putSegment(1000, many);
        file.execute("UPDATE meta SET value = 100000 WHERE key = 'position_limit'");
    }
    auto options = optionsFor(m_file);
    options.pageCountMax =
        static_cast<std::uint32_t>(std::stoul(queried(m_file, "PRAGMA page_count")));
    const auto store = SqliteStore::open(options);
    ASSERT_FALSE(store.isOk());
    EXPECT_EQ(store.error().kind, IoError::Kind::DiskFull) << store.error().text;
    EXPECT_EQ(queried(m_file, kVersion), "1");
    EXPECT_EQ(StoreOnDisk{m_file}.recovered.messages.size(), 7u + 30'000u);
    EXPECT_EQ(queried(m_file, kVersion), "3");
}

TEST_F(MigrationTest, ADamagedFileOfVersion1IsRefusedAsItIs)
{
    const auto expectRefused = [this](const char* sql, const char* because) {
        std::filesystem::remove(m_file);
        {
            Version1File file{m_file};
            fill(file);
            file.execute(sql);
        }
        const auto before = filesOf(m_folder.path());
        const auto store = SqliteStore::open(optionsFor(m_file));
        ASSERT_FALSE(store.isOk()) << because;
        EXPECT_EQ(store.error().kind, IoError::Kind::Damaged);
        EXPECT_THAT(store.error().text, HasSubstr(because));
        EXPECT_EQ(filesOf(m_folder.path()), before);
    };
    expectRefused("UPDATE body SET checksum = checksum + 1 WHERE id = 500", "checksum");
    expectRefused("UPDATE segment SET data = substr(data, 1, 32) WHERE id = 500", "wrong size");
    expectRefused("UPDATE definition SET value = x'00' WHERE kind = 1", "definition");
    expectRefused("UPDATE settled SET bitmap = x'2400'", "bitmap");
}

TEST_F(MigrationTest, AnIndexOfVersion1NeverExpires)
{
    std::vector<std::byte> old(2 * version1::kIndexEntryBytes, std::byte{0});
    storeBigEndian(old.data() + 24, std::uint64_t{7});
    storeBigEndian(old.data() + 32, std::uint64_t{8});
    storeBigEndian(old.data() + 40, std::uint32_t{9});
    storeBigEndian(old.data() + 44, std::uint32_t{10});
    const Buffer index = version1::currentIndex(old);
    ASSERT_EQ(slotCount(index.view()), 2u);
    EXPECT_FALSE(loadIndexEntry(index.view(), 0).hasMessage());
    const IndexEntry expected{.queue = {7}, .sequence = 8, .recordOffset = 9, .recordBytes = 10};
    EXPECT_EQ(loadIndexEntry(index.view(), 1), expected);
}

}  // namespace
}  // namespace warren::storage
