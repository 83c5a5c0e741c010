#pragma once

#include "tests/sim/random_run.h"

#include <cstdint>
#include <optional>
#include <string>

/// Runs with a script, for what random ones meet too seldom. Each returns what was violated.
namespace warren::sim {

/// An old leader with entries that nobody else has rejoins and answers the new leader's empty
/// heartbeat, while the new leader's entries reach nobody else. Where that counts as having them,
/// acknowledged commands are lost (libraft 0.15).
std::optional<std::string> rejoinOfAnOldLeader(std::uint64_t seed, const RunOptions& options);

/// A change of the members that reaches a follower behind a command in the same message. Without
/// guard G1 the follower restarts with the members of before.
std::optional<std::string> batchedChange(std::uint64_t seed, const RunOptions& options);

/// A sole voter crashes again and again, with entries that a standby has and its own disk has not.
/// Without guard G8 the two have different entries of the same index and term.
std::optional<std::string> loneVoterRestarts(std::uint64_t seed, const RunOptions& options);

/// A member without a disk crashes and comes back, under a new id or its old one.
/// @returns a violation also if it has not caught up within 30 s
std::optional<std::string> volatileMemberReturns(std::uint64_t seed, bool underNewId);

/// The leader crashes, and the others are told, at different moments.
/// @returns a violation also if nobody leads within a sixth of the election time
std::optional<std::string> leaderIsKnownToBeGone(std::uint64_t seed);

}  // namespace warren::sim
