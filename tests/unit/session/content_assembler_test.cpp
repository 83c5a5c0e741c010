#include "core/session/content_assembler.h"

#include "core/amqp/properties.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace warren::session {
namespace {

using Progress = ContentAssembler::Progress;
using amqp::ReplyCode;

constexpr std::uint64_t kMessageBytesMax = 1000;

class ContentAssemblerTest : public ::testing::Test {
protected:
    void begin()
    {
        assembler.begin(
            {.exchange = "x", .routingKey = "k", .mandatory = true, .immediate = false});
    }
    Result<Progress, amqp::AmqpError> addHeader(std::uint64_t bodyBytes,
                                                const amqp::Properties& properties = {},
                                                std::uint16_t classId = 60)
    {
        Buffer payload;
        payload.appendBigEndian(classId);
        payload.appendBigEndian(std::uint16_t{0});
        payload.appendBigEndian(bodyBytes);
        amqp::appendProperties(payload, properties);
        return assembler.addHeader(payload.view(), kMessageBytesMax);
    }
    Result<Progress, amqp::AmqpError> addBody(std::string_view body)
    {
        return assembler.addBody(bytesOf(body));
    }

    ContentAssembler assembler;
};

TEST_F(ContentAssemblerTest, PutsMethodHeaderAndBodyTogether)
{
    EXPECT_TRUE(assembler.isIdle());
    begin();
    EXPECT_FALSE(assembler.isIdle());
    EXPECT_EQ(addHeader(6, {.deliveryMode = 2}).value(), Progress::NeedsMore);
    EXPECT_EQ(addBody("abc").value(), Progress::NeedsMore);
    EXPECT_EQ(addBody("def").value(), Progress::Complete);
    EXPECT_TRUE(assembler.isMandatory());
    EXPECT_FALSE(assembler.isImmediate());
    const broker::MessagePtr message = assembler.take();
    EXPECT_EQ(message->exchange(), "x");
    EXPECT_EQ(message->routingKey(), "k");
    EXPECT_EQ(textOf(message->body()), "abcdef");
    EXPECT_TRUE(message->isPersistent());
    EXPECT_TRUE(assembler.isIdle());
}

TEST_F(ContentAssemblerTest, NeedsNoBodyFrameForAnEmptyBody)
{
    begin();
    EXPECT_EQ(addHeader(0).value(), Progress::Complete);
    EXPECT_EQ(assembler.take()->bodyBytes(), 0u);
}

TEST_F(ContentAssemblerTest, KeepsPropertiesAsTheyCame)
{
    const amqp::Properties properties{.contentType = "text/plain",
                                      .headers = amqp::FieldTable{{"a", std::int8_t{-1}}}};
    begin();
    ASSERT_EQ(addHeader(0, properties).value(), Progress::Complete);
    EXPECT_EQ(amqp::decodeProperties(assembler.take()->properties()).value(), properties);
}

TEST_F(ContentAssemblerTest, RefusesFramesOutOfOrder)
{
    EXPECT_EQ(addHeader(0).error().code, ReplyCode::UnexpectedFrame);
    EXPECT_EQ(addBody("a").error().code, ReplyCode::UnexpectedFrame);
    begin();
    EXPECT_EQ(addBody("a").error().code, ReplyCode::UnexpectedFrame);
    EXPECT_EQ(assembler.unexpectedMethod().text,
              "expected content header for class 60, got non content header frame instead");
    (void)addHeader(5).value();
    EXPECT_EQ(addHeader(5).error().code, ReplyCode::UnexpectedFrame);
    EXPECT_EQ(assembler.unexpectedMethod().text,
              "expected content body, got non content body frame instead");
}

TEST_F(ContentAssemblerTest, RefusesAHeaderOfAnotherClass)
{
    begin();
    EXPECT_EQ(addHeader(5, {}, 50).error().text,
              "expected content header for class 60, got one for class 50 instead");
}

TEST_F(ContentAssemblerTest, RefusesMoreBodyThanAnnounced)
{
    begin();
    (void)addHeader(2).value();
    EXPECT_EQ(addBody("abc").error().code, ReplyCode::FrameError);
}

TEST_F(ContentAssemblerTest, RefusesMalformedHeadersAndProperties)
{
    begin();
    EXPECT_FALSE(assembler.addHeader(bytesOf("short"), kMessageBytesMax).isOk());

    Buffer payload;
    payload.appendBigEndian(std::uint16_t{60});
    payload.appendBigEndian(std::uint16_t{0});
    payload.appendBigEndian(std::uint64_t{0});
    payload.appendBigEndian(std::uint16_t{0x2000});  // headers…
    payload.appendBigEndian(std::uint32_t{3});
    payload.append(
        "\x01"
        "kQ");  // …with a value of an unknown type
    EXPECT_EQ(assembler.addHeader(payload.view(), kMessageBytesMax).error().code,
              ReplyCode::SyntaxError);
}

TEST_F(ContentAssemblerTest, SkipsTheBodyOfAMessageThatIsTooLarge)
{
    begin();
    EXPECT_EQ(addHeader(kMessageBytesMax + 1).value(), Progress::TooLarge);
    EXPECT_EQ(assembler.bodyBytes(), kMessageBytesMax + 1);
    EXPECT_EQ(addBody(std::string(kMessageBytesMax, 'a')).value(), Progress::NeedsMore);
    EXPECT_FALSE(assembler.isIdle());
    EXPECT_EQ(addBody("a").value(), Progress::NeedsMore);
    EXPECT_TRUE(assembler.isIdle());
    begin();
    EXPECT_EQ(addHeader(kMessageBytesMax).value(), Progress::NeedsMore);
}

TEST_F(ContentAssemblerTest, KnowsTheUserThatAMessageNames)
{
    begin();
    (void)addHeader(0, {.userId = "ann"}).value();
    EXPECT_TRUE(assembler.hasUserId());
    EXPECT_EQ(assembler.userId(), "ann");
    (void)assembler.take();
    begin();
    (void)addHeader(0).value();
    EXPECT_FALSE(assembler.hasUserId()) << "the next one names nobody";
}

}  // namespace
}  // namespace warren::session
