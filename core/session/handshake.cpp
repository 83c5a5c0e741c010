#include "core/session/handshake.h"

#include "core/base/bytes.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace warren::session {

using amqp::AmqpError;
using amqp::ReplyCode;

namespace {

struct Credentials {
    std::string user;
    std::string password;
};

/// SASL PLAIN: authorization identity, NUL, user, NUL, password. Spec: RFC 4616.
std::optional<Credentials> readPlain(std::string_view response)
{
    const std::size_t first = response.find('\0');
    if (first == std::string_view::npos) return std::nullopt;
    const std::size_t second = response.find('\0', first + 1);
    if (second == std::string_view::npos) return std::nullopt;
    return Credentials{std::string{response.substr(first + 1, second - first - 1)},
                       std::string{response.substr(second + 1)}};
}

/// AMQPLAIN: a field table without its length, with LOGIN and PASSWORD.
/// Source: RabbitMQ, access control documentation.
std::optional<Credentials> readAmqplain(std::string_view response)
{
    const auto table = amqp::decodeFieldTable(bytesOf(response));
    if (!table) return std::nullopt;
    const amqp::FieldValue* login = table->find("LOGIN");
    const amqp::FieldValue* password = table->find("PASSWORD");
    if (login == nullptr || password == nullptr) return std::nullopt;
    const auto* loginText = login->as<std::string>();
    const auto* passwordText = password->as<std::string>();
    if (loginText == nullptr || passwordText == nullptr) return std::nullopt;
    return Credentials{*loginText, *passwordText};
}

AmqpError refused(std::string_view mechanism)
{
    return {ReplyCode::AccessRefused,
            "Login was refused using authentication mechanism " + std::string{mechanism} +
                ". For details see the broker logfile.",
            {}};
}

bool isConfigured(std::string_view mechanism, const SessionConfig& config)
{
    return std::ranges::find(config.mechanisms, mechanism) != config.mechanisms.end();
}

bool isOffered(std::string_view mechanism, const SessionConfig& config, const PeerIdentity& peer)
{
    if (mechanism == kMechanismExternal && !peer.certificateUser) return false;
    return isConfigured(mechanism, config);
}

/// Source: RabbitMQ 3.10.8, its words observed; there EXTERNAL is unknown until it is enabled.
AmqpError noSuchMechanism(const std::string& mechanism, const SessionConfig& config)
{
    const bool isKnown = mechanism == kMechanismPlain || mechanism == kMechanismAmqplain ||
                         isConfigured(mechanism, config);
    return {ReplyCode::CommandInvalid,
            std::string{isKnown ? "invalid" : "unknown"} + " authentication mechanism '" +
                mechanism + "'",
            amqp::ConnectionStartOk::kId};
}

/// A limit as the client answered it. Source: RabbitMQ 3.10.8, its words observed.
Status<AmqpError> judgeLimit(std::string_view name, std::uint32_t answer, std::uint32_t min,
                             std::uint32_t offered, std::string_view detailOfZero)
{
    const auto refuse = [&](std::string_view relation, std::string_view bound,
                            std::uint32_t value) {
        std::string text = "negotiated ";
        text += name;
        text += " = " + std::to_string(answer);
        if (answer == 0) text += detailOfZero;
        text += " is ";
        text += relation;
        text += " than the ";
        text += bound;
        text += " allowed value (" + std::to_string(value) + ")";
        return AmqpError{ReplyCode::NotAllowed, std::move(text), amqp::ConnectionTune::kId};
    };
    if (answer != 0 && answer < min) return refuse("lower", "minimum", min);
    if (offered != 0 && (answer == 0 || answer > offered)) {
        return refuse("higher", "maximum", offered);
    }
    return {};
}

}  // namespace

bool ClientInfo::hasCapability(std::string_view name) const
{
    const amqp::FieldValue* capabilities = properties.find("capabilities");
    const auto* table = capabilities == nullptr ? nullptr : capabilities->as<amqp::FieldTable>();
    const amqp::FieldValue* value = table == nullptr ? nullptr : table->find(name);
    const bool* flag = value == nullptr ? nullptr : value->as<bool>();
    return flag != nullptr && *flag;
}

std::string offeredMechanisms(const SessionConfig& config, const PeerIdentity& peer)
{
    std::string offered;
    for (const std::string& mechanism : config.mechanisms) {
        if (!isOffered(mechanism, config, peer)) continue;
        if (!offered.empty()) offered += ' ';
        offered += mechanism;
    }
    return offered;
}

amqp::ConnectionStart startMethod(const SessionConfig& config, std::string_view mechanisms)
{
    return {.versionMajor = 0,
            .versionMinor = 9,
            .serverProperties = config.serverProperties,
            .mechanisms = mechanisms,
            .locales = "en_US"};
}

amqp::ConnectionTune tuneMethod(const SessionConfig& config)
{
    return {.channelMax = config.channelMax,
            .frameMax = config.frameBytesMax,
            .heartbeat = config.heartbeatSeconds};
}

Status<AmqpError> authenticate(const amqp::ConnectionStartOk& answer, const SessionConfig& config,
                               const Authenticator& authenticator, const PeerIdentity& peer,
                               ClientInfo& client)
{
    client.properties = answer.clientProperties;
    client.mechanism = answer.mechanism;
    if (!isOffered(client.mechanism, config, peer))
        return noSuchMechanism(client.mechanism, config);
    if (client.mechanism == kMechanismExternal) {
        // Who the client says that it is does not matter; RabbitMQ doesn't read it either.
        client.user = *peer.certificateUser;
        if (authenticator.acceptsCertificate(client.user, peer.isLoopback)) return {};
        return refused(client.mechanism);
    }
    const std::optional<Credentials> credentials = client.mechanism == kMechanismPlain
                                                       ? readPlain(answer.response)
                                                       : readAmqplain(answer.response);
    if (!credentials) return refused(client.mechanism);
    client.user = credentials->user;
    if (!authenticator.accepts(credentials->user, credentials->password, peer.isLoopback)) {
        return refused(client.mechanism);
    }
    return {};
}

Status<AmqpError> negotiate(const amqp::ConnectionTuneOk& answer, const SessionConfig& config,
                            ClientInfo& client)
{
    auto verdict = judgeLimit("frame_max", answer.frameMax, amqp::kFrameBytesMin,
                              config.frameBytesMax, " (no limit)");
    if (!verdict) return verdict;
    verdict = judgeLimit("channel_max", answer.channelMax, 0, config.channelMax, " (no limit)");
    if (!verdict) return verdict;
    // Without a limit on either side we still never buffer more than our own default.
    constexpr std::uint32_t kFrameBytesUnlimited = 131072;
    constexpr std::uint16_t kChannelsUnlimited = 65535;
    // A frame is buffered whole, so a client can't have it as large as it likes.
    constexpr std::uint32_t kFrameBytesBound = 16 * 1024 * 1024;
    client.frameBytesMax =
        answer.frameMax == 0 ? kFrameBytesUnlimited : std::min(answer.frameMax, kFrameBytesBound);
    client.channelMax = answer.channelMax == 0 ? kChannelsUnlimited : answer.channelMax;
    client.heartbeatSeconds = answer.heartbeat;
    return {};
}

}  // namespace warren::session
