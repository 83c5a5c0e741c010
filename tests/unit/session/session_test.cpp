#include "core/session/session.h"

#include "core/amqp/methods.h"
#include "tests/support/broker_harness.h"
#include "tests/support/wire.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <gmock/gmock.h>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace warren::session {
namespace {

using namespace std::chrono_literals;
using test::BrokerHarness;
using test::SessionClient;
using Phase = Session::Phase;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::string kHeader{textOf(amqp::kProtocolHeader)};

/// A client in bytes, and the names of what it gets: "1 channel.open-ok".
class SessionTest : public ::testing::Test {
protected:
    void send(const std::string& bytes) { client.send(bytesOf(bytes)); }
    template <typename Method>
    void send(ChannelNumber channel, const Method& method)
    {
        send(test::methodFrame(channel, method));
    }
    std::vector<std::string> received()
    {
        frames = test::framesOf(client.received().view());
        client.received().clear();
        std::vector<std::string> names;
        for (const test::OwnedFrame& frame : frames)
            names.push_back(std::to_string(frame.channel) + " " + nameOf(frame));
        return names;
    }
    static std::string nameOf(const test::OwnedFrame& frame)
    {
        switch (frame.type) {
        case amqp::FrameType::Header: return "header";
        case amqp::FrameType::Body: return "body " + frame.payload;
        case amqp::FrameType::Heartbeat: return "heartbeat";
        case amqp::FrameType::Method: break;
        }
        const auto method = amqp::decodeMethod(bytesOf(frame.payload));
        return std::visit(
            [](const auto& one) {
                std::string name{std::decay_t<decltype(one)>::kName};
                if constexpr (requires { one.replyCode; }) {
                    name += " " + std::to_string(one.replyCode);
                }
                return name;
            },
            method.value());
    }

    amqp::ConnectionStartOk startOk() const
    {
        amqp::ConnectionStartOk answer;
        answer.mechanism = "PLAIN";
        answer.response = std::string_view("\0guest\0guest", 12);
        answer.locale = "en_US";
        answer.clientProperties = {{"capabilities", capabilities}};
        return answer;
    }
    amqp::ConnectionTuneOk tuneOk() const
    {
        return {.channelMax = 10, .frameMax = 4096, .heartbeat = heartbeat};
    }
    void logIn()
    {
        send(kHeader);
        send(0, startOk());
        send(0, tuneOk());
        send(0, amqp::ConnectionOpen{});
        ASSERT_EQ(phase(), Phase::Running);
        (void)received();
    }
    void logInWithChannel()
    {
        logIn();
        send(1, amqp::ChannelOpen{});
        (void)received();
    }
    Phase phase() const { return client.session().phase(); }
    std::string closeText() const
    {
        return std::string{test::methodIn<amqp::ConnectionClose>(frames.back()).replyText};
    }

