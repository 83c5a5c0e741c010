#include "core/amqp/properties.h"

#include "tests/support/random_amqp.h"
#include "tests/support/wire.h"

#include <gtest/gtest.h>

#include <string>

namespace warren::amqp {
namespace {

using test::encoded;
using test::fromHex;

const Properties kAll{.contentType = "text/plain",
                      .contentEncoding = "gzip",
                      .headers = FieldTable{{"k", 1}},
                      .deliveryMode = 2,
                      .priority = 9,
                      .correlationId = "corr",
                      .replyTo = "reply",
                      .expiration = "60000",
                      .messageId = "id",
                      .timestamp = Timestamp{1700000000},
                      .type = "type",
                      .userId = "guest",
                      .appId = "app",
                      .clusterId = "cluster"};

/// The same error from all three readers of properties.
std::string errorOf(const std::string& bytes)
{
    const auto properties = decodeProperties(bytesOf(bytes));
    const auto status = validateProperties(bytesOf(bytes));
    EXPECT_EQ(properties.isOk(), status.isOk());
    if (properties) return "";
    EXPECT_EQ(properties.error(), status.error());
    return replyText(properties.error());
}

TEST(Properties, AreWrittenInTheOrderOfTheirFlags)
{
    EXPECT_EQ(encoded({}), fromHex("0000"));
    EXPECT_EQ(encoded({.contentType = "t", .deliveryMode = 2}), fromHex("9000 0174 02"));
    EXPECT_EQ(encoded({.timestamp = Timestamp{1}, .clusterId = ""}),
              fromHex("0044 0000000000000001 00"));
    EXPECT_EQ(encoded(kAll).substr(0, 2), fromHex("fffc"));
}

TEST(Properties, DecodeToWhatWasEncoded)
{
    EXPECT_EQ(*decodeProperties(bytesOf(encoded(kAll))), kAll);

    constexpr std::uint64_t kSeed = 99;
    SCOPED_TRACE("seed " + std::to_string(kSeed));
    test::RandomAmqp random(kSeed);
    for (int round = 0; round < 2000; ++round) {
        const Properties properties = random.properties();
        const std::string bytes = encoded(properties);
        const auto decoded = decodeProperties(bytesOf(bytes));
        ASSERT_TRUE(decoded) << decoded.error().text;
        EXPECT_EQ(*decoded, properties);
        EXPECT_TRUE(validateProperties(bytesOf(bytes)));
    }
}

TEST(Properties, CanBeReadInPlace)
{
    const std::string bytes = encoded(kAll);
    const auto view = PropertiesView::parse(bytesOf(bytes));
    ASSERT_TRUE(view);
    EXPECT_TRUE(view->isPersistent());
    EXPECT_EQ(view->contentType(), "text/plain");
    EXPECT_EQ(view->contentEncoding(), "gzip");
    EXPECT_TRUE(view->hasHeaders());
    EXPECT_EQ(*decodeFieldTable(view->headers()), *kAll.headers);
    EXPECT_EQ(view->deliveryMode(), 2);
    EXPECT_EQ(view->priority(), 9);
    EXPECT_EQ(view->correlationId(), "corr");
    EXPECT_EQ(view->replyTo(), "reply");
    EXPECT_EQ(view->expiration(), "60000");
    EXPECT_EQ(view->messageId(), "id");
    EXPECT_EQ(view->timestamp(), Timestamp{1700000000});
    EXPECT_EQ(view->type(), "type");
    EXPECT_EQ(view->userId(), "guest");
    EXPECT_EQ(view->appId(), "app");
    EXPECT_EQ(view->clusterId(), "cluster");
    EXPECT_EQ(view->encoded().data(), bytesOf(bytes).data());
}

TEST(Properties, AreAllAbsentFromAnEmptyMessage)
{
    const auto view = PropertiesView::parse(emptyProperties());
    ASSERT_TRUE(view);
    EXPECT_FALSE(view->isPersistent());
    EXPECT_FALSE(view->hasHeaders());
    EXPECT_TRUE(view->headers().empty());
    EXPECT_EQ(view->deliveryMode(), std::nullopt);
    EXPECT_EQ(view->priority(), std::nullopt);
    EXPECT_EQ(view->expiration(), std::nullopt);
    EXPECT_EQ(view->timestamp(), std::nullopt);
    EXPECT_EQ(*decodeProperties(emptyProperties()), Properties{});
}

TEST(Properties, TellAbsentFromEmpty)
{
    const std::string bytes = encoded({.headers = FieldTable{}, .replyTo = ""});
    const auto view = PropertiesView::parse(bytesOf(bytes));
    ASSERT_TRUE(view);
    EXPECT_TRUE(view->hasHeaders());
    EXPECT_TRUE(view->headers().empty());
    EXPECT_EQ(view->replyTo(), "");
    EXPECT_EQ(view->type(), std::nullopt);
}

TEST(Properties, SayWhetherAMessageIsPersistent)
{
    const auto isPersistent = [](const Properties& properties) {
        const std::string bytes = encoded(properties);
        return PropertiesView::parse(bytesOf(bytes))->isPersistent();
    };
    EXPECT_TRUE(isPersistent({.deliveryMode = 2}));
    EXPECT_FALSE(isPersistent({.deliveryMode = 1}));
    EXPECT_FALSE(isPersistent({.deliveryMode = 3}));
    EXPECT_FALSE(isPersistent({.priority = 2}));
}

TEST(Properties, LetTheDeliveryModeBePeeked)
{
    EXPECT_EQ(peekDeliveryMode(bytesOf(encoded(kAll))), 2);
    EXPECT_EQ(peekDeliveryMode(emptyProperties()), std::nullopt);
    EXPECT_EQ(peekDeliveryMode({}), std::nullopt);
}

TEST(Properties, AreASyntaxErrorWhenCutOff)
{
    const std::string bytes = encoded(kAll);
    for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
        EXPECT_EQ(errorOf(bytes.substr(0, cut)), "SYNTAX_ERROR - message properties are cut off")
            << cut;
    }
}

TEST(Properties, AreASyntaxErrorWithSomethingBehind)
{
    EXPECT_EQ(errorOf(fromHex("0000 7a")),
              "SYNTAX_ERROR - unknown bytes after the message properties");
}

TEST(Properties, AreASyntaxErrorWithFlagsThatMeanNothing)
{
    EXPECT_EQ(errorOf(fromHex("0001 0000")), "SYNTAX_ERROR - unknown message property");
    EXPECT_EQ(errorOf(fromHex("0002")), "SYNTAX_ERROR - unknown message property");
}

TEST(Properties, AreASyntaxErrorWithABrokenTableInHeaders)
{
    const std::string bytes = fromHex("2000 00000003 01615a");
    EXPECT_EQ(errorOf(bytes), "SYNTAX_ERROR - unknown type in field table");
    EXPECT_TRUE(PropertiesView::parse(bytesOf(bytes)));  // which leaves headers unread
}

}  // namespace
}  // namespace warren::amqp
