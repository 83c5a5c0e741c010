#include "core/amqp/protocol_header.h"
#include "core/base/prng.h"
#include "tests/support/wire.h"
#include "tests/support/wire_client.h"
#include "tests/system/bystander.h"
#include "tests/system/system_support.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <vector>

// What broken, hostile and unlucky clients send. Each of them gets the right error or a close; the
// node's memory stays bounded, it keeps no dead connections, and others notice nothing.

namespace warren::test {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMebibyte = 1024 * 1024;

/// A node with a bystander, judged at the end of each test.
class BadInput : public ::testing::Test {
protected:
    /// @param settings  in the syntax of rabbitmq.conf
    void start(std::string_view settings = "")
    {
        writeFile(m_folder / "rabbitmq.conf", settings);
        m_node = startNode({"--ephemeral", "--config", (m_folder / "rabbitmq.conf").string()});
        m_bystander = std::make_unique<Bystander>(port());
        ASSERT_TRUE(becomesTrue([this] { return m_bystander->roundCount() > 20; }));
        m_descriptorCount = m_node->descriptorCount();
        m_residentBytes = m_node->residentBytes();
    }

    void TearDown() override
    {
        if (!m_node) return;
        const std::uint64_t rounds = m_bystander->roundCount();
        EXPECT_TRUE(becomesTrue([&] { return m_bystander->roundCount() > rounds + 20; }));
        EXPECT_TRUE(becomesTrue([this] { return m_node->descriptorCount() <= m_descriptorCount; }))
            << m_node->descriptorCount() << " descriptors are open, " << m_descriptorCount
            << " were at the beginning";
        EXPECT_EQ(m_bystander->finish(), "");
        std::printf(
            "bystander: %llu rounds, slowest %lld ms; node: %zu MiB at the beginning, %zu "
            "MiB now\n",
            static_cast<unsigned long long>(m_bystander->roundCount()),
            static_cast<long long>(m_bystander->slowestRound().count()),
            m_residentBytes / kMebibyte, m_node->residentBytes() / kMebibyte);
        WireClient newcomer(port());
        newcomer.openChannel(1);
        newcomer.close();
        EXPECT_EQ(stop(*m_node), 0) << m_node->errorText();
    }

    std::uint16_t port() const { return m_node->amqpPort(); }
    /// What the node's memory has grown by.
    std::size_t grownBytes() const
    {
        const std::size_t now = m_node->residentBytes();
        return now > m_residentBytes ? now - m_residentBytes : 0;
    }

    /// A new client sends `bytes` on its channel 1 and is told why that ends its connection.
    std::string closeAfter(std::string_view bytes, const WireLogin& login = {})
    {
        WireClient client(port(), login);
        client.openChannel(1);
        client.sendBytes(bytesOf(bytes));
        return endOf(client);
    }
    static std::string endOf(WireClient& client)
    {
        const std::string text = client.await<amqp::ConnectionClose>(0).text();
        client.send(0, amqp::ConnectionCloseOk{});
        client.socket().finishSending();
        EXPECT_TRUE(client.awaitClose());
        return text;
    }

