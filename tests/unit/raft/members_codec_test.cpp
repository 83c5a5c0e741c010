#include "core/raft/members_codec.h"

#include "core/base/prng.h"

#include <gtest/gtest.h>

#include <cstddef>

namespace warren::raft {
namespace {

const Members kMembers{{MemberId{1}, MemberRole::Voter},
                       {MemberId{0x1234}, MemberRole::Standby},
                       {MemberId{~0ull}, MemberRole::Spare}};

// As the library writes it, which reads it back itself.
TEST(MembersCodec, IsTheLibrarysFormat)
{
    const std::string expected(
        "\x01\x02\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0"
        "1\0\x01\x34\x12\0\0\0\0\0\0"
        "4660\0\0\0\0\0\0\0\0",
        40);
    EXPECT_EQ(
        encodeMembers({{MemberId{1}, MemberRole::Voter}, {MemberId{0x1234}, MemberRole::Standby}}),
        expected);
}

TEST(MembersCodec, ReadsWhatItWrites)
{
    EXPECT_EQ(decodeMembers(bytesOf(encodeMembers(kMembers))), kMembers);
}

TEST(MembersCodec, RefusesWhatIsCutOff)
{
    const std::string bytes = encodeMembers(kMembers);
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        EXPECT_EQ(decodeMembers(bytesOf(std::string_view(bytes).substr(0, length))), std::nullopt)
            << length;
    }
}

TEST(MembersCodec, RefusesWhatIsChangedAnywhere)
{
    const std::string bytes = encodeMembers(kMembers);
    Prng prng(1);
    for (int i = 0; i < 20'000; ++i) {
        std::string changed = bytes;
        for (std::uint64_t n = prng.below(4) + 1; n > 0; --n) {
            changed[prng.below(changed.size())] = static_cast<char>(prng.next());
        }
        const auto members = decodeMembers(bytesOf(changed));
        if (members) {
            EXPECT_EQ(encodeMembers(*members), changed);
        }
    }
}

TEST(MembersCodec, RefusesMembersThatMakeNoSense)
{
    EXPECT_FALSE(isValid({}));
    EXPECT_FALSE(isValid({{MemberId{1}, MemberRole::Standby}}));
    EXPECT_FALSE(isValid({{MemberId{0}, MemberRole::Voter}}));
    EXPECT_FALSE(isValid({{MemberId{1}, MemberRole::Voter}, {MemberId{1}, MemberRole::Spare}}));
    Members many;
    for (std::uint64_t id = 1; id <= kMembersMax + 1; ++id) {
        many.push_back({MemberId{id}, MemberRole::Voter});
    }
    EXPECT_FALSE(isValid(many));
    many.pop_back();
    EXPECT_TRUE(isValid(many));
}

}  // namespace
}  // namespace warren::raft
