#include "core/session/handshake.h"

#include "core/base/bytes.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace warren::session {
namespace {

using amqp::ReplyCode;

class OneUser final : public Authenticator {
public:
    bool accepts(std::string_view user, std::string_view password, bool isLoopback) const override
    {
        return user == "ann" && password == "secret" && isLoopback;
    }
    bool acceptsCertificate(std::string_view user, bool isLoopback) const override
    {
        return user == "ann" && isLoopback;
    }
};

class HandshakeTest : public ::testing::Test {
protected:
    Status<amqp::AmqpError> logIn(std::string_view mechanism, std::string_view response,
                                  bool isLoopback = true)
    {
        amqp::ConnectionStartOk answer;
        answer.clientProperties = properties;
        answer.mechanism = mechanism;
        answer.response = response;
        peer.isLoopback = isLoopback;
        return authenticate(answer, config, OneUser{}, peer, client);
    }
    /// The limits that a client asked for: an error's text, or what was agreed.
    std::string agreed(std::uint32_t frameMax, std::uint16_t channelMax)
    {
        amqp::ConnectionTuneOk answer;
        answer.frameMax = frameMax;
        answer.channelMax = channelMax;
        answer.heartbeat = 7;
        const auto verdict = negotiate(answer, config, client);
        if (!verdict) return amqp::replyText(verdict.error());
        return std::to_string(client.frameBytesMax) + " " + std::to_string(client.channelMax);
    }

