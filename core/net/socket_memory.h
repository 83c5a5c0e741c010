#pragma once

#include "core/base/bytes.h"

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace warren::net {

/// The memory that all sockets of one thread share, so that an idle socket holds none.
///
/// Thread: the one of its Poller.
class SocketMemory {
public:
    /// One recv takes at most this many bytes. Larger gains nothing; smaller costs system calls.
    static constexpr std::size_t kChunkBytes = 256 * 1024;
    /// Room in front of the chunk, where the unconsumed end of the last read is put.
    static constexpr std::size_t kHeadroomBytes = kChunkBytes;
    /// Drained buffers that are kept for the next socket with something to say.
    static constexpr std::size_t kSpareBuffersMax = 64;
    /// Larger ones go back to the system, after a burst or a huge message.
    static constexpr std::size_t kSpareBufferBytesMax = 1024 * 1024;

    /// One recv of a TLS connection takes at most this many: so its plain bytes, with those of a
    /// record that was begun before, fit in the chunk.
    static constexpr std::size_t kEncryptedChunkBytes = kChunkBytes - 32 * 1024;

    SocketMemory();

    /// Where recv writes: kChunkBytes of scratch memory, contents lost at the next read.
    std::byte* chunk() { return m_memory.get() + kHeadroomBytes; }

    /// Where recv writes what is to be decrypted into the chunk; made when it is first needed.
    std::byte* encryptedChunk();

    /// An empty buffer, one with memory if there is a spare one.
    Buffer take();
    /// Empties `buffer` and takes its memory back.
    void giveBack(Buffer& buffer);

    std::size_t spareBufferCount() const { return m_spares.size(); }

private:
    std::unique_ptr<std::byte[]> m_memory;  // headroom, then chunk
    std::unique_ptr<std::byte[]> m_encrypted;
    std::vector<Buffer> m_spares;
};

}  // namespace warren::net
