#include "core/member/frames.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace warren::member {
namespace {

using broker::OwnedCommand;
using broker::RelayEvent;
using broker::RelayRequest;

ByteView contentsOf(const std::string& frame) { return bytesOf(frame).subspan(1); }

cluster::NodeName node(std::string_view name) { return *cluster::NodeName::parse(name); }

template <typename Frame, typename Decode>
void expectRoundTrip(const Frame& frame, FrameKind kind, Decode decode)
{
    const std::string bytes = encode(frame);
    EXPECT_EQ(static_cast<FrameKind>(bytes.front()), kind);
    const auto back = decode(contentsOf(bytes));
    ASSERT_TRUE(back.has_value());
    EXPECT_EQ(*back, frame);
    for (std::size_t size = 0; size + 1 < bytes.size(); ++size)
        EXPECT_FALSE(decode(contentsOf(bytes).first(size)).has_value()) << size;
    EXPECT_FALSE(decode(contentsOf(bytes + "x")).has_value());
}

TEST(Frames, comeBackAsTheyWere)
{
    expectRoundTrip(Propose{{"one", "", "three"}}, FrameKind::Propose, decodePropose);
    expectRoundTrip(JoinRequest{node("a@h"), "127.0.0.1:1", cluster::NodeType::Disk},
                    FrameKind::JoinRequest, decodeJoinRequest);
    JoinAnswer answer{.verdict = JoinAnswer::Verdict::Accepted, .text = "t"};
    answer.leader = node("b@h");
    answer.leaderAddress = "host:5";
    answer.id = {7};
    answer.clusterId = "c";
    answer.members = {{node("b@h"), {1}, "host:5"}, {node("c@h"), {2}, "host:6"}};
    expectRoundTrip(answer, FrameKind::JoinAnswer, decodeJoinAnswer);
    expectRoundTrip(PublishAnswer{{9}, {3, 5}, {4}}, FrameKind::PublishAnswer, decodePublishAnswer);
    expectRoundTrip(mirroring::MirrorOpen{{3}, 4}, FrameKind::MirrorOpen, decodeMirrorOpen);
    expectRoundTrip(mirroring::MirrorState{{3}, 4, 5, {{1, 2}, {5, 5}}}, FrameKind::MirrorState,
                    decodeMirrorState);
    expectRoundTrip(mirroring::MirrorRanges{{3}, 4, 9, {{1, 2}, {5, 9}}, 2, 11},
                    FrameKind::MirrorRanges, decodeMirrorRanges);
    expectRoundTrip(mirroring::MirrorAck{77}, FrameKind::MirrorAck, decodeMirrorAck);
    expectRoundTrip(mirroring::MirrorRefused{{3}, 4}, FrameKind::MirrorRefused,
                    decodeMirrorRefused);
    expectRoundTrip(SyncWish{{3}, false}, FrameKind::SyncWish, decodeSyncWish);
    expectRoundTrip(Status{1, 2, 3, 4, 5, true, false, true}, FrameKind::Status, decodeStatus);
    Status linked{.memoryBytes = 1, .isStopping = true};
    linked.linkedTo = {node("b@h"), node("c@h")};
    expectRoundTrip(linked, FrameKind::Status, decodeStatus);
}

TEST(Frames, aStatusTellsOfSoManyLinksOnly)
{
    Status status;
    status.linkedTo.assign(kStatusLinksMax, node("b@h"));
    EXPECT_EQ(decodeStatus(contentsOf(encode(status))), status);
    status.linkedTo.push_back(node("b@h"));
    EXPECT_FALSE(decodeStatus(contentsOf(encode(status))).has_value());
    status.linkedTo = {{}};  // a link to nobody
    EXPECT_FALSE(decodeStatus(contentsOf(encode(status))).has_value());
}

/// All commands that are relayed, with everything in them that can be.
std::vector<broker::CommandBody> commands()
{
    amqp::FieldTable arguments;
    arguments.append("x-priority", std::int32_t{5});
    return {
        broker::DeclareExchange{.name = "x",
                                .type = "topic",
                                .isDurable = true,
                                .isInternal = true,
                                .arguments = arguments},
        broker::DeleteExchange{.name = "x", .onlyIfUnused = true},
        broker::BindExchange{
            .destination = "d", .source = "s", .routingKey = "k", .arguments = arguments},
        broker::UnbindExchange{.destination = "d", .source = "s", .routingKey = "k"},
        broker::DeclareQueue{
            .name = "q", .isExclusive = true, .isAutoDelete = true, .arguments = arguments},
        broker::DeleteQueue{.name = "q", .onlyIfEmpty = true},
        broker::BindQueue{.queue = "q", .exchange = "x", .routingKey = "k"},
        broker::UnbindQueue{.queue = "q", .exchange = "x", .routingKey = "k"},
        broker::PurgeQueue{.name = "q"},
        broker::Consume{
            .queue = "q", .tag = "t", .noAck = true, .isExclusive = true, .arguments = arguments},
        broker::Cancel{.tag = "t"},
        broker::Get{.queue = "q", .noAck = true},
        broker::Recover{},
        broker::SetPrefetch{.count = 300, .isGlobal = true},
        broker::SetFlow{.isActive = false},
    };
}

TEST(Frames, everyRelayedCommandComesBackAsItWas)
{
    std::vector<RelayRequest> requests;
    for (const broker::CommandBody& command : commands()) {
        auto owned = OwnedCommand::of(command);
        ASSERT_TRUE(owned.has_value());
        EXPECT_EQ(owned->body().index(), command.index());
        EXPECT_EQ(OwnedCommand::of(owned->body()), owned);
        requests.push_back({{12}, 3, std::move(*owned)});
    }
    requests.push_back({{12}, 0, RelayRequest::Open{"peer", "/", "guest"}});
    requests.push_back({{12}, 0, RelayRequest::Lose{}});
    requests.push_back({{12}, 3, RelayRequest::OpenChannel{5}});
    requests.push_back({{12}, 3, RelayRequest::CloseChannel{}});
    requests.push_back({{12}, 3, RelayRequest::ConfirmClosed{}});
    requests.push_back({{12}, 3, RelayRequest::Settle{8, RelayRequest::Settle::How::Requeue}});
    requests.push_back({{12}, 0, RelayRequest::Credit{1000}});
    const std::string bytes = encode(requests);
    const auto back = decodeRelay(contentsOf(bytes));
    ASSERT_TRUE(back.has_value());
    ASSERT_EQ(back->size(), requests.size());
    for (std::size_t i = 0; i < requests.size(); ++i) {
        EXPECT_EQ((*back)[i].connection, requests[i].connection);
        EXPECT_EQ((*back)[i].channel, requests[i].channel);
        EXPECT_TRUE((*back)[i].body == requests[i].body) << i;
    }
    for (std::size_t size = 0; size + 1 < bytes.size(); ++size)
        EXPECT_FALSE(decodeRelay(contentsOf(bytes).first(size)).has_value()) << size;
}

TEST(Frames, whatIsNotRelayedIsNoOwnedCommand)
{
    EXPECT_FALSE(OwnedCommand::of(broker::Ack{}).has_value());
    EXPECT_FALSE(OwnedCommand::of(broker::OpenChannel{}).has_value());
}

TEST(Frames, eventsCarryTheirMessages)
{
    std::vector<RelayEvent> events;
    const auto message = broker::makeMessage("x", "k", {}, true, bytesOf("body"));
    events.push_back(
        {{12},
         3,
         5,
         broker::Delivery{.consumer = 2, .isRedelivered = true, .tag = 9, .message = message}});
    events.push_back({{12}, 3, 5, broker::DeclareQueueOk{"q", 4, 1}});
    events.push_back({{12}, 3, 5, broker::PlainReply::QueueBindOk});
    events.push_back(
        {{12}, 3, 5, broker::ChannelFailed{{amqp::ReplyCode::NotFound, "no queue", {50, 10}}}});
    const auto back = decodeRelayEvents(contentsOf(encode(33, events)));
    ASSERT_TRUE(back.has_value());
    EXPECT_EQ(back->after, 33u);
    ASSERT_EQ(back->events.size(), 4u);
    EXPECT_EQ(back->events[0].opening, 5u);
    const auto& delivery = std::get<broker::Delivery>(back->events[0].body);
    EXPECT_TRUE(delivery.isRedelivered);
    EXPECT_EQ(delivery.tag, 9u);
    EXPECT_EQ(textOf(delivery.message->body()), "body");
    EXPECT_EQ(std::get<broker::DeclareQueueOk>(back->events[1].body).messageCount, 4u);
    EXPECT_EQ(std::get<broker::PlainReply>(back->events[2].body), broker::PlainReply::QueueBindOk);
    EXPECT_EQ(std::get<broker::ChannelFailed>(back->events[3].body).error.text, "no queue");
}

TEST(Frames, aPublishToSeveralQueuesTravelsOnce)
{
    const auto message = broker::makeMessage("x", "k", {}, true, bytesOf(std::string(10'000, 'b')));
    Publish frame;
    for (const std::uint64_t queue : {1u, 2u, 3u})
        frame.messages.push_back({queue, {queue}, message});
    const std::string bytes = encode(frame);
    EXPECT_LT(bytes.size(), 11'000u);
    const auto back = decodePublish(contentsOf(bytes));
    ASSERT_TRUE(back.has_value());
    ASSERT_EQ(back->messages.size(), 3u);
    EXPECT_EQ(back->messages[2].queue, QueueId{3});
    EXPECT_EQ(back->messages[2].message->bodyBytes(), 10'000u);
}

}  // namespace
}  // namespace warren::member
