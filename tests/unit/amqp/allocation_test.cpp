#include "core/amqp/content_header.h"
#include "core/amqp/frame_parser.h"
#include "core/amqp/frame_writer.h"
#include "core/amqp/method_codec.h"
#include "core/amqp/properties.h"
#include "tests/support/wire.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <new>
#include <string>

namespace {

std::size_t allocationCount = 0;

}  // namespace

// Not inlined, or GCC takes the pairing of malloc and free inside for a mistake of the caller.
[[gnu::noinline]] void* operator new(std::size_t bytes)
{
    allocationCount += 1;
    void* memory = std::malloc(bytes > 0 ? bytes : 1);
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace warren::amqp {
namespace {

/// What a broker does with every published message: read it frame by frame, look at its properties,
/// pass it on with its properties as they are. @returns whether all of it was understood
bool passOn(ByteView input, Buffer& out)
{
    const FrameParser parser;
    const auto method = parser.next(input);
    if (!method || !*method) return false;
    const auto publish = decodeArguments<BasicPublish>(argumentsOf((*method)->payload));
    input = input.subspan(FrameParser::consumedBytes(**method));

    const auto header = parser.next(input);
    if (!publish || !header || !*header) return false;
    const auto content = decodeContentHeader((*header)->payload);
    if (!content) return false;
    const auto properties = PropertiesView::parse(content->properties);
    input = input.subspan(FrameParser::consumedBytes(**header));

    const auto body = parser.next(input);
    if (!properties || !properties->isPersistent() || !body || !*body) return false;
    if (!validateProperties(properties->encoded())) return false;

    appendDeliver(out, 1,
                  {.consumerTag = "ctag",
                   .deliveryTag = 1,
                   .exchange = publish->exchange,
                   .routingKey = publish->routingKey},
                  {.properties = properties->encoded(), .body = (*body)->payload}, kFrameBytesMin);
    appendAck(out, 1, 1, false);
    return true;
}

TEST(HotPath, AllocatesNothingPerMessage)
{
    const std::string input = test::contentFrames(
        1, BasicPublish{.exchange = "an exchange with a long name", .routingKey = "k"},
        std::string(1000, 'b'),
        {.headers = FieldTable{{"nested", FieldTable{{"k", "a text that is long enough"}}}},
         .deliveryMode = kDeliveryModePersistent,
         .correlationId = "0123456789abcdef0123456789abcdef"});
    Buffer out;
    ASSERT_TRUE(passOn(bytesOf(input), out));  // the first one makes room in the buffer
    const std::size_t capacity = out.capacity();

    out.clear();
    const std::size_t before = allocationCount;
    const bool isPassedOn = passOn(bytesOf(input), out);
    const std::size_t after = allocationCount;
    EXPECT_TRUE(isPassedOn);
    EXPECT_EQ(after, before);
    EXPECT_EQ(out.capacity(), capacity);
}

}  // namespace
}  // namespace warren::amqp
