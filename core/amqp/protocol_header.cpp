#include "core/amqp/protocol_header.h"

#include <algorithm>
#include <cstdint>

namespace warren::amqp {
namespace {

constexpr std::size_t kNameBytes = 4;  // "AMQP"

}  // namespace

ProtocolHeader recogniseProtocolHeader(ByteView input)
{
    const std::size_t nameBytes = std::min(input.size(), kNameBytes);
    if (!std::equal(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(nameBytes),
                    kProtocolHeader.begin())) {
        return ProtocolHeader::NotAmqp;
    }
    if (input.size() < kProtocolHeaderBytes) return ProtocolHeader::NeedMore;

    constexpr std::uint32_t kVersion091 = 0x00'00'09'01;
    constexpr std::uint32_t kVersion09 = 0x01'01'00'09;
    constexpr std::uint32_t kVersion10 = 0x00'01'00'00;
    constexpr std::uint32_t kVersion10Tls = 0x02'01'00'00;
    constexpr std::uint32_t kVersion10Sasl = 0x03'01'00'00;
    switch (loadU32(input, kNameBytes)) {
    case kVersion091:
    case kVersion09: return ProtocolHeader::Amqp091;
    case kVersion10: return ProtocolHeader::Amqp10;
    case kVersion10Tls: return ProtocolHeader::Amqp10Tls;
    case kVersion10Sasl: return ProtocolHeader::Amqp10Sasl;
    default: return ProtocolHeader::OtherVersion;
    }
}

}  // namespace warren::amqp
