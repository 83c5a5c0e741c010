#include "core/amqp/field_table.h"
#include "core/base/check.h"
#include "tests/fuzz/fuzz_input.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace warren;
    const ByteView content = fuzz::inputOf(data, size);
    const auto table = amqp::decodeFieldTable(content);
    WARREN_CHECK(amqp::validateFieldTable(content).isOk() == table.isOk());
    if (!table) {
        WARREN_CHECK(table.error().code == amqp::ReplyCode::SyntaxError);
        return 0;
    }

    Buffer written;
    amqp::appendFieldTable(written, *table);
    constexpr std::size_t kLengthBytes = 4;
    WARREN_CHECK(written.size() == kLengthBytes + size);
    WARREN_CHECK(loadU32(written.view(), 0) == size);
    const auto again = amqp::decodeFieldTable(written.view().subspan(kLengthBytes));
    WARREN_CHECK(again.isOk() && *again == *table);

    for (const amqp::FieldTableEntry& entry : *table) {
        WARREN_CHECK(table->find(entry.key) != nullptr);
        WARREN_CHECK(amqp::isEquivalent(entry.value, entry.value));
        WARREN_CHECK(!amqp::describeArgument(&entry.value).empty());
    }
    return 0;
}
