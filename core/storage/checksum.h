#pragma once

#include "core/base/bytes.h"

#include <cstdint>

namespace warren::storage {

/// XXH3 (64 bits) over the records and the index of a segment: finds damage, not malice.
std::uint64_t segmentChecksum(ByteView index, ByteView records);

}  // namespace warren::storage
