#include "core/base/bytes.h"

#include "core/base/check.h"

#include <algorithm>

namespace warren {

namespace {
constexpr std::size_t kCapacityBytesMin = 512;
}

void Buffer::makeRoom(std::size_t count)
{
    const std::size_t used = size();
    // Moving to the front is cheaper than growing while at least half of the memory is free.
    if (used + count <= m_capacity / 2) {
        std::memmove(m_data, m_data + m_begin, used);
    } else {
        const std::size_t capacity = std::max({kCapacityBytesMin, m_capacity * 2, used + count});
        auto* grown = static_cast<std::byte*>(std::malloc(capacity));
        WARREN_CHECK(grown != nullptr);
        if (used > 0) std::memcpy(grown, m_data + m_begin, used);
        std::free(m_data);
        m_data = grown;
        m_capacity = capacity;
    }
    m_begin = 0;
    m_end = used;
}

}  // namespace warren
