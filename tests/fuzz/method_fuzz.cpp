#include "core/amqp/method_codec.h"
#include "core/base/check.h"
#include "tests/fuzz/fuzz_input.h"

#include <variant>

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace warren;
    const ByteView payload = fuzz::inputOf(data, size);
    const auto method = amqp::decodeMethod(payload);
    if (!method) {
        WARREN_CHECK(amqp::isConnectionError(method.error().code));
        WARREN_CHECK(amqp::replyText(method.error()).size() <= amqp::kShortStringBytesMax);
        return 0;
    }

    // Bits without a meaning are dropped and 'L' becomes 'l', so the bytes may differ; the values
    // may not.
    Buffer written;
    written.append(payload.first(amqp::kMethodIdBytes));
    std::visit([&](const auto& m) { amqp::appendArguments(written, m); }, *method);
    WARREN_CHECK(written.size() == size);
    const auto again = amqp::decodeMethod(written.view());
    WARREN_CHECK(again.isOk() && *again == *method);
    return 0;
}
