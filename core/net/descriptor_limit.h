#pragma once

#include <cstdint>

namespace warren::net {

/// Raises this process' limit of open descriptors as far as the system lets it (soft to hard):
/// Debian starts programs with 1,024, which is 1,024 connections. Call it once, at start.
/// @returns the limit that now holds
std::uint64_t raiseDescriptorLimit();

}  // namespace warren::net
