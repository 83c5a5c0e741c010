#pragma once

#include "core/raft/raft_types.h"

#include <optional>
#include <string>

/// Whether what comes from a disk or a peer can be handed to the library, which checks little of
/// it. Each gives the reason if it can't, as one sentence.
namespace warren::raft {

/// Indices and terms stay below this, so that no sum of two overflows.
inline constexpr std::uint64_t kIndexLimit = std::uint64_t{1} << 62;

std::optional<std::string> whyInvalid(const Message& message);
std::optional<std::string> whyInvalid(const PersistentState& state);

}  // namespace warren::raft
