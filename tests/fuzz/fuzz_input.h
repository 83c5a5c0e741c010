#pragma once

#include "core/base/bytes.h"

#include <cstddef>
#include <cstdint>

/// What libFuzzer calls for every input. Aborts when a promise is broken.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace warren::fuzz {

inline ByteView inputOf(const std::uint8_t* data, std::size_t size)
{
    return std::as_bytes(std::span{data, size});
}

}  // namespace warren::fuzz
