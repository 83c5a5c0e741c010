#include "core/base/block_pool.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstring>
#include <thread>
#include <vector>

namespace warren {
namespace {

/// Whether blocks are kept at all: with a sanitizer they are not.
bool isPooling()
{
    const auto block = block_pool::allocate(100);
    block_pool::free(block.memory, block.sizeClass);
    return block.sizeClass != 0;
}

TEST(BlockPool, ABlockIsTakenAgain)
{
    if (!isPooling()) GTEST_SKIP() << "a sanitizer wants to see every block";
    const auto first = block_pool::allocate(100);
    std::memset(first.memory, 'x', 100);
    block_pool::free(first.memory, first.sizeClass);
    const auto second = block_pool::allocate(128);
    EXPECT_EQ(second.memory, first.memory);
    const auto other = block_pool::allocate(129);
    EXPECT_NE(other.sizeClass, second.sizeClass);
    block_pool::free(second.memory, second.sizeClass);
    block_pool::free(other.memory, other.sizeClass);
}

TEST(BlockPool, LargeBlocksAreOfTheSystem)
{
    const std::size_t before = block_pool::keptBytes();
    const auto block = block_pool::allocate(block_pool::kBlockBytesMax + 1);
    EXPECT_EQ(block.sizeClass, 0);
    block_pool::free(block.memory, block.sizeClass);
    EXPECT_EQ(block_pool::keptBytes(), before);
}

TEST(BlockPool, NotMoreThanTheLimitIsKept)
{
    std::vector<block_pool::Block> blocks;
    for (std::size_t bytes = 0; bytes < 2 * block_pool::kKeptBytesMax; bytes += 2048) {
        blocks.push_back(block_pool::allocate(2048));
    }
    for (const auto& block : blocks)
        block_pool::free(block.memory, block.sizeClass);
    EXPECT_LE(block_pool::keptBytes(), block_pool::kKeptBytesMax);
    if (isPooling()) {
        EXPECT_EQ(block_pool::keptBytes(), block_pool::kKeptBytesMax);
    }
}

TEST(BlockPool, ABlockMayEndInAnotherThread)
{
    const std::size_t before = block_pool::keptBytes();
    const auto block = block_pool::allocate(64);
    std::thread([&block] {
        const std::size_t own = block_pool::keptBytes();
        block_pool::free(block.memory, block.sizeClass);
        EXPECT_EQ(block_pool::keptBytes(), block.sizeClass != 0 ? own + 64 : own);
    }).join();
    EXPECT_LE(block_pool::keptBytes(), before);
}

}  // namespace
}  // namespace warren
