#include "app/sim/client.h"

#include "app/sim/node.h"
#include "app/sim/world.h"

#include <utility>
#include <variant>
#include <vector>

namespace warren::sim {

Client::Client(Part part)
    : m_world(part.world),
      m_history(part.history),
      m_queue(std::move(part.queue)),
      m_number(part.number),
      m_speaksAmqp(part.speaksAmqp)
{
}

void Client::act()
{
    if (m_isFailed) disconnect();
    if (m_node == nullptr) connect();
    if (m_node == nullptr || m_isFailed) return;
    flushSpeech();
    if (!m_isReady) {
        m_isReady = m_speech == nullptr || m_speech->isOpen();
        if (m_isReady) begin();
    } else {
        goOn();
    }
}

void Client::connect()
{
    if (m_world.now() < m_connectsAt) return;
    Node* node = m_world.anyServingNode();
    if (node == nullptr) return;
    m_node = node;
    if (m_speaksAmqp) {
        m_speech = std::make_unique<AmqpSpeech>();
        m_connection = node->connectSession(
            [this](ByteView bytes, bool isClosed) { takeBytes(bytes, isClosed); });
        return;
    }
    m_connection = node->connect([this](std::span<broker::Event> events) { receive(events); });
    node->apply(m_connection, {0, broker::OpenConnection{.vhost = "/",
                                                         .user = {},
                                                         .wantsConsumerCancelNotify = true,
                                                         .wantsBlockedNotify = true}});
    node->apply(m_connection, {1, broker::OpenChannel{}});
}

/// Something was wrong with it: it tries again, a little later.
void Client::disconnect()
{
    if (m_node != nullptr && m_node->isUp()) m_node->loseConnection(m_connection);
    forgetConnection();
    m_connectsAt = m_world.now() + std::chrono::milliseconds{m_world.below(100)};
}

void Client::loseNode(const Node* node)
{
    if (m_node == node) forgetConnection();
}

void Client::forgetConnection()
{
    m_node = nullptr;
    m_speech.reset();
    m_isFailed = false;
    m_isBlocked = false;
    if (!std::exchange(m_isReady, false)) return;
    m_history.connectionLost(m_number);
    lost();
}

void Client::send(broker::CommandBody&& body)
{
    if (m_node == nullptr || m_isFailed) return;
    if (m_speech == nullptr) {
        m_node->apply(m_connection, {1, std::move(body)});
        return;
    }
    m_speech->say(body);
    flushSpeech();
}

bool Client::isHeld() const { return m_node != nullptr && m_node->isHeld(m_connection); }

void Client::flushSpeech()
{
    if (m_speech == nullptr) return;
    const Buffer bytes = m_speech->takeOutput();
    if (!bytes.isEmpty()) m_node->receiveBytes(m_connection, bytes.view());
}

void Client::takeBytes(ByteView bytes, bool isClosed)
{
    if (m_speech == nullptr) return;
    std::vector<broker::Event> events;
    if (!m_speech->hear(bytes, events)) m_world.fail("a session said what is no AMQP");
    receive(events);
    if (isClosed) m_isFailed = true;
}

void Client::receive(std::span<const broker::Event> events)
{
    for (const broker::Event& event : events) {
        if (std::holds_alternative<broker::Blocked>(event.body)) m_isBlocked = true;
        if (std::holds_alternative<broker::Unblocked>(event.body)) m_isBlocked = false;
        const bool hasFailed = std::holds_alternative<broker::ChannelFailed>(event.body) ||
                               std::holds_alternative<broker::ConnectionFailed>(event.body) ||
                               std::holds_alternative<broker::CancelNotice>(event.body);
        if (hasFailed) m_isFailed = true;
        if (!m_isFailed) take(event);
    }
}

}  // namespace warren::sim