    SessionConfig config;
    amqp::FieldTable properties;
    PeerIdentity peer;
    ClientInfo client;
};

using namespace std::string_view_literals;

TEST_F(HandshakeTest, PlainTakesUserAndPassword)
{
    EXPECT_TRUE(logIn("PLAIN", "\0ann\0secret"sv));
    EXPECT_EQ(client.user, "ann");
    EXPECT_EQ(client.mechanism, "PLAIN");
    EXPECT_TRUE(logIn("PLAIN", "somebody\0ann\0secret"sv)) << "with an authorization identity";
}

TEST_F(HandshakeTest, PlainRefusesWhatIsWrongOrMalformed)
{
    for (const std::string_view response :
         {"\0ann\0wrong"sv, "\0bob\0secret"sv, "\0ann"sv, "ann"sv, ""sv, "\0\0"sv}) {
        const auto verdict = logIn("PLAIN", response);
        ASSERT_FALSE(verdict.isOk());
        EXPECT_EQ(amqp::replyText(verdict.error()),
                  "ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN. For "
                  "details see the broker logfile.");
    }
}

TEST_F(HandshakeTest, TellsTheAuthenticatorWhereTheClientComesFrom)
{
    EXPECT_FALSE(logIn("PLAIN", "\0ann\0secret"sv, false));
}

TEST_F(HandshakeTest, AmqplainTakesATableWithoutItsLength)
{
    const auto response = [](const amqp::FieldTable& table) {
        Buffer bytes;
        amqp::appendFieldTable(bytes, table);
        return std::string{textOf(bytes.view().subspan(4))};
    };
    EXPECT_TRUE(logIn("AMQPLAIN", response({{"LOGIN", "ann"}, {"PASSWORD", "secret"}})));
    EXPECT_EQ(client.user, "ann");
    EXPECT_FALSE(logIn("AMQPLAIN", response({{"LOGIN", "ann"}})));
    EXPECT_FALSE(logIn("AMQPLAIN", response({{"LOGIN", "ann"}, {"PASSWORD", std::int32_t{5}}})));
    EXPECT_FALSE(logIn("AMQPLAIN", "no table"));
}

TEST_F(HandshakeTest, RefusesAnUnknownMechanism)
{
    const auto verdict = logIn("EXTERNAL", "");
    ASSERT_FALSE(verdict.isOk());
    EXPECT_EQ(verdict.error().code, ReplyCode::CommandInvalid);
    EXPECT_EQ(verdict.error().text, "unknown authentication mechanism 'EXTERNAL'");
}

TEST_F(HandshakeTest, KnowsTheCapabilitiesThatAreTrue)
{
    EXPECT_FALSE(client.hasCapability("basic.nack"));
    properties = {{"capabilities", amqp::FieldTable{{"basic.nack", true},
                                                    {"connection.blocked", false},
                                                    {"publisher_confirms", "true"}}}};
    (void)logIn("PLAIN", "\0ann\0secret"sv);
    EXPECT_TRUE(client.hasCapability("basic.nack"));
    EXPECT_FALSE(client.hasCapability("connection.blocked"));
    EXPECT_FALSE(client.hasCapability("publisher_confirms")) << "a text is no truth value";
    client.properties = {{"capabilities", "all"}};
    EXPECT_FALSE(client.hasCapability("basic.nack"));
}

TEST_F(HandshakeTest, OffersWhatIsConfigured)
{
    config.serverProperties = serverProperties("1.2", "here");
    const amqp::ConnectionStart start = startMethod(config, "some");
    EXPECT_EQ(start.mechanisms, "some");
    EXPECT_EQ(start.locales, "en_US");
    EXPECT_EQ(*start.serverProperties.find("product")->as<std::string>(), "Warren");
    EXPECT_EQ(*start.serverProperties.find("version")->as<std::string>(), "1.2");
    EXPECT_EQ(*start.serverProperties.find("cluster_name")->as<std::string>(), "here");
    const auto* capabilities = start.serverProperties.find("capabilities")->as<amqp::FieldTable>();
    ASSERT_NE(capabilities, nullptr);
    EXPECT_EQ(capabilities->size(), 9u);

    const amqp::ConnectionTune tune = tuneMethod(config);
    EXPECT_EQ(tune.frameMax, 131072u);
    EXPECT_EQ(tune.channelMax, 2047u);
    EXPECT_EQ(tune.heartbeat, 60u);
}

TEST_F(HandshakeTest, OffersExternalOnlyToWhoHasShownACertificate)
{
    EXPECT_EQ(offeredMechanisms(config, peer), "AMQPLAIN PLAIN");
    peer.certificateUser = "ann";
    EXPECT_EQ(offeredMechanisms(config, peer), "AMQPLAIN PLAIN") << "it is not configured";
    config.mechanisms = {"EXTERNAL", "PLAIN"};
    EXPECT_EQ(offeredMechanisms(config, peer), "EXTERNAL PLAIN");
    peer.certificateUser.reset();
    EXPECT_EQ(offeredMechanisms(config, peer), "PLAIN");
}

TEST_F(HandshakeTest, ExternalTakesTheUserOfTheCertificateWhateverTheClientSays)
{
    config.mechanisms = {"EXTERNAL"};
    peer.certificateUser = "ann";
    EXPECT_TRUE(logIn("EXTERNAL", "bob"));
    EXPECT_EQ(client.user, "ann");
    EXPECT_TRUE(logIn("EXTERNAL", ""));

    EXPECT_FALSE(logIn("EXTERNAL", "", /*isLoopback=*/false));
    peer.certificateUser = "bob";
    const auto verdict = logIn("EXTERNAL", "ann");
    ASSERT_FALSE(verdict);
    EXPECT_EQ(amqp::replyText(verdict.error()),
              "ACCESS_REFUSED - Login was refused using authentication mechanism EXTERNAL. For "
              "details see the broker logfile.");
}

TEST_F(HandshakeTest, RefusesMechanismsThatWereNotOffered)
{
    const auto textFor = [this](std::string_view mechanism) {
        const auto verdict = logIn(mechanism, "\0ann\0secret"sv);
        return verdict ? std::string{} : amqp::replyText(verdict.error());
    };
    config.mechanisms = {"EXTERNAL", "AMQPLAIN"};
    EXPECT_EQ(textFor("PLAIN"), "COMMAND_INVALID - invalid authentication mechanism 'PLAIN'");
    EXPECT_EQ(textFor("EXTERNAL"), "COMMAND_INVALID - invalid authentication mechanism 'EXTERNAL'");
    EXPECT_EQ(textFor("FOO"), "COMMAND_INVALID - unknown authentication mechanism 'FOO'");
    peer.certificateUser = "";
    EXPECT_FALSE(logIn("EXTERNAL", "ann")) << "a certificate that names nobody";
}

TEST_F(HandshakeTest, AgreesToLimitsUpToWhatWasOffered)
{
    EXPECT_EQ(agreed(131072, 2047), "131072 2047");
    EXPECT_EQ(agreed(4096, 1), "4096 1");
    EXPECT_EQ(client.heartbeatSeconds, 7u) << "the client decides";
}

TEST_F(HandshakeTest, RefusesLimitsBeyondWhatWasOffered)
{
    const std::string frame = "NOT_ALLOWED - negotiated frame_max = ";
    const std::string channel = "NOT_ALLOWED - negotiated channel_max = ";
    EXPECT_EQ(agreed(4095, 10), frame + "4095 is lower than the minimum allowed value (4096)");
    EXPECT_EQ(agreed(131073, 10),
              frame + "131073 is higher than the maximum allowed value (131072)");
    EXPECT_EQ(agreed(0, 10),
              frame + "0 (no limit) is higher than the maximum allowed value (131072)");
    EXPECT_EQ(agreed(4096, 2048), channel + "2048 is higher than the maximum allowed value (2047)");
    EXPECT_EQ(agreed(4096, 0),
              channel + "0 (no limit) is higher than the maximum allowed value (2047)");
}

TEST_F(HandshakeTest, NoLimitOnEitherSideStillIsOne)
{
    config.frameBytesMax = 0;
    config.channelMax = 0;
    EXPECT_EQ(agreed(0, 0), "131072 65535");
    EXPECT_EQ(agreed(0xFFFFFFFF, 100), "16777216 100") << "a frame is buffered whole";
}

}  // namespace
}  // namespace warren::session
