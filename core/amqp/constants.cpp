#include "core/amqp/constants.h"

#include "core/amqp/text.h"

#include <algorithm>

namespace warren::amqp {

std::string_view replyName(ReplyCode code)
{
    switch (code) {
    case ReplyCode::Success: return "SUCCESS";
    case ReplyCode::ContentTooLarge: return "CONTENT_TOO_LARGE";
    case ReplyCode::NoRoute: return "NO_ROUTE";
    case ReplyCode::NoConsumers: return "NO_CONSUMERS";
    case ReplyCode::ConnectionForced: return "CONNECTION_FORCED";
    case ReplyCode::InvalidPath: return "INVALID_PATH";
    case ReplyCode::AccessRefused: return "ACCESS_REFUSED";
    case ReplyCode::NotFound: return "NOT_FOUND";
    case ReplyCode::ResourceLocked: return "RESOURCE_LOCKED";
    case ReplyCode::PreconditionFailed: return "PRECONDITION_FAILED";
    case ReplyCode::FrameError: return "FRAME_ERROR";
    case ReplyCode::SyntaxError: return "SYNTAX_ERROR";
    case ReplyCode::CommandInvalid: return "COMMAND_INVALID";
    case ReplyCode::ChannelError: return "CHANNEL_ERROR";
    case ReplyCode::UnexpectedFrame: return "UNEXPECTED_FRAME";
    case ReplyCode::ResourceError: return "RESOURCE_ERROR";
    case ReplyCode::NotAllowed: return "NOT_ALLOWED";
    case ReplyCode::NotImplemented: return "NOT_IMPLEMENTED";
    case ReplyCode::InternalError: return "INTERNAL_ERROR";
    }
    return {};
}

bool isConnectionError(ReplyCode code)
{
    switch (code) {
    case ReplyCode::Success:
    case ReplyCode::ContentTooLarge:
    case ReplyCode::NoRoute:
    case ReplyCode::NoConsumers:
    case ReplyCode::AccessRefused:
    case ReplyCode::NotFound:
    case ReplyCode::ResourceLocked:
    case ReplyCode::PreconditionFailed: return false;
    case ReplyCode::ConnectionForced:
    case ReplyCode::InvalidPath:
    case ReplyCode::FrameError:
    case ReplyCode::SyntaxError:
    case ReplyCode::CommandInvalid:
    case ReplyCode::ChannelError:
    case ReplyCode::UnexpectedFrame:
    case ReplyCode::ResourceError:
    case ReplyCode::NotAllowed:
    case ReplyCode::NotImplemented:
    case ReplyCode::InternalError: return true;
    }
    return true;
}

std::string replyText(const AmqpError& error)
{
    std::string text(replyName(error.code));
    if (!error.text.empty()) text += " - " + error.text;
    if (!isUtf8(text)) {
        // Names in methods with content go unchecked; what we send must be text all the same.
        std::ranges::replace_if(
            text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, '?');
    }
    if (text.size() <= kShortStringBytesMax) return text;

    constexpr std::string_view kCutMark = "...";
    text.resize(cutUtf8(text, kShortStringBytesMax - kCutMark.size()).size());
    text += kCutMark;
    return text;
}

}  // namespace warren::amqp
