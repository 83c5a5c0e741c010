#include "core/amqp/method_codec.h"

#include "core/amqp/frame_writer.h"
#include "tests/support/random_amqp.h"
#include "tests/support/wire.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <type_traits>
#include <variant>

namespace warren::amqp {
namespace {

using test::fromHex;
using test::RandomAmqp;
using test::stringOf;

/// Calls `check` with a std::type_identity<M> for every method M.
template <typename Check>
void forEveryMethod(Check check)
{
    [&]<typename... M>(std::type_identity<std::variant<M...>>) {
        (check(std::type_identity<M>{}), ...);
    }(std::type_identity<Method>{});
}

template <typename M>
std::string argumentsFor(const M& method)
{
    Buffer arguments;
    appendArguments(arguments, method);
    return stringOf(arguments);
}

std::string payloadOf(MethodId id, std::string_view arguments)
{
    Buffer payload;
    payload.appendBigEndian(id.key());
    payload.append(arguments);
    return stringOf(payload);
}

AmqpError errorOf(MethodId id, std::string_view arguments)
{
    const std::string payload = payloadOf(id, arguments);
    const auto method = decodeMethod(bytesOf(payload));
    return method ? AmqpError{ReplyCode::Success, ""} : method.error();
}

TEST(EveryMethod, DecodesToWhatWasEncoded)
{
    constexpr std::uint64_t kSeed = 4711;
    SCOPED_TRACE("seed " + std::to_string(kSeed));
    forEveryMethod([&]<typename M>(std::type_identity<M>) {
        RandomAmqp random(kSeed);
        for (int round = 0; round < 50; ++round) {
            const M method = random.method<M>();
            const std::string arguments = argumentsFor(method);
            EXPECT_EQ(arguments.size(), argumentBytes(method)) << M::kName;

            const std::string payload = payloadOf(M::kId, arguments);
            const auto decoded = decodeMethod(bytesOf(payload));
            ASSERT_TRUE(decoded) << M::kName << ": " << decoded.error().text;
            ASSERT_TRUE(std::holds_alternative<M>(*decoded)) << M::kName;
            EXPECT_EQ(std::get<M>(*decoded), method) << M::kName;
        }
    });
}

TEST(EveryMethod, IsAFrameErrorWhenItsArgumentsAreCutOff)
{
    forEveryMethod([]<typename M>(std::type_identity<M>) {
        RandomAmqp random(12);
        const std::string arguments = argumentsFor(random.method<M>());
        for (std::size_t bytes = 0; bytes < arguments.size(); ++bytes) {
            const AmqpError error = errorOf(M::kId, arguments.substr(0, bytes));
            // A name that ends early may end inside a character.
            ASSERT_EQ(error.code, ReplyCode::FrameError) << M::kName << " cut at " << bytes;
        }
    });
}

TEST(EveryMethod, IsAFrameErrorWithSomethingBehindItsArguments)
{
    forEveryMethod([]<typename M>(std::type_identity<M>) {
        const AmqpError error = errorOf(M::kId, argumentsFor(M{}) + '\0');
        EXPECT_EQ(error.code, ReplyCode::FrameError) << M::kName;
        EXPECT_EQ(error.method, M::kId) << M::kName;
    });
}

TEST(EveryMethod, HasAnIdAndANameOfItsOwn)
{
    std::set<std::uint32_t> ids;
    std::set<std::string_view> names;
    forEveryMethod([&]<typename M>(std::type_identity<M>) {
        EXPECT_TRUE(ids.insert(M::kId.key()).second) << M::kName;
        EXPECT_TRUE(names.insert(M::kName).second) << M::kName;
        EXPECT_EQ(methodName(M::kId), M::kName);
    });
    EXPECT_EQ(ids.size(), 66u);
    EXPECT_EQ(methodName({60, 81}), "");
}

TEST(MethodCodec, PacksNeighbouringBitsIntoOneOctet)
{
    EXPECT_EQ(argumentsFor(QueueDeclare{.queue = "q", .durable = true, .noWait = true}),
              fromHex("0000 0171 12 00000000"));
    EXPECT_EQ(argumentsFor(QueueDeclare{.passive = true, .exclusive = true, .autoDelete = true}),
              fromHex("0000 00 0d 00000000"));
    EXPECT_EQ(argumentsFor(BasicNack{.deliveryTag = 1, .multiple = true, .requeue = false}),
              fromHex("0000000000000001 01"));
    EXPECT_EQ(argumentsFor(BasicConsume{.noAck = true}), fromHex("0000 00 00 02 00000000"));
}

TEST(MethodCodec, IgnoresBitsThatMeanNothing)
{
    const std::string arguments = fromHex("0000 0171 e2 00000000");
    const auto declare = decodeArguments<QueueDeclare>(bytesOf(arguments));
    ASSERT_TRUE(declare);
    EXPECT_EQ(*declare, (QueueDeclare{.queue = "q", .durable = true}));
}

TEST(MethodCodec, BorrowsStringsFromTheInput)
{
    const std::string arguments = argumentsFor(BasicPublish{.exchange = "ex", .routingKey = "k"});
    const auto publish = decodeArguments<BasicPublish>(bytesOf(arguments));
    ASSERT_TRUE(publish);
    EXPECT_EQ(publish->exchange.data(), arguments.data() + 3);
}

TEST(MethodCodec, TellsTheIdBeforeDecoding)
{
    const std::string payload = payloadOf(BasicAck::kId, "x");
    EXPECT_EQ(peekMethodId(bytesOf(payload)), BasicAck::kId);
    EXPECT_EQ(textOf(argumentsOf(bytesOf(payload))), "x");
    EXPECT_EQ(peekMethodId(bytesOf(payload).first(3)), std::nullopt);
}

// The texts of FrameError below are RabbitMQ 3.10.8's, for the same arguments.
TEST(MethodCodec, ShowsArgumentsThatItCannotDecode)
{
    AmqpError error = errorOf(QueueDeclare::kId, fromHex("0000 02 7131 00 00000000 7878"));
    EXPECT_EQ(replyText(error), "FRAME_ERROR - cannot decode <<0,0,2,113,49,0,0,0,0,0,120,120>>");
    EXPECT_EQ(error.method, QueueDeclare::kId);

    error = errorOf(QueueDeclare::kId, fromHex("0000 02 7131 00 00000005 6162"));
    EXPECT_EQ(replyText(error), "FRAME_ERROR - cannot decode <<0,0,2,113,49,0,0,0,0,5,97,98>>");
}

TEST(MethodCodec, ShowsOnlyTheBeginningOfManyArguments)
{
    const AmqpError error = errorOf(BasicPublish::kId, std::string(100000, '\0'));
    EXPECT_LT(error.text.size(), 1000u);
    const std::string text = replyText(error);
    EXPECT_EQ(text.size(), 255u);
    EXPECT_TRUE(text.starts_with("FRAME_ERROR - cannot decode <<0,0,0,")) << text;
    EXPECT_TRUE(text.ends_with(",0,...")) << text;
}

TEST(MethodCodec, RefusesNamesThatAreNotUtf8)
{
    const AmqpError error = errorOf(QueueDeclare::kId, fromHex("0000 02 fffe 00 00000000"));
    EXPECT_EQ(replyText(error), "FRAME_ERROR - Malformed UTF-8 in shortstr");
    EXPECT_EQ(error.method, MethodId{});
}

TEST(MethodCodec, LeavesTheNamesOfContentMethodsUnchecked)
{
    EXPECT_EQ(errorOf(BasicPublish::kId, fromHex("0000 02 fffe 00 00")).code, ReplyCode::Success);
}

TEST(MethodCodec, RefusesABrokenTableWithItsReason)
{
    const AmqpError error = errorOf(QueueDeclare::kId, fromHex("0000 0171 00 00000003 01615a"));
    EXPECT_EQ(replyText(error), "SYNTAX_ERROR - unknown type in field table");
    EXPECT_EQ(error.method, QueueDeclare::kId);
}

TEST(MethodCodec, RefusesMethodsThatDoNotExist)
{
    const AmqpError error = errorOf({60, 77}, "");
    EXPECT_EQ(replyText(error), "NOT_IMPLEMENTED - unknown method 77 of class 60");
    EXPECT_EQ(error.method, (MethodId{60, 77}));
    EXPECT_EQ(errorOf({61, 10}, "").code, ReplyCode::NotImplemented);
}

TEST(MethodCodec, RefusesAPayloadWithoutIds)
{
    const std::string payload = fromHex("0032");
    const auto method = decodeMethod(bytesOf(payload));
    ASSERT_FALSE(method);
    EXPECT_EQ(replyText(method.error()),
              "FRAME_ERROR - type 1, all octets = <<0,50>>: unknown_frame");
}

}  // namespace
}  // namespace warren::amqp