    amqp::FieldTable capabilities{{"authentication_failure_close", true},
                                  {"consumer_cancel_notify", true},
                                  {"connection.blocked", true}};
    std::uint16_t heartbeat = 0;
    BrokerHarness harness;
    SessionClient& client = harness.connectSession();
    std::vector<test::OwnedFrame> frames;
};

// -------------------------------------------------------------------------------------- handshake

TEST_F(SessionTest, GoesThroughTheHandshake)
{
    EXPECT_EQ(phase(), Phase::AwaitsProtocolHeader);
    send(kHeader);
    EXPECT_THAT(received(), ElementsAre("0 connection.start"));
    send(0, startOk());
    EXPECT_THAT(received(), ElementsAre("0 connection.tune"));
    send(0, tuneOk());
    EXPECT_EQ(phase(), Phase::AwaitsOpen);
    send(0, amqp::ConnectionOpen{});
    EXPECT_THAT(received(), ElementsAre("0 connection.open-ok"));
    EXPECT_EQ(phase(), Phase::Running);
    EXPECT_EQ(client.session().client().user, "guest");
    EXPECT_EQ(client.session().client().frameBytesMax, 4096u);
}

TEST_F(SessionTest, TakesTheHandshakeInOnePieceOrByteByByte)
{
    const std::string all = kHeader + test::methodFrame(0, startOk()) +
                            test::methodFrame(0, tuneOk()) +
                            test::methodFrame(0, amqp::ConnectionOpen{});
    send(all);
    EXPECT_EQ(phase(), Phase::Running);
    const auto whole = received();
    SessionClient& slow = harness.connectSession();
    for (const char byte : all)
        slow.send(bytesOf(std::string_view{&byte, 1}));
    EXPECT_EQ(slow.session().phase(), Phase::Running);
    EXPECT_EQ(test::framesOf(slow.received().view()), frames);
}

TEST_F(SessionTest, AnswersAnotherProtocolWithItsOwnHeader)
{
    for (const std::string& bytes :
         {std::string{"GET / HTTP/1.1\r\n"}, std::string("AMQP\0\1\0\0", 8),
          std::string("AMQP\1\1\x8\0", 8)}) {
        SessionClient& other = harness.connectSession();
        other.send(bytesOf(bytes));
        EXPECT_EQ(textOf(other.received().view()), kHeader);
        EXPECT_TRUE(other.session().isClosed());
        EXPECT_FALSE(other.session().closeReason().empty());
    }
}

TEST_F(SessionTest, TellsAClientThatWantsToKnowThatItsLoginFailed)
{
    send(kHeader);
    amqp::ConnectionStartOk wrong = startOk();
    wrong.response = std::string_view("\0guest\0wrong", 12);
    send(0, wrong);
    EXPECT_THAT(received(), ElementsAre("0 connection.start", "0 connection.close 403"));
    EXPECT_EQ(phase(), Phase::AwaitsCloseOk);
    send(0, amqp::ConnectionCloseOk{});
    EXPECT_TRUE(client.session().isClosed());
}

TEST_F(SessionTest, ClosesOnAnOldClientWhoseLoginFailed)
{
    capabilities = {};
    send(kHeader);
    amqp::ConnectionStartOk wrong = startOk();
    wrong.response = std::string_view("\0guest\0wrong", 12);
    send(0, wrong);
    EXPECT_THAT(received(), ElementsAre("0 connection.start"));
    EXPECT_TRUE(client.session().isClosed());
}

TEST_F(SessionTest, ClosesOnGarbageBeforeTheLogin)
{
    send(kHeader);
    (void)received();
    send(test::rawFrame(77, 0, "garbage"));
    EXPECT_TRUE(client.session().isClosed());
    EXPECT_THAT(received(), IsEmpty()) << "no frame for a stranger";
}

TEST_F(SessionTest, ClosesOnAMethodOutOfOrder)
{
    send(kHeader);
    send(0, amqp::ConnectionOpen{});
    EXPECT_TRUE(client.session().isClosed());
}

TEST_F(SessionTest, RefusesALargeFrameBeforeTheLogin)
{
    send(kHeader);
    (void)received();
    Buffer header;
    header.appendBigEndian(std::uint8_t{1});
    header.appendBigEndian(std::uint16_t{0});
    header.appendBigEndian(std::uint32_t{0xFFFFFFFF});
    client.send(header.view());
    EXPECT_TRUE(client.session().isClosed()) << "at once, without waiting for 4 GiB";
}

TEST_F(SessionTest, SaysThatAVhostIsMissing)
{
    send(kHeader);
    send(0, startOk());
    send(0, tuneOk());
    (void)received();
    send(0, amqp::ConnectionOpen{.virtualHost = "nowhere"});
    EXPECT_THAT(received(), ElementsAre("0 connection.close 530"));
    EXPECT_EQ(closeText(), "NOT_ALLOWED - vhost nowhere not found");
}

TEST_F(SessionTest, HandshakeHasATimeLimit)
{
    send(kHeader);
    EXPECT_EQ(client.session().nextDeadline(), Instant{10s});
    harness.advance(9s);
    EXPECT_FALSE(client.session().isClosed());
    harness.advance(1s);
    EXPECT_TRUE(client.session().isClosed());
    EXPECT_EQ(client.session().closeReason(), "the handshake took too long");
    EXPECT_EQ(client.session().nextDeadline(), Instant::never());
}

// --------------------------------------------------------------------------------------- running

TEST_F(SessionTest, CarriesAMessageFromPublishToDelivery)
{
    logInWithChannel();
    send(1, amqp::QueueDeclare{.queue = "q"});
    send(1, amqp::BasicConsume{.queue = "q", .consumerTag = "c"});
    send(test::contentFrames(1, amqp::BasicPublish{.exchange = "", .routingKey = "q"}, "hello"));
    EXPECT_THAT(received(), ElementsAre("1 queue.declare-ok", "1 basic.consume-ok",
                                        "1 basic.deliver", "1 header", "1 body hello"));
    send(1, amqp::BasicAck{.deliveryTag = 1});
    EXPECT_EQ(harness.findQueue("q")->messageCount(), 0u);
}

TEST_F(SessionTest, TakesMoreCommandsThanABatchHolds)
{
    logInWithChannel();
    send(1, amqp::QueueDeclare{.queue = "q"});
    std::string publishes;
    for (int i = 0; i < 1000; ++i) {
        publishes +=
            test::contentFrames(1, amqp::BasicPublish{.exchange = "", .routingKey = "q"}, "m");
    }
    send(publishes);
    EXPECT_EQ(harness.findQueue("q")->readyCount(), 1000u);
}

TEST_F(SessionTest, StopsAtAFullBatchAndGoesOnWithTheRest)
{
    Session session(harness.sessionConfig(), harness.authenticator(), true, {});
    broker::CommandBatch commands;
    Buffer out;
    const std::string handshake = kHeader + test::methodFrame(0, startOk()) +
                                  test::methodFrame(0, tuneOk()) +
                                  test::methodFrame(0, amqp::ConnectionOpen{});
    EXPECT_EQ(session.receive(bytesOf(handshake), {}, commands, out), handshake.size());
    const std::vector<broker::Event> opened{{0, broker::PlainReply::ConnectionOpenOk}};
    session.encode(opened, {}, out);
    commands.clear();
    std::string input = test::methodFrame(1, amqp::ChannelOpen{});
    const std::string ack = test::methodFrame(1, amqp::BasicAck{.deliveryTag = 1});
    for (std::size_t i = 0; i < 300; ++i)
        input += ack;
    const std::size_t consumed = session.receive(bytesOf(input), {}, commands, out);
    EXPECT_EQ(commands.size(), Session::kCommandsMax);
    EXPECT_LT(consumed, input.size());
    commands.clear();
    EXPECT_EQ(session.receive(bytesOf(input.substr(consumed)), {}, commands, out),
              input.size() - consumed);
    EXPECT_EQ(commands.size(), 301 - Session::kCommandsMax);
}

TEST_F(SessionTest, EncodesALargeBodyInPartsThatMakeTheWhole)
{
    for (const std::size_t bodyBytes : {Session::kBodyPartBytes * 3 + 17, Session::kBodyPartBytes,
                                        std::size_t{10}, std::size_t{0}}) {
        SCOPED_TRACE(bodyBytes);
        Session session(harness.sessionConfig(), harness.authenticator(), true, {});
        broker::CommandBatch commands;
        Buffer whole;
        const std::string begin = kHeader + test::methodFrame(0, startOk()) +
                                  test::methodFrame(0, tuneOk()) +
                                  test::methodFrame(0, amqp::ConnectionOpen{}) +
                                  test::methodFrame(1, amqp::ChannelOpen{});
        session.receive(bytesOf(begin), {}, commands, whole);
        whole.clear();
        std::string body(bodyBytes, 'b');
        for (std::size_t i = 0; i < body.size(); i += 1000)
            body[i] = static_cast<char>('a' + i / 1000 % 26);
        const broker::Event event{
            1, broker::GetOk{.tag = 1,
                             .message = broker::makeMessage("x", "k", bytesOf(std::string(2, '\0')),
                                                            false, bytesOf(body))}};
        session.encode({&event, 1}, {}, whole);

        Buffer parts;
        session.encodeInParts(event, {}, parts);
        std::size_t largestPart = parts.size();
        while (session.isMidBody()) {
            const std::size_t before = parts.size();
            session.encodeMore({}, parts);
            largestPart = std::max(largestPart, parts.size() - before);
        }
        EXPECT_TRUE(std::ranges::equal(parts.view(), whole.view()));
        EXPECT_LT(largestPart, Session::kBodyPartBytes + 64 * 1024);
    }
}

TEST_F(SessionTest, EncodesNothingOfABodyWhoseChannelHasGone)
{
    Session session(harness.sessionConfig(), harness.authenticator(), true, {});
    const std::string body(Session::kBodyPartBytes * 2, 'b');
    const broker::Event event{
        7, broker::GetOk{.tag = 1,
                         .message = broker::makeMessage("", "", bytesOf(std::string(2, '\0')),
                                                        false, bytesOf(body))}};
    Buffer out;
    session.encodeInParts(event, {}, out);
    EXPECT_TRUE(out.isEmpty());
    EXPECT_FALSE(session.isMidBody());
}

TEST_F(SessionTest, LeavesAnIncompleteFrame)
{
    logInWithChannel();
    const std::string frame = test::methodFrame(1, amqp::QueueDeclare{.queue = "q"});
    send(frame.substr(0, frame.size() - 1));
    EXPECT_THAT(received(), IsEmpty());
    send(frame.substr(frame.size() - 1));
    EXPECT_THAT(received(), ElementsAre("1 queue.declare-ok"));
}

TEST_F(SessionTest, RefusesAChannelBeyondTheLimit)
{
    logIn();
    send(11, amqp::ChannelOpen{});
    EXPECT_THAT(received(), ElementsAre("0 connection.close 530"));
}

TEST_F(SessionTest, RefusesAFrameBeyondTheLimit)
{
    logInWithChannel();
    send(test::rawFrame(1, 1, std::string(4097, 'x')));
    EXPECT_THAT(received(), ElementsAre("0 connection.close 501"));
    EXPECT_TRUE(client.session().isClosed()) << "without framing no answer can be read";
}

TEST_F(SessionTest, RefusesUnknownChannelsAndSecondOpens)
{
    logInWithChannel();
    send(2, amqp::QueueDeclare{.queue = "q"});
    EXPECT_THAT(received(), ElementsAre("0 connection.close 504"));
    EXPECT_EQ(closeText(), "CHANNEL_ERROR - expected 'channel.open'");
}

TEST_F(SessionTest, RefusesASecondOpen)
{
    logInWithChannel();
    send(1, amqp::ChannelOpen{});
    EXPECT_THAT(received(), ElementsAre("0 connection.close 504"));
    EXPECT_EQ(closeText(), "CHANNEL_ERROR - second 'channel.open' seen");
}

TEST_F(SessionTest, RefusesCloseOkForAChannelThatNobodyCloses)
{
    logInWithChannel();
    send(1, amqp::ChannelCloseOk{});
    EXPECT_THAT(received(), ElementsAre("0 connection.close 503"));
}

TEST_F(SessionTest, RefusesAMethodInTheMiddleOfAMessage)
{
    logInWithChannel();
    send(1, amqp::BasicPublish{.exchange = "", .routingKey = "q"});
    send(1, amqp::QueueDeclare{.queue = "q"});
    EXPECT_THAT(received(), ElementsAre("0 connection.close 505"));
}

TEST_F(SessionTest, RefusesContentWithoutAMethod)
{
    logInWithChannel();
    send(test::rawFrame(3, 1, "body"));
    EXPECT_THAT(received(), ElementsAre("0 connection.close 505"));
}

TEST_F(SessionTest, RefusesImmediatePublishing)
{
    logInWithChannel();
    send(test::contentFrames(
        1, amqp::BasicPublish{.exchange = "", .routingKey = "q", .immediate = true}, "m"));
    EXPECT_THAT(received(), ElementsAre("0 connection.close 540"));
}

TEST_F(SessionTest, RefusesAMessageInAnotherUsersName)
{
    logInWithChannel();
    send(test::contentFrames(1, amqp::BasicPublish{.exchange = "", .routingKey = "q"}, "m",
                             {.userId = "guest"}));
    EXPECT_THAT(received(), IsEmpty());
    send(test::contentFrames(1, amqp::BasicPublish{.exchange = "", .routingKey = "q"}, "m",
                             {.userId = "ann"}));
    EXPECT_THAT(received(), ElementsAre("1 channel.close 406"));
}

TEST_F(SessionTest, AnswersUpdateSecret)
{
    logIn();
    send(0, amqp::ConnectionUpdateSecret{.newSecret = "new", .reason = "old"});
    EXPECT_THAT(received(), ElementsAre("0 connection.update-secret-ok"));
}

// ------------------------------------------------------------------------------- failed channels

TEST_F(SessionTest, FailedChannelIgnoresEverythingUntilItsEnd)
{
    logInWithChannel();
    send(1, amqp::QueueDeclare{.queue = "nobody", .passive = true});
    EXPECT_THAT(received(), ElementsAre("1 channel.close 404"));
    send(1, amqp::QueueDeclare{.queue = "q"});
    send(1, amqp::BasicQos{.prefetchSize = 9});
    send(1, amqp::BasicPublish{.exchange = "", .routingKey = "q"});
    send(1, amqp::ChannelOpen{});
    send(test::rawFrame(3, 1, "body without a header"));
    send(test::rawFrame(1, 1, "?"));
    EXPECT_THAT(received(), IsEmpty());
    EXPECT_EQ(harness.findQueue("q"), nullptr);
    send(1, amqp::ChannelCloseOk{});
    send(1, amqp::ChannelOpen{});
    EXPECT_THAT(received(), ElementsAre("1 channel.open-ok"));
}

TEST_F(SessionTest, BothSidesCanCloseAChannelAtOnce)
{
    logInWithChannel();
    EXPECT_TRUE(harness.broker().closeChannel(client.id(), 1, {}));
    send(1, amqp::ChannelClose{.replyCode = 200});
    EXPECT_THAT(received(), ElementsAre("1 channel.close 541", "1 channel.close-ok"));
    send(1, amqp::ChannelCloseOk{});
    send(1, amqp::ChannelOpen{});
    EXPECT_THAT(received(), ElementsAre("1 channel.open-ok"));
}

TEST_F(SessionTest, AnswersACloseThatCrossesOurs)
{
    logInWithChannel();
    EXPECT_TRUE(harness.broker().closeChannel(client.id(), 1, {}));
    harness.settle();
    EXPECT_THAT(received(), ElementsAre("1 channel.close 541"));
    send(1, amqp::ChannelClose{.replyCode = 200});
    EXPECT_THAT(received(), ElementsAre("1 channel.close-ok"));
    send(1, amqp::ChannelCloseOk{});
    send(1, amqp::ChannelOpen{});
    EXPECT_THAT(received(), ElementsAre("1 channel.open-ok"));
}

TEST_F(SessionTest, ClosesTheChannelOfAMessageThatIsTooLarge)
{
    harness.sessionConfig().messageBytesMax = 5000;
    logInWithChannel();
    const std::string publish = test::contentFrames(
        1, amqp::BasicPublish{.exchange = "", .routingKey = "q"}, std::string(5001, 'x'), {}, 4096);
    send(publish);
    EXPECT_THAT(received(), ElementsAre("1 channel.close 406"));
    EXPECT_EQ(std::string{test::methodIn<amqp::ChannelClose>(frames.back()).replyText},
              "PRECONDITION_FAILED - message size 5001 is larger than configured max size 5000");
    send(1, amqp::ChannelCloseOk{});
    send(1, amqp::ChannelOpen{});
    EXPECT_THAT(received(), ElementsAre("1 channel.open-ok"));
}

TEST_F(SessionTest, LetsAClientGiveUpAMessageThatIsTooLarge)
{
    harness.sessionConfig().messageBytesMax = 5000;
    logInWithChannel();
    const std::string publish = test::contentFrames(
        1, amqp::BasicPublish{.exchange = "", .routingKey = "q"}, std::string(9000, 'x'), {}, 4096);
    constexpr std::size_t kLastFrameBytes = 9000 - 2 * 4088 + 8;
    send(publish.substr(0, publish.size() - kLastFrameBytes));
    EXPECT_THAT(received(), ElementsAre("1 channel.close 406"));
    send(1, amqp::ChannelCloseOk{});
    send(1, amqp::ChannelOpen{});
    EXPECT_THAT(received(), ElementsAre("1 channel.open-ok"));
}

// ------------------------------------------------------------------------------------- the end

TEST_F(SessionTest, ClosesInOrder)
{
    logInWithChannel();
    send(0, amqp::ConnectionClose{.replyCode = 200});
    EXPECT_THAT(received(), ElementsAre("0 connection.close-ok"));
    EXPECT_TRUE(client.session().isClosed());
    EXPECT_EQ(client.session().closeReason(), "");
}

TEST_F(SessionTest, ClosesInOrderBeforeTheOpen)
{
    send(kHeader);
    send(0, startOk());
    (void)received();
    send(0, amqp::ConnectionClose{.replyCode = 200});
    EXPECT_THAT(received(), ElementsAre("0 connection.close-ok"));
    EXPECT_TRUE(client.session().isClosed());
}

TEST_F(SessionTest, IgnoresEverythingButTheAnswerToItsClose)
{
    logInWithChannel();
    send(2, amqp::QueueDeclare{.queue = "q"});
    (void)received();
    EXPECT_EQ(phase(), Phase::AwaitsCloseOk);
    send(1, amqp::QueueDeclare{.queue = "q"});
    send(0, amqp::ConnectionOpen{});
    send(test::rawFrame(1, 0, "?"));
    send(test::rawFrame(3, 1, "body"));
    EXPECT_THAT(received(), IsEmpty());
    EXPECT_EQ(phase(), Phase::AwaitsCloseOk);
    send(0, amqp::ConnectionCloseOk{});
    EXPECT_TRUE(client.session().isClosed());
}

TEST_F(SessionTest, AnswersAConnectionCloseThatCrossesItsOwn)
{
    logInWithChannel();
    EXPECT_TRUE(harness.broker().closeConnection(client.id(), {}));
    harness.settle();
    EXPECT_THAT(received(), ElementsAre("0 connection.close 541"));
    send(0, amqp::ConnectionClose{.replyCode = 200});
    EXPECT_THAT(received(), ElementsAre("0 connection.close-ok"));
    send(0, amqp::ConnectionCloseOk{});
    EXPECT_TRUE(client.session().isClosed());
}

TEST_F(SessionTest, BothSidesCanCloseAConnectionInTheSameTurn)
{
    logInWithChannel();
    EXPECT_TRUE(harness.broker().closeConnection(client.id(), {}));
    send(0, amqp::ConnectionClose{.replyCode = 200});
    EXPECT_THAT(received(), ElementsAre("0 connection.close 541", "0 connection.close-ok"));
    EXPECT_EQ(phase(), Phase::AwaitsCloseOk);
    send(0, amqp::ConnectionCloseOk{});
    EXPECT_TRUE(client.session().isClosed());
}

TEST_F(SessionTest, DoesNotWaitForeverForTheAnswerToItsClose)
{
    logInWithChannel();
    send(2, amqp::QueueDeclare{.queue = "q"});
    harness.advance(9s);
    EXPECT_FALSE(client.session().isClosed());
    harness.advance(1s);
    EXPECT_TRUE(client.session().isClosed());
    EXPECT_EQ(client.session().closeReason(), "CHANNEL_ERROR - expected 'channel.open'")
        << "what it was closed for, not that nobody answered";
}

// ------------------------------------------------------------------------------------ heartbeats

TEST_F(SessionTest, SendsHeartbeatsWhenItHasNothingElseToSend)
{
    heartbeat = 10;
    logIn();
    EXPECT_EQ(client.session().nextDeadline(), Instant{5s});
    harness.advance(5s);
    EXPECT_THAT(received(), ElementsAre("0 heartbeat"));
    send(1, amqp::ChannelOpen{});
    (void)received();
    harness.advance(4s);
    EXPECT_THAT(received(), IsEmpty());
    harness.advance(1s);
    EXPECT_THAT(received(), ElementsAre("0 heartbeat"));
}

TEST_F(SessionTest, TakesASilentClientForLost)
{
    heartbeat = 10;
    logIn();
    harness.advance(15s);
    send(test::rawFrame(8, 0, ""));
    harness.advance(19s);
    EXPECT_FALSE(client.session().isClosed());
    harness.advance(1s);
    EXPECT_TRUE(client.session().isClosed());
    EXPECT_EQ(client.session().closeReason(), "missed heartbeats from the client, timeout: 10s");
}

TEST_F(SessionTest, NeedsNoHeartbeatsWhenNoneAreAgreed)
{
    logIn();
    harness.advance(24h);
    EXPECT_EQ(phase(), Phase::Running);
    EXPECT_THAT(received(), IsEmpty());
    EXPECT_EQ(client.session().nextDeadline(), Instant::never());
}

TEST_F(SessionTest, RefusesAHeartbeatOnAChannel)
{
    logInWithChannel();
    send(test::rawFrame(8, 1, ""));
    EXPECT_THAT(received(), ElementsAre("0 connection.close 505"));
}

TEST_F(SessionTest, DeadlineIsNeverOneThatATickDoesNotMeet)
{
    heartbeat = 2;
    logInWithChannel();
    for (int i = 0; i < 100 && !client.session().isClosed(); ++i) {
        const Instant deadline = client.session().nextDeadline();
        ASSERT_GT(deadline, harness.now());
        harness.advance(deadline - harness.now());
    }
    EXPECT_TRUE(client.session().isClosed()) << "the client was silent for two intervals";
}

TEST_F(SessionTest, TellsBlockedClients)
{
    logInWithChannel();
    harness.broker().setAlarms({.isLowOnMemory = true});
    send(test::contentFrames(1, amqp::BasicPublish{.exchange = "", .routingKey = "q"}, "m"));
    EXPECT_THAT(received(), ElementsAre("0 connection.blocked"));
    harness.broker().setAlarms({});
    harness.settle();
    EXPECT_THAT(received(), ElementsAre("0 connection.unblocked"));
}

}  // namespace
}  // namespace warren::session