    TemporaryFolder m_folder;
    std::unique_ptr<NodeProcess> m_node;
    std::unique_ptr<Bystander> m_bystander;

private:
    std::size_t m_descriptorCount = 0;
    std::size_t m_residentBytes = 0;
};

/// All that a client sends to publish something, without waiting for answers.
std::string conversation()
{
    const std::string response("\0guest\0guest", 12);
    return std::string(textOf(amqp::kProtocolHeader)) +
           methodFrame(0, amqp::ConnectionStartOk{.clientProperties = {{"product", "x"}},
                                                  .mechanism = "PLAIN",
                                                  .response = response,
                                                  .locale = "en_US"}) +
           methodFrame(0, amqp::ConnectionTuneOk{.channelMax = 10, .frameMax = 131072}) +
           methodFrame(0, amqp::ConnectionOpen{}) + methodFrame(1, amqp::ChannelOpen{}) +
           methodFrame(1, amqp::ConfirmSelect{}) +
           methodFrame(1, amqp::QueueDeclare{.queue = "cut", .arguments = {{"x-a", 1}}}) +
           methodFrame(1, amqp::BasicConsume{.queue = "cut"}) +
           contentFrames(1, amqp::BasicPublish{.routingKey = "cut"}, "body of the message",
                         persistent()) +
           methodFrame(1, amqp::BasicQos{.prefetchCount = 7});
}

/// The beginning of a frame whose payload does not follow.
std::string frameHeader(std::uint8_t type, ChannelNumber channel, std::uint32_t payloadBytes)
{
    Buffer header;
    header.appendBigEndian(type);
    header.appendBigEndian(channel);
    header.appendBigEndian(payloadBytes);
    return stringOf(header);
}

std::string contentHeaderFrame(std::uint64_t bodyBytes, std::string_view properties)
{
    Buffer payload;
    payload.appendBigEndian(amqp::kBasicClass);
    payload.appendBigEndian(std::uint16_t{0});
    payload.appendBigEndian(bodyBytes);
    payload.append(properties);
    return rawFrame(2, 1, stringOf(payload));
}

std::string publishAnnouncing(std::uint64_t bodyBytes)
{
    return methodFrame(1, amqp::BasicPublish{.routingKey = "x"}) +
           contentHeaderFrame(bodyBytes, std::string("\0\0", 2));
}

/// A table of one entry that holds such a table, and so on; with its length.
std::string nestedTables(std::size_t depth)
{
    constexpr std::size_t kLevelBytes = 6;  // an empty key, 'F', a length
    Buffer bytes;
    for (std::size_t left = depth; left > 0; --left) {
        bytes.appendBigEndian(static_cast<std::uint32_t>((left - 1) * kLevelBytes));
        if (left > 1) bytes.append(std::string_view("\0F", 2));
    }
    return stringOf(bytes);
}

std::string nestedArrays(std::size_t depth)
{
    constexpr std::size_t kLevelBytes = 5;  // 'A', a length
    Buffer bytes;
    bytes.appendBigEndian(static_cast<std::uint32_t>(1 + depth * kLevelBytes));
    bytes.append(std::string_view("\0", 1));
    for (std::size_t left = depth; left > 0; --left) {
        bytes.append("A");
        bytes.appendBigEndian(static_cast<std::uint32_t>((left - 1) * kLevelBytes));
    }
    return stringOf(bytes);
}

std::string queueDeclareWith(std::string_view table)
{
    Buffer payload;
    payload.appendBigEndian(amqp::QueueDeclare::kId.key());
    payload.append(std::string_view("\0\0\1q\0", 5));
    payload.append(table);
    return rawFrame(1, 1, stringOf(payload));
}

}  // namespace

TEST_F(BadInput, AClientThatWaitsForNothingIsServed)
{
    // What the tests below cut and spoil is a conversation that works.
    start();
    TcpSocket socket(port());
    ASSERT_TRUE(socket.sendAll(bytesOf(conversation())));
    Buffer received;
    EXPECT_TRUE(becomesTrue([&] {
        socket.receiveSome(received);
        return textOf(received.view()).find("body of the message") != std::string_view::npos;
    })) << textOf(received.view());
}

TEST_F(BadInput, RandomBytesCloseTheirConnectionOnly)
{
    constexpr int kConnectionCount = 4000;
    start();
    Prng random(chooseSeed());
    const std::string valid = conversation();
    for (int i = 0; i < kConnectionCount; ++i) {
        TcpSocket socket(port());
        ASSERT_TRUE(socket.isOpen());
        // As much of a valid conversation as chance wants, then anything.
        std::string bytes = valid.substr(0, random.below(2) * random.below(valid.size()));
        switch (random.below(3)) {
        case 0: bytes += bytesFrom(random.next(), random.below(3000)); break;
        case 1:
            for (std::uint64_t flips = 1 + random.below(8); flips > 0 && !bytes.empty(); --flips) {
                bytes[random.below(bytes.size())] = static_cast<char>(random.next());
            }
            break;
        case 2:
            bytes += frameHeader(static_cast<std::uint8_t>(random.below(10)),
                                 static_cast<ChannelNumber>(random.below(3)),
                                 static_cast<std::uint32_t>(random.below(100))) +
                     bytesFrom(random.next(), 120);
            break;
        }
        socket.sendAll(bytesOf(bytes));
        switch (random.below(3)) {
        case 0: socket.close(); break;
        case 1: socket.reset(); break;
        case 2: socket.finishSending(); break;
        }
    }
    EXPECT_LT(grownBytes(), 100 * kMebibyte);
}

