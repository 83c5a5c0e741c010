#include "core/base/block_pool.h"

#include "core/base/check.h"

#include <array>
#include <cstdlib>
#include <new>
#include <utility>

namespace warren::block_pool {

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kIsPooling = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kIsPooling = false;
#else
constexpr bool kIsPooling = true;
#endif
#else
constexpr bool kIsPooling = true;
#endif

constexpr std::size_t kClassStepBytes = 64;
constexpr std::size_t kClassCount = kBlockBytesMax / kClassStepBytes;

/// In the place of what was in the block.
struct FreeBlock {
    FreeBlock* next = nullptr;
};

/// Without a destructor: blocks may be freed while the thread's other objects end.
struct Kept {
    std::array<FreeBlock*, kClassCount + 1> first{};
    std::size_t bytes = 0;
    bool hasEnded = false;
};
constinit thread_local Kept kept{};

/// Gives everything back when the thread ends.
struct Keeper {
    Keeper() = default;
    Keeper(const Keeper&) = delete;
    Keeper& operator=(const Keeper&) = delete;
    ~Keeper()
    {
        kept.hasEnded = true;
        for (FreeBlock*& first : kept.first) {
            while (first != nullptr)
                std::free(std::exchange(first, first->next));
        }
        kept.bytes = 0;
    }
    void wake() {}
};
thread_local Keeper keeper;

void* allocateOfSystem(std::size_t bytes)
{
    void* memory = std::malloc(bytes);
    WARREN_CHECK(memory != nullptr);
    return memory;
}

}  // namespace

Block allocate(std::size_t bytes)
{
    const std::size_t sizeClass = (bytes + kClassStepBytes - 1) / kClassStepBytes;
    if (!kIsPooling || sizeClass == 0 || sizeClass > kClassCount) {
        return {allocateOfSystem(bytes), 0};
    }
    FreeBlock*& first = kept.first[sizeClass];
    const std::size_t classBytes = sizeClass * kClassStepBytes;
    if (first == nullptr) {
        return {allocateOfSystem(classBytes), static_cast<std::uint8_t>(sizeClass)};
    }
    kept.bytes -= classBytes;
    return {std::exchange(first, first->next), static_cast<std::uint8_t>(sizeClass)};
}

void free(void* memory, std::uint8_t sizeClass) noexcept
{
    const std::size_t classBytes = sizeClass * kClassStepBytes;
    if (sizeClass == 0 || kept.hasEnded || kept.bytes + classBytes > kKeptBytesMax) {
        std::free(memory);
        return;
    }
    if (kept.bytes == 0) keeper.wake();  // so that it exists, and ends with the thread
    kept.first[sizeClass] = new (memory) FreeBlock{kept.first[sizeClass]};
    kept.bytes += classBytes;
}

std::size_t keptBytes() { return kept.bytes; }

}  // namespace warren::block_pool
