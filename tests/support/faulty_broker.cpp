#include "tests/support/faulty_broker.h"

#include "core/amqp/content_header.h"
#include "core/amqp/frame_writer.h"
#include "core/amqp/method_codec.h"
#include "core/amqp/methods.h"
#include "core/base/check.h"

#include <algorithm>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace warren::test {

namespace {

constexpr std::uint32_t kFrameBytesMax = 131072;

bool isEvery(std::uint64_t every, std::uint64_t count) { return every > 0 && count % every == 0; }

template <typename M>
M decoded(const amqp::Frame& frame)
{
    auto method = amqp::decodeArguments<M>(amqp::argumentsOf(frame.payload));
    WARREN_CHECK(method.isOk());
    return std::move(*method);
}

}  // namespace

FaultyBroker::FaultyBroker(const Faults& faults)
    : m_faults(faults),
      m_listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
      m_stop(::eventfd(0, EFD_CLOEXEC))
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    WARREN_CHECK(::bind(m_listener, generic, size) == 0);
    WARREN_CHECK(::listen(m_listener, 16) == 0);
    WARREN_CHECK(::getsockname(m_listener, generic, &size) == 0);
    m_port = ntohs(address.sin_port);
    m_thread = std::thread([this] { serve(); });
}

FaultyBroker::~FaultyBroker()
{
    const std::uint64_t one = 1;
    WARREN_CHECK(::write(m_stop, &one, sizeof one) == sizeof one);
    m_thread.join();
    ::close(m_listener);
    ::close(m_stop);
}

void FaultyBroker::serve()
{
    while (true) {
        std::vector<pollfd> waiting{{.fd = m_stop, .events = POLLIN, .revents = 0},
                                    {.fd = m_listener, .events = POLLIN, .revents = 0}};
        for (const Client& client : m_clients) {
            const bool wantsRoom = !client.output.isEmpty();
            waiting.push_back({.fd = client.socket.descriptor(),
                               .events = static_cast<short>(wantsRoom ? POLLIN | POLLOUT : POLLIN),
                               .revents = 0});
        }
        WARREN_CHECK(::poll(waiting.data(), waiting.size(), -1) >= 0);
        if (waiting[0].revents != 0) return;
        std::size_t at = 2;
        for (Client& client : m_clients) {
            if (waiting[at++].revents != 0) read(client);
        }
        for (Client& client : m_clients)
            client.output.consume(client.socket.sendSome(client.output.view()));
        for (auto it = m_clients.begin(); it != m_clients.end();) {
            if (!it->socket.isOpen()) forget(*it);
            it = it->socket.isOpen() ? std::next(it) : m_clients.erase(it);
        }
        if (waiting[1].revents != 0) accept();
    }
}

