#include "core/raft/members_codec.h"

#include "core/base/check.h"

#include <algorithm>
#include <cstring>
#include <set>
#include <string_view>

namespace warren::raft {
namespace {

constexpr char kVersion = 1;
constexpr std::size_t kAlignment = 8;
constexpr std::size_t kHeaderBytes = 1 + 8;
constexpr std::size_t kMemberBytesMin = 8 + 2 + 1;  // id, one digit and its end, role

void appendLittleEndian(std::string& to, std::uint64_t value)
{
    to.append(reinterpret_cast<const char*>(&value), sizeof value);
}

std::uint64_t loadLittleEndian(ByteView from, std::size_t at)
{
    std::uint64_t value;
    std::memcpy(&value, from.data() + at, sizeof value);
    return value;
}

}  // namespace

bool isValid(const Members& members)
{
    if (members.size() > kMembersMax) return false;
    std::set<MemberId> ids;
    for (const Member& member : members) {
        if (!member.id || !ids.insert(member.id).second) return false;
    }
    return std::any_of(members.begin(), members.end(),
                       [](const Member& member) { return member.role == MemberRole::Voter; });
}

std::string encodeMembers(const Members& members)
{
    WARREN_CHECK(isValid(members));
    std::string bytes(1, kVersion);
    appendLittleEndian(bytes, members.size());
    for (const Member& member : members) {
        appendLittleEndian(bytes, member.id.value);
        bytes.append(std::to_string(member.id.value));
        bytes.push_back('\0');
        bytes.push_back(static_cast<char>(member.role));
    }
    while (bytes.size() % kAlignment != 0) {
        bytes.push_back('\0');
    }
    return bytes;
}

std::optional<Members> decodeMembers(ByteView bytes)
{
    if (bytes.size() < kHeaderBytes) return std::nullopt;
    const std::uint64_t count = loadLittleEndian(bytes, 1);
    if (count > kMembersMax) return std::nullopt;

    Members members;
    std::size_t at = kHeaderBytes;
    for (std::uint64_t i = 0; i < count; ++i) {
        if (bytes.size() - at < kMemberBytesMin) return std::nullopt;
        const MemberId id{loadLittleEndian(bytes, at)};
        at += sizeof id.value;
        at += std::to_string(id.value).size() + 1;
        if (at >= bytes.size()) return std::nullopt;
        const auto role = std::to_integer<std::uint8_t>(bytes[at]);
        if (role > static_cast<std::uint8_t>(MemberRole::Spare)) return std::nullopt;
        members.push_back({id, static_cast<MemberRole>(role)});
        at += 1;
    }
    // What remains to be judged (version, addresses, padding) is right if it comes out again.
    if (!isValid(members) || encodeMembers(members) != textOf(bytes)) return std::nullopt;
    return members;
}

}  // namespace warren::raft
