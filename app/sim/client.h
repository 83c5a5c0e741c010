#pragma once

#include "app/sim/amqp_speech.h"
#include "app/sim/history.h"
#include "core/base/time.h"
#include "core/broker/broker.h"

#include <memory>
#include <span>
#include <string>

namespace warren::sim {

class Node;
class World;

/// A client that connects to any node that serves, and to another one when it is lost. It talks to
/// the broker by commands, or speaks AMQP with a session of its node.
class Client {
public:
    struct Part {
        World& world;
        History& history;
        std::string queue;
        std::uint32_t number = 0;
        bool speaksAmqp = false;
    };
    explicit Client(Part part);
    virtual ~Client() = default;

    /// Its turn to do something.
    void act();
    /// Its node has died.
    void loseNode(const Node* node);
    /// Whether it has told the world all that it has to.
    virtual bool isAtRest() const { return !m_isBlocked; }

protected:
    virtual void begin() = 0;
    virtual void goOn() = 0;
    virtual void take(const broker::Event& event) = 0;
    virtual void lost() = 0;
    void send(broker::CommandBody&& body);
    /// Whether its node reads nothing from it at the moment.
    bool isHeld() const;
    bool isReady() const { return m_isReady; }

    World& m_world;
    History& m_history;
    const std::string m_queue;
    const std::uint32_t m_number;

private:
    void connect();
    void disconnect();
    void forgetConnection();
    void takeBytes(ByteView bytes, bool isClosed);
    void receive(std::span<const broker::Event> events);
    void flushSpeech();

    const bool m_speaksAmqp;
    Node* m_node = nullptr;
    ConnectionId m_connection;
    std::unique_ptr<AmqpSpeech> m_speech;  // of this connection
    bool m_isReady = false;
    bool m_isFailed = false;
    bool m_isBlocked = false;  // so it was told
    Instant m_connectsAt{};
};

}  // namespace warren::sim