void FaultyBroker::accept()
{
    const int descriptor = ::accept4(m_listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (descriptor >= 0) m_clients.emplace_back(descriptor);
}

void FaultyBroker::forget(const Client& client)
{
    for (auto& [name, queue] : m_queues) {
        if (queue.consumer && queue.consumer->client == &client) queue.consumer.reset();
    }
}

void FaultyBroker::read(Client& client)
{
    client.socket.receiveSome(client.input);
    if (!client.hasGreeted) {
        constexpr std::size_t kHeaderBytes = 8;
        if (client.input.size() < kHeaderBytes) return;
        client.input.consume(kHeaderBytes);
        client.hasGreeted = true;
        amqp::appendMethod(client.output, 0,
                           amqp::ConnectionStart{.mechanisms = "PLAIN", .locales = "en_US"});
    }
    while (client.socket.isOpen()) {
        const auto frame = client.parser.next(client.input.view());
        WARREN_CHECK(frame.isOk());
        if (!frame->has_value()) return;
        take(client, **frame);
        if (client.socket.isOpen()) {
            client.input.consume(amqp::FrameParser::consumedBytes(**frame));
        }
    }
}

void FaultyBroker::take(Client& client, const amqp::Frame& frame)
{
    switch (frame.type) {
    case amqp::FrameType::Method: takeMethod(client, frame); return;
    case amqp::FrameType::Heartbeat: return;
    case amqp::FrameType::Header: {
        const auto header = amqp::decodeContentHeader(frame.payload);
        WARREN_CHECK(header.isOk());
        client.properties = textOf(header->properties);
        client.bodyBytesLeft = header->bodyBytes;
        client.body.clear();
        break;
    }
    case amqp::FrameType::Body:
        client.body += textOf(frame.payload);
        client.bodyBytesLeft -= frame.payload.size();
        break;
    }
    if (client.bodyBytesLeft == 0) takePublished(client);
}

void FaultyBroker::takeMethod(Client& client, const amqp::Frame& frame)
{
    const amqp::MethodId id = *amqp::peekMethodId(frame.payload);
    const auto answer = [&](const auto& method) {
        amqp::appendMethod(client.output, frame.channel, method);
    };
    if (id == amqp::ConnectionStartOk::kId) {
        if (m_faults.refusesLogin) {
            answer(
                amqp::ConnectionClose{.replyCode = 403, .replyText = "ACCESS_REFUSED - not you"});
        } else {
            answer(amqp::ConnectionTune{.channelMax = 2047, .frameMax = kFrameBytesMax});
        }
    } else if (id == amqp::ConnectionOpen::kId) {
        answer(amqp::ConnectionOpenOk{});
    } else if (id == amqp::ConnectionClose::kId) {
        answer(amqp::ConnectionCloseOk{});
    } else if (id == amqp::ChannelOpen::kId) {
        answer(amqp::ChannelOpenOk{});
    } else if (id == amqp::ChannelClose::kId) {
        answer(amqp::ChannelCloseOk{});
    } else if (id == amqp::QueueDeclare::kId) {
        const auto declare = decoded<amqp::QueueDeclare>(frame);
        const std::string name(declare.queue);
        if (declare.passive && !m_queues.contains(name)) {
            answer(amqp::ChannelClose{.replyCode = 404, .replyText = "NOT_FOUND - no queue"});
            return;
        }
        const auto ready = static_cast<std::uint32_t>(m_queues[name].messages.size());
        answer(amqp::QueueDeclareOk{.queue = name, .messageCount = ready});
    } else if (id == amqp::QueueDelete::kId) {
        m_queues.erase(std::string(decoded<amqp::QueueDelete>(frame).queue));
        answer(amqp::QueueDeleteOk{});
    } else if (id == amqp::BasicQos::kId) {
        answer(amqp::BasicQosOk{});
    } else if (id == amqp::ConfirmSelect::kId) {
        client.hasConfirms = true;
        answer(amqp::ConfirmSelectOk{});
    } else if (id == amqp::BasicConsume::kId) {
        const auto consume = decoded<amqp::BasicConsume>(frame);
        answer(amqp::BasicConsumeOk{.consumerTag = consume.consumerTag});
        Queue& queue = m_queues[std::string(consume.queue)];
        queue.consumer = Consumer{
            .client = &client, .channel = frame.channel, .tag = std::string(consume.consumerTag)};
        deliver(queue);
    } else if (id == amqp::BasicPublish::kId) {
        client.channel = frame.channel;
        client.queue = decoded<amqp::BasicPublish>(frame).routingKey;
    }
}

/// Ends what is to end at this message. @returns whether that was so
bool FaultyBroker::breakOff(Client& client)
{
    if (m_count == m_faults.closesChannelAt) {
        amqp::appendMethod(client.output, client.channel,
                           amqp::ChannelClose{.replyCode = 406,
                                              .replyText = "PRECONDITION_FAILED - enough",
                                              .classId = amqp::BasicPublish::kId.classId,
                                              .methodId = amqp::BasicPublish::kId.methodId});
    } else if (m_count == m_faults.closesConnectionAt) {
        amqp::appendMethod(
            client.output, 0,
            amqp::ConnectionClose{.replyCode = 320, .replyText = "CONNECTION_FORCED - bye"});
    } else if (m_count == m_faults.dropsConnectionAt) {
        client.socket.close();
    } else if (m_count == m_faults.writesNonsenseAt) {
        client.output.append(std::string_view("\x01\x00\x01\xFF\xFF\xFF\xFF", 7));
    } else {
        return false;
    }
    return true;
}

void FaultyBroker::takePublished(Client& client)
{
    m_count += 1;
    client.published += 1;
    if (breakOff(client)) return;
    if (m_count == m_faults.blocksAt) {
        amqp::appendMethod(client.output, 0, amqp::ConnectionBlocked{.reason = "low on memory"});
        client.output.consume(client.socket.sendSome(client.output.view()));
        std::this_thread::sleep_for(std::chrono::milliseconds{250});
        amqp::appendMethod(client.output, 0, amqp::ConnectionUnblocked{});
    }
    const bool isReturned = isEvery(m_faults.returnEvery, m_count);
    if (isReturned) {
        amqp::appendReturn(client.output, client.channel,
                           {.replyCode = 312, .replyText = "NO_ROUTE", .routingKey = client.queue},
                           {.properties = bytesOf(client.properties), .body = bytesOf(client.body)},
                           kFrameBytesMax);
    }
    const bool isNack = isEvery(m_faults.nackEvery, m_count);
    if (client.hasConfirms && !m_faults.neverConfirms) confirm(client, isNack);
    if (isReturned || isNack || isEvery(m_faults.loseEvery, m_count)) return;

    Message message{.properties = client.properties, .body = client.body};
    if (isEvery(m_faults.damageEvery, m_count)) message.body.pop_back();
    if (isEvery(m_faults.swapEvery, m_count) && !m_held) {
        m_held = std::move(message);
        return;
    }
    if (isEvery(m_faults.duplicateEvery, m_count)) enqueue(client.queue, message);
    const bool isTwice = isEvery(m_faults.redeliverEvery, m_count);
    enqueue(client.queue, message);
    if (isTwice) {
        message.isRedelivered = true;
        enqueue(client.queue, std::move(message));
    }
    if (m_held) enqueue(client.queue, *std::exchange(m_held, std::nullopt));
}

void FaultyBroker::confirm(Client& client, bool isNack)
{
    if (isNack) {
        amqp::appendMethod(client.output, client.channel,
                           amqp::BasicNack{.deliveryTag = client.published});
    } else {
        amqp::appendAck(client.output, client.channel, client.published, false);
    }
}

void FaultyBroker::enqueue(const std::string& queue, Message message)
{
    const auto found = m_queues.find(queue);
    if (found == m_queues.end()) return;
    found->second.messages.push_back(std::move(message));
    deliver(found->second);
}

void FaultyBroker::deliver(Queue& queue)
{
    if (!queue.consumer) return;
    Consumer& consumer = *queue.consumer;
    for (const Message& message : queue.messages) {
        amqp::appendDeliver(
            consumer.client->output, consumer.channel,
            {.consumerTag = consumer.tag,
             .deliveryTag = consumer.nextDelivery++,
             .redelivered = message.isRedelivered},
            {.properties = bytesOf(message.properties), .body = bytesOf(message.body)},
            kFrameBytesMax);
    }
    queue.messages.clear();
}

}  // namespace warren::test
