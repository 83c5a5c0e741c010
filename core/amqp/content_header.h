#pragma once

#include "core/amqp/constants.h"
#include "core/base/bytes.h"
#include "core/base/result.h"

#include <cstddef>
#include <cstdint>

namespace warren::amqp {

/// The payload of a content header frame. Spec: AMQP 0-9-1 §2.3.5.2.
struct ContentHeader {
    std::uint16_t classId = 0;
    std::uint16_t weight = 0;     // must be 0; the session answers anything else with 505
    std::uint64_t bodyBytes = 0;  // as announced: nothing may be reserved for it unseen
    ByteView properties{};        // flags and list, still encoded; borrowed from the frame
};

/// Class, weight and body size in front of the encoded properties.
inline constexpr std::size_t kContentHeaderBytes = 12;

/// @error FrameError  shorter than its fixed part. The properties are not looked at.
Result<ContentHeader, AmqpError> decodeContentHeader(ByteView payload);

}  // namespace warren::amqp
