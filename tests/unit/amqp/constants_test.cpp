#include "core/amqp/constants.h"

#include <gtest/gtest.h>

#include <string>

namespace warren::amqp {
namespace {

TEST(ReplyText, BeginsWithTheNameOfTheCode)
{
    EXPECT_EQ(replyText({ReplyCode::NotFound, "no queue 'q' in vhost '/'"}),
              "NOT_FOUND - no queue 'q' in vhost '/'");
    EXPECT_EQ(replyText({ReplyCode::InternalError, ""}), "INTERNAL_ERROR");
}

TEST(ReplyText, IsCutToAShortStringWithAMark)
{
    const std::string prefix = "NOT_FOUND - ";
    EXPECT_EQ(replyText({ReplyCode::NotFound, std::string(243, 'x')}),
              prefix + std::string(243, 'x'));
    EXPECT_EQ(replyText({ReplyCode::NotFound, std::string(244, 'x')}),
              prefix + std::string(240, 'x') + "...");
}

TEST(ReplyText, IsNotCutInsideACharacter)
{
    // The cut at 252 would fall behind the first of the three bytes of "€".
    const std::string text = std::string(239, 'x') + "€" + std::string(50, 'y');
    EXPECT_EQ(replyText({ReplyCode::NotFound, text}),
              "NOT_FOUND - " + std::string(239, 'x') + "...");
}

TEST(ReplyText, IsTextWhateverBytesItQuotes)
{
    EXPECT_EQ(replyText({ReplyCode::NotFound, "no exchange 'a\xF4z'"}),
              "NOT_FOUND - no exchange 'a?z'");
    EXPECT_EQ(replyText({ReplyCode::NotFound, "no exchange '€'"}), "NOT_FOUND - no exchange '€'");
}

TEST(ReplyCodes, AreHardOrSoftAsRabbitMqClassifiesThem)
{
    for (const auto code : {ReplyCode::ContentTooLarge, ReplyCode::NoRoute, ReplyCode::NoConsumers,
                            ReplyCode::AccessRefused, ReplyCode::NotFound,
                            ReplyCode::ResourceLocked, ReplyCode::PreconditionFailed}) {
        EXPECT_FALSE(isConnectionError(code)) << replyName(code);
    }
    for (const auto code :
         {ReplyCode::ConnectionForced, ReplyCode::InvalidPath, ReplyCode::FrameError,
          ReplyCode::SyntaxError, ReplyCode::CommandInvalid, ReplyCode::ChannelError,
          ReplyCode::UnexpectedFrame, ReplyCode::ResourceError, ReplyCode::NotAllowed,
          ReplyCode::NotImplemented, ReplyCode::InternalError}) {
        EXPECT_TRUE(isConnectionError(code)) << replyName(code);
    }
}

TEST(ReplyCodes, HaveNoNameWhenUnknown)
{
    EXPECT_EQ(replyName(ReplyCode{299}), "");
    EXPECT_EQ(replyName(ReplyCode::NoRoute), "NO_ROUTE");
}

}  // namespace
}  // namespace warren::amqp