TEST_F(BadInput, ConnectionsMayBeCutAtEveryByte)
{
    start();
    const std::string valid = conversation();
    for (std::size_t length = 0; length <= valid.size(); ++length) {
        TcpSocket socket(port());
        ASSERT_TRUE(socket.sendAll(bytesOf(valid).first(length)));
        switch (length % 3) {
        case 0: socket.reset(); break;
        case 1: socket.close(); break;
        case 2:
            socket.finishSending();
            EXPECT_TRUE(socket.awaitClose()) << "after " << length << " bytes";
            break;
        }
    }
    EXPECT_LT(grownBytes(), 100 * kMebibyte);
}

TEST_F(BadInput, AFrameOverFrameMaxIsAFrameError)
{
    start();
    // Announced is enough; nobody waits for its payload.
    for (const std::uint32_t payloadBytes : {4097u, 131072u, 0xFFFFFFFFu}) {
        const std::string text =
            closeAfter(frameHeader(3, 1, payloadBytes), {.frameBytesMax = 4096});
        EXPECT_TRUE(text.starts_with("connection.close 501 FRAME_ERROR - ")) << text;
    }
    EXPECT_LT(grownBytes(), 20 * kMebibyte);
}

TEST_F(BadInput, AWrongFrameEndIsAFrameError)
{
    start();
    std::string frame = methodFrame(1, amqp::QueueDeclare{.queue = "q"});
    frame.back() = '\xCD';
    WireClient client(port());
    client.openChannel(1);
    client.sendBytes(bytesOf(frame));
    const std::string text = client.await<amqp::ConnectionClose>(0).text();
    EXPECT_TRUE(text.starts_with("connection.close 501 FRAME_ERROR - ")) << text;
    EXPECT_TRUE(client.awaitClose(5s)) << "an answer would not be understood";
}

TEST_F(BadInput, AnEndlessProtocolHeaderIsNotCollected)
{
    start();
    TcpSocket socket(port());
    const std::string noise(kMebibyte, 'A');
    for (int i = 0; i < 64; ++i) {
        if (!socket.sendAll(bytesOf(noise))) break;
    }
    EXPECT_TRUE(socket.awaitClose());
    EXPECT_LT(grownBytes(), 20 * kMebibyte);
}

