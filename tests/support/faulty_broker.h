#pragma once

#include "core/amqp/frame_parser.h"
#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "tests/support/tcp_socket.h"

#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <thread>

namespace warren::test {

/// What a broker does wrong. Every nth message is counted over all that are published; 0 is never.
struct Faults {
    std::uint64_t loseEvery = 0;
    std::uint64_t duplicateEvery = 0;
    std::uint64_t redeliverEvery = 0;  // twice, the second time marked as redelivered
    std::uint64_t swapEvery = 0;       // with the message after it
    std::uint64_t damageEvery = 0;     // one byte less
    std::uint64_t nackEvery = 0;       // refused and not delivered
    std::uint64_t returnEvery = 0;     // basic.return, and not delivered
    bool refusesLogin = false;
    bool neverConfirms = false;
    std::uint64_t closesChannelAt = 0;     // after so many messages, with 406
    std::uint64_t closesConnectionAt = 0;  // with 320
    std::uint64_t dropsConnectionAt = 0;   // without a word
    std::uint64_t writesNonsenseAt = 0;    // bytes that are no frame
    std::uint64_t blocksAt = 0;            // connection.blocked, for a quarter of a second
};

/// A broker as far as a load generator sees it, with faults on demand: queues of the default
/// exchange, consumers without limits, confirms. It keeps no rules, so that it can break them.
///
/// Thread: serves on one of its own, from construction to destruction.
class FaultyBroker {
public:
    explicit FaultyBroker(const Faults& faults);
    ~FaultyBroker();
    FaultyBroker(const FaultyBroker&) = delete;
    FaultyBroker& operator=(const FaultyBroker&) = delete;

    std::uint16_t port() const { return m_port; }

private:
    struct Client {
        explicit Client(int descriptor) : socket(TcpSocket::adopt(descriptor)) {}

        TcpSocket socket;
        Buffer input;
        Buffer output;
        amqp::FrameParser parser{131072};
        bool hasGreeted = false;
        bool hasConfirms = false;
        std::uint64_t published = 0;
        // The message that comes: its routing key, and its body so far.
        ChannelNumber channel = 0;
        std::string queue;
        std::string properties;
        std::uint64_t bodyBytesLeft = 0;
        std::string body;
    };
    struct Message {
        std::string properties;
        std::string body;
        bool isRedelivered = false;
    };
    struct Consumer {
        Client* client = nullptr;
        ChannelNumber channel = 0;
        std::string tag;
        std::uint64_t nextDelivery = 1;
    };
    struct Queue {
        std::deque<Message> messages;
        std::optional<Consumer> consumer;
    };

    void serve();
    void accept();
    void read(Client& client);
    void take(Client& client, const amqp::Frame& frame);
    void takeMethod(Client& client, const amqp::Frame& frame);
    void takePublished(Client& client);
    bool breakOff(Client& client);
    void confirm(Client& client, bool isNack);
    void enqueue(const std::string& queue, Message message);
    void deliver(Queue& queue);
    void forget(const Client& client);

    const Faults m_faults;
    int m_listener = -1;
    int m_stop = -1;  // readable when the thread is to end
    std::uint16_t m_port = 0;
    std::list<Client> m_clients;
    std::map<std::string, Queue> m_queues;
    std::uint64_t m_count = 0;
    std::optional<Message> m_held;  // swapped with the next one
    std::thread m_thread;
};

}  // namespace warren::test
