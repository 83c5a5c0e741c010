#include "core/storage/record_format.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace warren::storage {
namespace {

std::vector<std::byte> recordOf(const broker::Message& message)
{
    std::vector<std::byte> record(recordBytes(message));
    storeRecord(record.data(), message);
    return record;
}

TEST(RecordFormat, GivesEveryPartBackByteForByte)
{
    const std::string longName(255, 'n');
    std::string everyByte;
    for (int value = 0; value < 256; ++value) {
        everyByte.push_back(static_cast<char>(value));
    }
    for (const bool isPersistent : {true, false}) {
        for (const std::string& text : {std::string{}, everyByte, std::string(100'000, 'x')}) {
            const auto message =
                broker::makeMessage(longName, "", bytesOf(text), isPersistent, bytesOf(text));
            const auto loaded = loadRecord(recordOf(*message));
            ASSERT_TRUE(loaded);
            EXPECT_EQ(loaded->exchange(), longName);
            EXPECT_EQ(loaded->routingKey(), "");
            EXPECT_EQ(textOf(loaded->properties()), text);
            EXPECT_EQ(textOf(loaded->body()), text);
            EXPECT_EQ(loaded->isPersistent(), isPersistent);
        }
    }
}

TEST(RecordFormat, ARecordHasAtLeastSevenBytes)
{
    EXPECT_EQ(recordBytes(*broker::makeMessage("", "", {}, false, {})), 7u);
}

TEST(RecordFormat, RefusesARecordCutOffBeforeItsBody)
{
    const auto record = recordOf(*broker::makeMessage("exchange", "key", bytesOf("pp"), true, {}));
    for (std::size_t bytes = 0; bytes < record.size(); ++bytes) {
        EXPECT_FALSE(loadRecord(ByteView{record}.first(bytes))) << bytes;
    }
}

TEST(RecordFormat, RefusesAPersistentFlagThatIsNeitherZeroNorOne)
{
    auto record = recordOf(*broker::makeMessage("", "", {}, true, bytesOf("body")));
    record[2] = std::byte{2};
    EXPECT_FALSE(loadRecord(record));
}

TEST(RecordFormat, GivesIndexEntriesBack)
{
    std::vector<std::byte> index(3 * IndexEntry::kBytes);
    const IndexEntry entry{.queue = {~std::uint64_t{0} - 1},
                           .sequence = 1ull << 63,
                           .recordOffset = 0xFFFF'FFFE,
                           .recordBytes = 7,
                           .expiresAt = {std::chrono::milliseconds{1ll << 60}}};
    storeIndexEntry(index.data() + IndexEntry::kBytes, entry);

    EXPECT_EQ(slotCount(index), 3u);
    EXPECT_EQ(loadIndexEntry(index, 1), entry);
    EXPECT_TRUE(loadIndexEntry(index, 1).hasMessage());
    EXPECT_FALSE(loadIndexEntry(index, 0).hasMessage());
    EXPECT_FALSE(loadIndexEntry(index, 2).hasMessage());
    EXPECT_EQ(loadIndexEntry(index, 2).expiresAt, WallTime{});
}

TEST(RecordFormat, GivesDeliveryCountsBack)
{
    std::vector<std::byte> counts(2 * DeliveryCount::kBytes);
    const DeliveryCount count{.slot = 0xFFFF'FFFE, .count = 0x8000'0001};
    storeDeliveryCount(counts.data() + DeliveryCount::kBytes, count);
    EXPECT_EQ(loadDeliveryCount(counts, 1), count);
    EXPECT_EQ(loadDeliveryCount(counts, 0), DeliveryCount{});
}

}  // namespace
}  // namespace warren::storage
