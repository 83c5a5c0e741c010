#include "core/net/socket_memory.h"

#include <utility>

namespace warren::net {

// Not make_unique: it would write half a megabyte of zeros.
SocketMemory::SocketMemory() : m_memory(new std::byte[kHeadroomBytes + kChunkBytes])
{
    m_spares.reserve(kSpareBuffersMax);
}

std::byte* SocketMemory::encryptedChunk()
{
    if (m_encrypted == nullptr) m_encrypted.reset(new std::byte[kEncryptedChunkBytes]);
    return m_encrypted.get();
}

Buffer SocketMemory::take()
{
    if (m_spares.empty()) return {};
    Buffer spare = std::move(m_spares.back());  // the last one used is the warmest
    m_spares.pop_back();
    return spare;
}

void SocketMemory::giveBack(Buffer& buffer)
{
    const std::size_t capacity = buffer.capacity();
    if (capacity == 0) return;
    if (capacity > kSpareBufferBytesMax || m_spares.size() == kSpareBuffersMax) {
        buffer.release();
        return;
    }
    buffer.clear();
    m_spares.push_back(std::move(buffer));
}

}  // namespace warren::net
