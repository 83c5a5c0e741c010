#include "core/amqp/frame_parser.h"
#include "core/amqp/method_codec.h"
#include "core/base/check.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/support/broker_harness.h"
#include "tests/support/wire.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace warren::fuzz {
namespace {

using test::BrokerHarness;
using test::SessionClient;

/// What the first byte of an input chooses.
enum Option : std::uint8_t {
    LoggedIn = 1,        ///< the handshake is over, and channel 1 open
    LateCommits = 2,     ///< the store commits after every other piece
    OtherClient = 4,     ///< another client consumes from "q" and publishes to it
    TimePasses = 8,      ///< between pieces, and an alarm comes and goes
    ChannelsClose = 16,  ///< from the management side, between pieces
};

std::string handshake()
{
    amqp::ConnectionStartOk startOk;
    startOk.mechanism = "PLAIN";
    startOk.response = std::string_view("\0guest\0guest", 12);
    startOk.locale = "en_US";
    startOk.clientProperties = {{"capabilities", amqp::FieldTable{{"consumer_cancel_notify", true},
                                                                  {"connection.blocked", true}}}};
    return std::string{textOf(amqp::kProtocolHeader)} + test::methodFrame(0, startOk) +
           test::methodFrame(
               0, amqp::ConnectionTuneOk{.channelMax = 2047, .frameMax = 8192, .heartbeat = 60}) +
           test::methodFrame(0, amqp::ConnectionOpen{}) + test::methodFrame(1, amqp::ChannelOpen{});
}

/// Everything that goes to a client is well-formed; a client that did not speak AMQP gets a header.
void checkOutput(SessionClient& client)
{
    const amqp::FrameParser parser(131072);
    ByteView output = client.received().view();
    const std::string_view header = textOf(amqp::kProtocolHeader);
    if (textOf(output).starts_with(header)) output = output.subspan(header.size());
    while (!output.empty()) {
        const auto frame = parser.next(output);
        WARREN_CHECK(frame.isOk() && frame->has_value());
        if ((*frame)->type == amqp::FrameType::Method) {
            WARREN_CHECK(amqp::decodeMethod((*frame)->payload).isOk());
        }
        output = output.subspan(amqp::FrameParser::consumedBytes(**frame));
    }
    client.received().clear();
}

/// Without clients nothing is held, nothing consumed and nothing exclusive.
void checkNothingIsHeld(const BrokerHarness& harness)
{
    const broker::State& state = harness.broker().state();
    WARREN_CHECK(state.connections.empty());
    for (const broker::Vhost* vhost : state.catalogue.vhostsByName()) {
        for (const broker::Queue* queue : vhost->queuesByName()) {
            WARREN_CHECK(queue->unackedCount() == 0);
            WARREN_CHECK(queue->consumers.isEmpty());
            WARREN_CHECK(!queue->definition().exclusiveOwner);
            std::size_t count = 0;
            Sequence last = 0;
            queue->forEachReady([&](const broker::QueueEntry& entry) {
                WARREN_CHECK(entry.sequence > last);
                last = entry.sequence;
                count += 1;
                return true;
            });
            WARREN_CHECK(count == queue->messageCount());
        }
    }
}

void converse(std::uint8_t options, std::size_t pieceBytes, ByteView stream)
{
    using namespace std::chrono_literals;
    const bool isLate = (options & LateCommits) != 0;
    BrokerHarness harness(isLate ? BrokerHarness::Commits::OnDemand
                                 : BrokerHarness::Commits::AtOnce);
    harness.sessionConfig().messageBytesMax = 64 * 1024;
    test::CommandClient& other = harness.connect();
    if ((options & OtherClient) != 0) {
        other.declareQueue(1, "q");
        other.setPrefetch(1, 2);
        other.consume(1, "q", "other");
    }
    SessionClient& client = harness.connectSession();
    if ((options & LoggedIn) != 0) client.send(bytesOf(handshake()));

    for (std::size_t piece = 0; !stream.empty(); ++piece) {
        const ByteView bytes = stream.first(std::min(pieceBytes, stream.size()));
        stream = stream.subspan(bytes.size());
        client.send(bytes);
        checkOutput(client);
        if (piece > 64) continue;  // what follows is expensive, and was seen often enough
        if (isLate && piece % 2 == 1) harness.commit(1);
        if ((options & OtherClient) != 0) other.publish(1, "q", "m");
        if ((options & TimePasses) != 0) {
            harness.broker().setAlarms({.isLowOnMemory = piece % 2 == 0});
            harness.advance(1s);
        }
        if ((options & ChannelsClose) != 0) {
            const auto channel = static_cast<ChannelNumber>(1 + piece % 3);
            (void)harness.broker().closeChannel(client.id(), channel, {});
            harness.settle();
        }
        checkOutput(client);
    }
    client.lose();
    other.lose();
    checkNothingIsHeld(harness);
    harness.crash(1);
    checkNothingIsHeld(harness);
}

}  // namespace
}  // namespace warren::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace warren;
    constexpr std::size_t kChoiceBytes = 2;
    if (size < kChoiceBytes) return 0;
    const ByteView input = fuzz::inputOf(data, size);
    const std::uint8_t options = loadU8(input, 0);
    // 0: everything in one piece.
    const std::size_t pieceBytes =
        loadU8(input, 1) == 0 ? std::max<std::size_t>(size, 1) : std::size_t{loadU8(input, 1)} * 4;
    fuzz::converse(options, pieceBytes, input.subspan(kChoiceBytes));
    return 0;
}
