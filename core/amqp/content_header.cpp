#include "core/amqp/content_header.h"

#include "core/amqp/frame_parser.h"

namespace warren::amqp {

Result<ContentHeader, AmqpError> decodeContentHeader(ByteView payload)
{
    if (payload.size() < kContentHeaderBytes) {
        return unknownFrame(static_cast<std::uint8_t>(FrameType::Header), payload);
    }
    return ContentHeader{.classId = loadU16(payload, 0),
                         .weight = loadU16(payload, 2),
                         .bodyBytes = loadU64(payload, 4),
                         .properties = payload.subspan(kContentHeaderBytes)};
}

}  // namespace warren::amqp