TEST_F(BadInput, AnAnnouncedBodyTakesNoMemory)
{
    start();
    constexpr std::uint64_t k4GiB = std::uint64_t{4} << 30;
    for (const std::uint64_t size : {k4GiB, std::numeric_limits<std::uint64_t>::max()}) {
        WireClient client(port());
        client.openChannel(1);
        client.sendBytes(bytesOf(publishAnnouncing(size)));
        EXPECT_EQ(client.await<amqp::ChannelClose>(1).text(),
                  "channel.close 406 PRECONDITION_FAILED - message size " + std::to_string(size) +
                      " is larger than configured max size 134217728");
        // What was under way is still for the closed channel; the connection goes on.
        client.sendBytes(bytesOf(rawFrame(3, 1, std::string(100'000, 'b'))));
        client.send(1, amqp::ChannelCloseOk{});
        client.openChannel(1);
        client.close();
    }
    // The largest one that is allowed: only what has come is kept.
    std::vector<std::unique_ptr<WireClient>> clients;
    for (int i = 0; i < 50; ++i) {
        clients.push_back(std::make_unique<WireClient>(port()));
        clients.back()->openChannel(1);
        clients.back()->sendBytes(bytesOf(publishAnnouncing(134'217'728)));
        clients.back()->sendBytes(bytesOf(rawFrame(3, 1, std::string(10'000, 'b'))));
    }
    clients.back()->openChannel(2);  // answered, so all of it was read
    EXPECT_LT(grownBytes(), 50 * kMebibyte);
}

TEST_F(BadInput, AMessageOverTheLimitClosesItsChannel)
{
    start("max_message_size = 1000\n");
    WireClient client(port());
    client.openChannel(1);
    client.selectConfirms(1);
    client.declareQueue(1, {.queue = "q"});
    client.publish(1, {.routingKey = "q"}, amqp::Properties{}, std::string(1000, 'x'));
    client.await<amqp::BasicAck>(1);
    client.publish(1, {.routingKey = "q"}, amqp::Properties{}, std::string(1001, 'x'));
    EXPECT_EQ(client.await<amqp::ChannelClose>(1).text(),
              "channel.close 406 PRECONDITION_FAILED - message size 1001 is larger than configured "
              "max size 1000");
    client.send(1, amqp::ChannelCloseOk{});
    client.openChannel(1);
    EXPECT_EQ(client.messageCount(1, "q"), 1u);
    client.close();
}

TEST_F(BadInput, TablesAHundredThousandDeepAreASyntaxError)
{
    constexpr std::size_t kDepth = 100'000;
    start("frame_max = 1000000\n");
    const WireLogin login{.frameBytesMax = 1'000'000};
    for (const std::string& table : {nestedTables(kDepth), nestedArrays(kDepth)}) {
        const std::string text = closeAfter(queueDeclareWith(table), login);
        EXPECT_TRUE(text.starts_with("connection.close 502 SYNTAX_ERROR - ")) << text;
        // The same as headers of a message, behind the flag that says there are some.
        const std::string headers = std::string("\x20\0", 2) + table;
        const std::string end = closeAfter(
            methodFrame(1, amqp::BasicPublish{.routingKey = "x"}) + contentHeaderFrame(0, headers) +
                methodFrame(1, amqp::QueueDeclare{.queue = "q", .passive = true}),
            login);
        EXPECT_TRUE(end.starts_with("connection.close 502 SYNTAX_ERROR - ")) << end;
    }
    EXPECT_LT(grownBytes(), 50 * kMebibyte);
}

TEST_F(BadInput, TablesInTheHandshakeMayNotNestDeeplyEither)
{
    start();
    TcpSocket socket(port());
    Buffer payload;
    payload.appendBigEndian(amqp::ConnectionStartOk::kId.key());
    payload.append(nestedTables(600));  // what fits the smallest frame
    payload.append(std::string_view("\5PLAIN\0\0\0\x0c\0guest\0guest\5en_US", 28));
    ASSERT_TRUE(socket.sendAll(amqp::kProtocolHeader));
    ASSERT_TRUE(socket.sendAll(bytesOf(rawFrame(1, 0, stringOf(payload)))));
    EXPECT_TRUE(socket.awaitClose());
}

TEST_F(BadInput, ConsumersThatNeverReadTakeNoMemory)
{
    constexpr int kConsumerCount = 30;
    constexpr int kMessageCount = 400;
    constexpr std::size_t kBodyBytes = 50'000;  // 20 MB in all, 600 MB if each had its copy
    start();
    WireClient publisher(port());
    publisher.openChannel(1);
    publisher.selectConfirms(1);
    std::vector<WireClient> consumers;
    for (int i = 0; i < kConsumerCount; ++i) {
        WireClient& consumer = consumers.emplace_back(port());
        consumer.openChannel(1);
        const std::string queue = "flooded-" + std::to_string(i);
        consumer.declareQueue(1, {.queue = queue, .exclusive = true});
        consumer.call<amqp::QueueBindOk>(1,
                                         amqp::QueueBind{.queue = queue, .exchange = "amq.fanout"});
        consumer.call<amqp::BasicConsumeOk>(1, amqp::BasicConsume{.queue = queue, .noAck = true});
    }
    for (int i = 0; i < kMessageCount; ++i) {
        publisher.publish(1, {.exchange = "amq.fanout"}, amqp::Properties{},
                          bytesFrom(static_cast<std::uint64_t>(i), kBodyBytes));
    }
    while (publisher.await<amqp::BasicAck>(1).as<amqp::BasicAck>().deliveryTag < kMessageCount) {
    }
    EXPECT_LT(grownBytes(), 100 * kMebibyte);
    // One of them begins to read after all, and has missed nothing.
    for (int i = 0; i < kMessageCount; ++i) {
        const WireEvent delivery = consumers.front().await<amqp::BasicDeliver>(1);
        ASSERT_TRUE(delivery.body == bytesFrom(static_cast<std::uint64_t>(i), kBodyBytes)) << i;
    }
}

TEST_F(BadInput, AClientThatGetsAndNeverReadsTakesNoMemory)
{
    constexpr std::size_t kBodyBytes = kMebibyte;
    start();
    WireClient client(port());
    client.openChannel(1);
    client.selectConfirms(1);
    client.declareQueue(1, {.queue = "large", .exclusive = true});
    client.publish(1, {.routingKey = "large"}, amqp::Properties{}, std::string(kBodyBytes, 'x'));
    client.await<amqp::BasicAck>(1);
    // Each pair asks for the same megabyte once more: answered at once they would be 20 GB.
    std::string requests;
    for (std::uint64_t tag = 1; tag <= 20'000; ++tag) {
        requests += methodFrame(1, amqp::BasicGet{.queue = "large"});
        requests += methodFrame(1, amqp::BasicReject{.deliveryTag = tag});
    }
    client.socket().sendAll(bytesOf(requests), 5s);
    std::size_t most = 0;
    const std::uint64_t rounds = m_bystander->roundCount();
    EXPECT_TRUE(becomesTrue([&] {
        most = std::max(most, grownBytes());
        return m_bystander->roundCount() > rounds + 500;
    }));
    EXPECT_LT(most, 150 * kMebibyte);
    client.reset();
}

TEST_F(BadInput, AClientThatReadsLateGetsEveryAnswerInItsOrder)
{
    constexpr std::uint64_t kCount = 300;
    constexpr std::size_t kBodyBytes = 200'000;  // 60 MB of answers to 15 KB of requests
    start();
    WireClient client(port());
    client.openChannel(1);
    client.selectConfirms(1);
    client.declareQueue(1, {.queue = "large", .exclusive = true});
    for (std::uint64_t i = 0; i < kCount; ++i) {
        client.publish(1, {.routingKey = "large"}, amqp::Properties{}, bytesFrom(i, kBodyBytes));
    }
    while (client.await<amqp::BasicAck>(1).as<amqp::BasicAck>().deliveryTag < kCount) {
    }
    std::string requests;
    for (std::uint64_t i = 0; i < kCount; ++i) {
        requests += methodFrame(1, amqp::BasicGet{.queue = "large", .noAck = true});
        requests += methodFrame(1, amqp::QueueDeclare{.queue = "large", .passive = true});
    }
    client.sendBytes(bytesOf(requests));
    const std::uint64_t rounds = m_bystander->roundCount();
    ASSERT_TRUE(becomesTrue([&] { return m_bystander->roundCount() > rounds + 50; }));
    for (std::uint64_t i = 0; i < kCount; ++i) {
        const auto message = client.next();
        ASSERT_TRUE(message && message->is<amqp::BasicGetOk>()) << i;
        ASSERT_TRUE(message->body == bytesFrom(i, kBodyBytes)) << i;
        const auto count = client.next();
        ASSERT_TRUE(count && count->is<amqp::QueueDeclareOk>()) << i;
        ASSERT_EQ(count->as<amqp::QueueDeclareOk>().messageCount, kCount - 1 - i);
    }
    client.close();
}

TEST_F(BadInput, FiveThousandIdleConnectionsAreNoBurden)
{
    constexpr std::size_t kConnectionCount = 5000;
    rlimit limit{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = limit.rlim_max;
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
    ASSERT_GT(limit.rlim_cur, kConnectionCount + 100) << "raise the hard limit of open files";
    start();
    {
        std::vector<std::unique_ptr<WireClient>> clients;
        for (std::size_t i = 0; i < kConnectionCount; ++i) {
            clients.push_back(std::make_unique<WireClient>(port()));
            clients.back()->openChannel(1);
        }
        const std::size_t perConnection = grownBytes() / kConnectionCount;
        std::printf("%zu bytes for each idle connection with a channel\n", perConnection);
        EXPECT_LT(perConnection, 20'000u);
        // Each of them is still served.
        for (const std::size_t i : {std::size_t{0}, kConnectionCount / 2, kConnectionCount - 1}) {
            clients[i]->declareQueue(1, {.queue = "q"});
        }
    }
}

TEST_F(BadInput, ConnectionsThatSayNothingAreDroppedInTime)
{
    start("handshake_timeout = 1000\n");
    std::vector<TcpSocket> sockets;
    for (int i = 0; i < 100; ++i) {
        sockets.emplace_back(port());
        if (i % 2 == 0) sockets.back().sendAll(amqp::kProtocolHeader);
    }
    for (TcpSocket& socket : sockets) {
        EXPECT_TRUE(socket.awaitClose(10s));
    }
}

}  // namespace warren::test
