#include "core/raft/message_codec.h"

#include "core/base/prng.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace warren::raft {
namespace {

const Snapshot kSnapshot{
    9, 3, {{MemberId{1}, MemberRole::Voter}, {MemberId{2}, MemberRole::Spare}}, 4, "state"};

Message someMessage(Message::Type type)
{
    Message message;
    message.type = type;
    message.from = MemberId{2};
    message.to = MemberId{1};
    message.term = 7;
    message.version = 2;
    message.lastIndex = 11;
    message.lastTerm = 3;
    message.commit = 10;
    message.rejected = 5;
    message.isGranted = true;
    message.isPreVote = true;
    message.disruptsLeader = true;
    message.features = 0x0102;
    message.capacity = 0xFFFF;
    if (type == Message::Type::AppendEntries) {
        message.entries = {{3, EntryType::Command, "one"},
                           {7, EntryType::Barrier, std::string(8, '\0')}};
    }
    if (type == Message::Type::InstallSnapshot) {
        message.snapshot = std::make_shared<Snapshot>(kSnapshot);
    }
    return message;
}

std::string encoded(const Message& message)
{
    Buffer buffer;
    appendMessage(message, buffer);
    return std::string(textOf(buffer.view()));
}

constexpr Message::Type kAllTypes[] = {
    Message::Type::AppendEntries,   Message::Type::AppendEntriesResult,
    Message::Type::RequestVote,     Message::Type::RequestVoteResult,
    Message::Type::InstallSnapshot, Message::Type::TimeoutNow};

TEST(MessageCodec, ReadsWhatItWrites)
{
    for (const Message::Type type : kAllTypes) {
        const Message message = someMessage(type);
        const auto read = decodeMessage(bytesOf(encoded(message)));
        ASSERT_TRUE(read.has_value());
        EXPECT_EQ(read->type, message.type);
        EXPECT_EQ(read->from, message.from);
        EXPECT_EQ(read->to, message.to);
        EXPECT_EQ(read->term, message.term);
        EXPECT_EQ(read->version, message.version);
        EXPECT_EQ(read->lastIndex, message.lastIndex);
        EXPECT_EQ(read->lastTerm, message.lastTerm);
        EXPECT_EQ(read->commit, message.commit);
        EXPECT_EQ(read->rejected, message.rejected);
        EXPECT_TRUE(read->isGranted && read->isPreVote && read->disruptsLeader);
        EXPECT_EQ(read->features, message.features);
        EXPECT_EQ(read->capacity, message.capacity);
        EXPECT_EQ(read->entries, message.entries);
        ASSERT_EQ(read->snapshot != nullptr, message.snapshot != nullptr);
        if (message.snapshot != nullptr) {
            EXPECT_EQ(*read->snapshot, *message.snapshot);
        }
    }
}

TEST(MessageCodec, RefusesWhatIsCutOffOrGoesOn)
{
    for (const Message::Type type : kAllTypes) {
        const std::string bytes = encoded(someMessage(type));
        for (std::size_t length = 0; length < bytes.size(); ++length) {
            EXPECT_FALSE(decodeMessage(bytesOf(std::string_view(bytes).substr(0, length))));
        }
        EXPECT_FALSE(decodeMessage(bytesOf(bytes + "x")));
    }
}

TEST(MessageCodec, SurvivesAnything)
{
    Prng prng(2);
    for (int i = 0; i < 50'000; ++i) {
        std::string bytes = encoded(someMessage(kAllTypes[prng.below(std::size(kAllTypes))]));
        for (std::uint64_t n = prng.below(6) + 1; n > 0; --n) {
            bytes[prng.below(bytes.size())] = static_cast<char>(prng.next());
        }
        if (const auto message = decodeMessage(bytesOf(bytes))) {
            EXPECT_EQ(encoded(*message), bytes);
        }
    }
}

TEST(MessageCodec, MakesNoRoomForEntriesThatAreNotThere)
{
    std::string bytes = encoded(someMessage(Message::Type::TimeoutNow));
    std::fill(bytes.end() - 4, bytes.end(), '\xFF');  // the count
    EXPECT_FALSE(decodeMessage(bytesOf(bytes)));
}

TEST(MessageCodec, RefusesEntriesAndSnapshotsWhereNoneBelong)
{
    Message message = someMessage(Message::Type::RequestVote);
    message.entries = {{3, EntryType::Command, "one"}};
    EXPECT_FALSE(decodeMessage(bytesOf(encoded(message))));
    message = someMessage(Message::Type::AppendEntries);
    message.snapshot = std::make_shared<Snapshot>(kSnapshot);
    EXPECT_FALSE(decodeMessage(bytesOf(encoded(message))));
    message = someMessage(Message::Type::InstallSnapshot);
    message.snapshot = nullptr;
    EXPECT_FALSE(decodeMessage(bytesOf(encoded(message))));
}

TEST(MessageCodec, KeepsSnapshots)
{
    const std::string bytes = encodeSnapshot(kSnapshot);
    EXPECT_EQ(decodeSnapshot(bytesOf(bytes)), kSnapshot);
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        EXPECT_FALSE(decodeSnapshot(bytesOf(std::string_view(bytes).substr(0, length))));
    }
    EXPECT_FALSE(decodeSnapshot(bytesOf(bytes + "x")));
}

}  // namespace
}  // namespace warren::raft
