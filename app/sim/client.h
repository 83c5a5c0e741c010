#pragma once

#include "app/sim/history.h"
#include "core/broker/broker.h"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>

namespace warren::sim {

class Node;
class World;

/// A client that connects to any node that serves, and to another one when it is lost.
class Client {
public:
    Client(World& world, std::string queue) : m_world(world), m_queue(std::move(queue)) {}
    virtual ~Client() = default;

    /// Its turn to do something.
    void act();
    /// Its node has died.
    void loseNode(const Node* node);

protected:
    virtual void begin() = 0;
    virtual void goOn() = 0;
    virtual void take(const broker::Event& event) = 0;
    virtual void lost() = 0;
    void send(broker::CommandBody&& body);

    World& m_world;
    std::string m_queue;
    bool m_isReady = false;

private:
    void connect();
    void disconnect();
    void receive(std::span<broker::Event> events);

    Node* m_node = nullptr;
    ConnectionId m_connection;
    bool m_isFailed = false;
};

/// Publishes with confirms; what is refused or not answered is sent again.
class Publisher final : public Client {
public:
    static constexpr std::size_t kWindow = 8;

    Publisher(World& world, std::string queue, std::uint32_t number)
        : Client(world, std::move(queue)), m_number(number)
    {
    }

private:
    void begin() override;
    void goOn() override;
    void take(const broker::Event& event) override;
    void lost() override;
    void settle(DeliveryTag tag, bool isMultiple, bool isRefused);

    std::uint32_t m_number;
    std::uint32_t m_last = 0;
    std::deque<std::uint32_t> m_again;
    std::map<DeliveryTag, std::uint32_t> m_unconfirmed;
    DeliveryTag m_lastTag = 0;
};

/// Acknowledges what it gets, most of the time.
class Consumer final : public Client {
public:
    using Client::Client;

private:
    void begin() override;
    void goOn() override;
    void take(const broker::Event& event) override;
    void lost() override { m_held.clear(); }

    std::deque<DeliveryTag> m_held;
};

}  // namespace warren::sim
