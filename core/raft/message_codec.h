#pragma once

#include "core/base/bytes.h"
#include "core/raft/raft_types.h"

#include <cstddef>
#include <optional>
#include <string>

/// How messages travel and snapshots are kept. Integers are big-endian.
///
///   message  = format:u8 (1) type:u8 version:u8 flags:u8 features:u16 capacity:u16
///              from:u64 to:u64 term:u64 last-index:u64 last-term:u64 commit:u64 rejected:u64
///              count:u32 entry*
///              snapshot, if flagged
///   flags    = bit 0 granted, bit 1 pre-vote, bit 2 disrupts the leader, bit 3 has a snapshot
///   entry    = term:u64 type:u8 data
///   snapshot = index:u64 term:u64 members-index:u64 members:data state:data
///   data     = length:u32, that many bytes
///
/// `members` is as members_codec.h has it. Nothing follows.
namespace warren::raft {

/// Entries under way to a follower, each of the largest size, and a snapshot of as much.
inline constexpr std::size_t kMessageBytesMax = std::size_t{160} * 1024 * 1024;

void appendMessage(const Message& message, Buffer& out);
/// @returns nothing if it doesn't follow the grammar or can't be right (validity.h)
std::optional<Message> decodeMessage(ByteView bytes);

std::string encodeSnapshot(const Snapshot& snapshot);
std::optional<Snapshot> decodeSnapshot(ByteView bytes);

}  // namespace warren::raft
