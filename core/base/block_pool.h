#pragma once

#include <cstddef>
#include <cstdint>

/// Small blocks of memory that come and go by the million: each thread keeps some of those that it
/// gave up, by size, and takes them again, so that a steady flow of messages allocates nothing.
///
/// A block may be freed by another thread than the one that took it; it is that thread's then.
/// With a sanitizer everything comes from the system and goes back to it, so that use after the end
/// is seen. Thread: any.
namespace warren::block_pool {

/// Larger blocks are the system's.
inline constexpr std::size_t kBlockBytesMax = 2048;
/// What a thread keeps at most.
inline constexpr std::size_t kKeptBytesMax = 4 * 1024 * 1024;

struct Block {
    void* memory = nullptr;
    std::uint8_t sizeClass = 0;  ///< 0: the system's own, may be realloc'ed
};

/// Never fails: without memory the process ends.
Block allocate(std::size_t bytes);
/// @param sizeClass  as allocate said
void free(void* memory, std::uint8_t sizeClass) noexcept;
/// What the calling thread keeps at the moment.
std::size_t keptBytes();

}  // namespace warren::block_pool
