#include "core/storage/checksum.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace warren::storage {

std::uint64_t segmentChecksum(ByteView index, ByteView records)
{
    const std::uint64_t ofRecords = XXH3_64bits(records.data(), records.size());
    return XXH3_64bits_withSeed(index.data(), index.size(), ofRecords);
}

}  // namespace warren::storage
