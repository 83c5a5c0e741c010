#include "core/storage/sqlite_schema.h"
#include "core/storage/sqlite_store.h"
#include "tests/unit/storage/store_files.h"
#include "tests/unit/storage/temporary_folder.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <string>

namespace warren::storage {
namespace {

using namespace warren::test;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

/// A store with two queues and messages, that was closed cleanly; then something happens to it.
class DamagedStoreTest : public ::testing::Test {
protected:
    DamagedStoreTest()
    {
        StoreOnDisk disk{m_file};
        EXPECT_TRUE(disk.write(putQueue(1, 1, "a"), putQueue(2, 2, "b"),
                               enqueue(1, 1, 3, std::string(200'000, 'x')), enqueue(2, 1, 4, "y"),
                               enqueue(1, 2, 5, "z"), mark(1, 1, 6)));
        EXPECT_TRUE(disk.write(enqueue(1, 3, 7, "later"), removal(2, 4)));
        EXPECT_TRUE(disk.store->closeCleanly());
    }

    /// Opening is refused in one sentence that names the file, and changes nothing.
    void expectRefused(IoError::Kind kind, const std::string& because)
    {
        const auto before = filesOf(m_folder.path());
        const auto store = SqliteStore::open(optionsFor(m_file));
        ASSERT_FALSE(store.isOk());
        EXPECT_EQ(store.error().kind, kind) << store.error().text;
        EXPECT_THAT(store.error().text, HasSubstr(m_file.string()));
        EXPECT_THAT(store.error().text, HasSubstr(because));
        EXPECT_THAT(store.error().text, MatchesRegex("[^\n]*[.]"));
        EXPECT_EQ(filesOf(m_folder.path()), before) << "something was changed";
    }

    void execute(const char* sql) { (void)queried(m_file, sql); }
    void overwrite(std::size_t at, const std::string& bytes)
    {
        std::fstream stream(m_file, std::ios::in | std::ios::out | std::ios::binary);
        stream.seekp(static_cast<std::streamoff>(at));
        stream << bytes;
    }

    const TemporaryFolder m_folder;
    const std::filesystem::path m_file = m_folder / "warren.db";
};

const std::string kNewerVersion = "PRAGMA user_version=" + std::to_string(kSchemaVersion + 1);

TEST_F(DamagedStoreTest, AnUndamagedOneOpens)
{
    EXPECT_EQ(StoreOnDisk{m_file}.recovered.messages.size(), 3u);
}

TEST_F(DamagedStoreTest, RefusesAFileThatIsNotADatabase)
{
    std::ofstream(m_file, std::ios::trunc) << std::string(70'000, 'x');
    expectRefused(IoError::Kind::Damaged, "not a database");
}

TEST_F(DamagedStoreTest, RefusesAnEmptyFile)
{
    std::filesystem::resize_file(m_file, 0);
    expectRefused(IoError::Kind::Damaged, "too short");
}

TEST_F(DamagedStoreTest, RefusesADatabaseOfAnotherProgram)
{
    execute("PRAGMA application_id=1");
    expectRefused(IoError::Kind::Damaged, "another program");
}

TEST_F(DamagedStoreTest, RefusesANewerVersion)
{
    execute(kNewerVersion.c_str());
    expectRefused(IoError::Kind::NewerVersion, "newer version of Warren");
}

TEST_F(DamagedStoreTest, RefusesANewerVersionThatIsStillInTheWriteAheadLog)
{
    // As a newer version would leave it that crashed after migrating the file.
    const TemporaryFolder other;
    {
        StoreOnDisk disk{m_file};
        execute(kNewerVersion.c_str());
        std::filesystem::copy(m_folder.path(), other.path());
    }
    std::filesystem::remove(other / "warren.db-shm");
    const auto before = filesOf(other.path());
    ASSERT_EQ(before.count("warren.db-wal"), 1u);
    const auto store = SqliteStore::open(optionsFor(other / "warren.db"));
    ASSERT_FALSE(store.isOk());
    EXPECT_EQ(store.error().kind, IoError::Kind::NewerVersion) << store.error().text;
    EXPECT_EQ(filesOf(other.path()), before);
}

TEST_F(DamagedStoreTest, RefusesATruncatedFile)
{
    const auto bytes = std::filesystem::file_size(m_file);
    for (const std::uint64_t rest :
         {std::uint64_t{50}, std::uint64_t{100}, std::uint64_t{65'536}, bytes / 2, bytes - 1}) {
        std::filesystem::resize_file(m_file, rest);
        expectRefused(IoError::Kind::Damaged, "damaged");
    }
}

TEST_F(DamagedStoreTest, RefusesAFileWithAFlippedBitInAMessage)
{
    const std::size_t at = contentsOf(m_file).find(std::string(1000, 'x'));
    ASSERT_NE(at, std::string::npos);
    overwrite(at + 500, "X");
    expectRefused(IoError::Kind::Damaged, "checksum");
}

TEST_F(DamagedStoreTest, RefusesPagesOfNonsense)
{
    const auto bytes = std::filesystem::file_size(m_file);
    const std::string original = contentsOf(m_file);
    std::size_t refused = 0;
    for (std::size_t page = 1; page < bytes / kPageBytes; ++page) {
        std::ofstream(m_file, std::ios::binary | std::ios::trunc) << original;
        overwrite(page * kPageBytes, std::string(kPageBytes, '\xA5'));
        const auto before = filesOf(m_folder.path());
        const auto store = SqliteStore::open(optionsFor(m_file));
        if (store.isOk()) continue;  // a page that is free, or an index that is not read
        refused += 1;
        EXPECT_EQ(store.error().kind, IoError::Kind::Damaged) << store.error().text;
        EXPECT_EQ(filesOf(m_folder.path()), before);
    }
    EXPECT_GE(refused, 5u);
}

TEST_F(DamagedStoreTest, RefusesAMissingBody)
{
    execute("DELETE FROM body WHERE id = 3");
    expectRefused(IoError::Kind::Damaged, "checksum");
}

TEST_F(DamagedStoreTest, RefusesABodyWithoutAnIndex)
{
    execute("DELETE FROM segment WHERE id = 7");
    expectRefused(IoError::Kind::Damaged, "without an index");
}

TEST_F(DamagedStoreTest, RefusesPartsWithoutTheRest)
{
    execute("INSERT INTO body_part VALUES(999, 1, x'00')");
    expectRefused(IoError::Kind::Damaged, "parts of messages without the rest");
}

TEST_F(DamagedStoreTest, RefusesAMissingPart)
{
    {
        StoreOnDisk disk{m_file};
        ASSERT_TRUE(
            disk.write(enqueue(1, 9, disk.nextPosition(), std::string(3 * 1024 * 1024, 'x'))));
        ASSERT_TRUE(disk.store->closeCleanly());
    }
    execute("DELETE FROM body_part WHERE part = 2");
    expectRefused(IoError::Kind::Damaged, "does not match its checksum");
}

TEST_F(DamagedStoreTest, RefusesAnIndexOfAWrongSize)
{
    execute("UPDATE segment SET data = substr(data, 1, 25) WHERE id = 3");
    expectRefused(IoError::Kind::Damaged, "index of a wrong size");
}

TEST_F(DamagedStoreTest, RefusesSegmentsThatOverlap)
{
    execute("UPDATE segment SET id = 4 WHERE id = 7");
    execute("UPDATE body SET id = 4 WHERE id = 7");
    expectRefused(IoError::Kind::Damaged, "overlaps");
}

TEST_F(DamagedStoreTest, RefusesABitmapThatDoesNotFit)
{
    execute("UPDATE settled SET bitmap = x'0000'");
    expectRefused(IoError::Kind::Damaged, "bitmap of a wrong size");
}

TEST_F(DamagedStoreTest, RefusesABitmapOfNothing)
{
    execute("INSERT INTO settled VALUES(100, x'00')");
    expectRefused(IoError::Kind::Damaged, "nothing but a bitmap");
}

TEST_F(DamagedStoreTest, RefusesADefinitionThatCannotBeRead)
{
    execute("UPDATE definition SET value = x'00' WHERE kind = 3");
    expectRefused(IoError::Kind::Damaged, "definition");
}

TEST_F(DamagedStoreTest, RefusesDefinitionsInAVhostThatIsNotThere)
{
    execute("DELETE FROM definition WHERE kind = 1");
    expectRefused(IoError::Kind::Damaged, "the queue 'a' is in the vhost '/', which is not there");
}

TEST_F(DamagedStoreTest, RefusesDeliveryCountsThatDoNotFit)
{
    execute("INSERT INTO delivery_count VALUES(3, x'00000000000000')");
    expectRefused(IoError::Kind::Damaged, "delivery counts of a wrong size");
    execute("UPDATE delivery_count SET counts = x'0000000300000001'");
    expectRefused(IoError::Kind::Damaged, "message beyond its end");
    execute("UPDATE delivery_count SET id = 100");
    expectRefused(IoError::Kind::Damaged, "nothing but delivery counts");
    execute("UPDATE delivery_count SET id = 3, counts = x'0000000200000001'");
    EXPECT_EQ(StoreOnDisk{m_file}.recovered.messages[1].deliveryCount, 1u);
}

TEST_F(DamagedStoreTest, RefusesAMarkForAnImpossiblePriority)
{
    execute("UPDATE mark SET priority = 256");
    expectRefused(IoError::Kind::Damaged, "priority");
    execute("UPDATE mark SET priority = -1");
    expectRefused(IoError::Kind::Damaged, "priority");
}

TEST_F(DamagedStoreTest, RefusesRowsOfEachKindThatCannotBeRead)
{
    for (int kind = 1; kind <= 9; ++kind) {
        const std::string sql =
            "INSERT INTO definition VALUES(" + std::to_string(kind) + ", x'00000001', x'', NULL)";
        execute(sql.c_str());
        expectRefused(IoError::Kind::Damaged, "definition");
        execute("DELETE FROM definition WHERE key = x'00000001'");
    }
    EXPECT_EQ(StoreOnDisk{m_file}.recovered.definitions.size(), 2u);
}

TEST_F(DamagedStoreTest, RefusesPositionsBeyondTheirLimit)
{
    execute("UPDATE meta SET value = 1 WHERE key = 'position_limit'");
    expectRefused(IoError::Kind::Damaged, "positions");
}

TEST_F(DamagedStoreTest, RefusesAMissingTable)
{
    execute("DROP TABLE mark");
    expectRefused(IoError::Kind::Damaged, "mark");
}

TEST_F(DamagedStoreTest, RefusesAWriteAheadLogWithoutItsDatabase)
{
    std::filesystem::rename(m_file, m_folder / "warren.db-wal");
    expectRefused(IoError::Kind::Damaged, "write-ahead log");
}

TEST_F(DamagedStoreTest, RefusesARollbackJournalWithoutItsDatabase)
{
    std::filesystem::rename(m_file, m_folder / "warren.db-journal");
    expectRefused(IoError::Kind::Damaged, "rollback journal");
}

TEST_F(DamagedStoreTest, RefusesAFolderInPlaceOfTheFile)
{
    std::filesystem::remove(m_file);
    std::filesystem::create_directory(m_file);
    const auto store = SqliteStore::open(optionsFor(m_file));
    ASSERT_FALSE(store.isOk());
    EXPECT_THAT(store.error().text, HasSubstr(m_file.string()));
}

TEST_F(DamagedStoreTest, RefusesAFolderThatIsNotThere)
{
    const auto store = SqliteStore::open(optionsFor(m_folder / "nowhere/warren.db"));
    ASSERT_FALSE(store.isOk());
    EXPECT_EQ(store.error().kind, IoError::Kind::NotWritable);
}

}  // namespace
}  // namespace warren::storage
