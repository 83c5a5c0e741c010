#pragma once

#include "core/base/bytes.h"
#include "core/raft/raft_types.h"

#include <cstddef>
#include <optional>
#include <string>

/// The contents of a Change: the members, in the library's own format, which it decodes itself and
/// without looking where the bytes end. Integers are little-endian.
///
///   change  = version:u8 (1) count:u64 member* zeros to a multiple of 8 bytes
///   member  = id:u64 address role:u8
///   address = the id in decimal digits, ended by a zero byte (the library wants one; where a
///             member can be reached is part of the replicated state)
///   role    = 0 standby, 1 voter, 2 spare
namespace warren::raft {

inline constexpr std::size_t kMembersMax = 64;

/// @pre isValid(members)
std::string encodeMembers(const Members& members);

/// @returns nothing unless it is what encodeMembers gives, byte by byte, for valid members
std::optional<Members> decodeMembers(ByteView bytes);

/// At least one voter, at most kMembersMax, no id twice, none 0.
bool isValid(const Members& members);

}  // namespace warren::raft
