#include "app/sim/client.h"

#include "app/sim/node.h"
#include "app/sim/world.h"

#include <utility>
#include <variant>

namespace warren::sim {

void Client::act()
{
    if (m_isFailed) disconnect();
    if (m_node == nullptr) {
        connect();
    } else if (m_isReady) {
        goOn();
    }
}

void Client::connect()
{
    Node* node = m_world.anyServingNode();
    if (node == nullptr) return;
    m_node = node;
    m_connection = node->connect([this](std::span<broker::Event> events) { receive(events); });
    node->apply(m_connection, {0, broker::OpenConnection{.vhost = "/", .user = {}}});
    if (m_isFailed) return;
    node->apply(m_connection, {1, broker::OpenChannel{}});
    m_isReady = true;
    begin();
}

void Client::disconnect()
{
    if (m_node != nullptr && m_node->isUp()) m_node->loseConnection(m_connection);
    m_node = nullptr;
    m_isFailed = false;
    m_isReady = false;
    lost();
}

void Client::loseNode(const Node* node)
{
    if (m_node != node) return;
    m_node = nullptr;
    m_isFailed = false;
    m_isReady = false;
    lost();
}

void Client::send(broker::CommandBody&& body)
{
    if (m_node == nullptr || m_isFailed) return;
    m_node->apply(m_connection, {1, std::move(body)});
}

void Client::receive(std::span<broker::Event> events)
{
    for (const broker::Event& event : events) {
        const bool hasFailed = std::holds_alternative<broker::ChannelFailed>(event.body) ||
                               std::holds_alternative<broker::ConnectionFailed>(event.body) ||
                               std::holds_alternative<broker::CancelNotice>(event.body);
        if (hasFailed) m_isFailed = true;
        if (!m_isFailed) take(event);
    }
}

// --------------------------------------------------------------------------------------- publisher

void Publisher::begin()
{
    send(broker::SelectConfirms{});
    m_lastTag = 0;
}

void Publisher::goOn()
{
    if (m_world.isEnding() && m_again.empty()) return;
    while (m_unconfirmed.size() < kWindow) {
        std::uint32_t number = 0;
        if (!m_again.empty()) {
            number = m_again.front();
            m_again.pop_front();
        } else if (!m_world.isEnding()) {
            number = ++m_last;
        } else {
            return;
        }
        const History::Id id{m_number, number};
        m_world.history().sent(id);
        m_unconfirmed[++m_lastTag] = number;
        const std::string text = id.text();
        send(broker::Publish{.message = broker::makeMessage("", m_queue, {}, true, bytesOf(text))});
        if (m_world.below(4) == 0) return;
    }
}

void Publisher::take(const broker::Event& event)
{
    const auto* confirm = std::get_if<broker::Confirm>(&event.body);
    if (confirm != nullptr) settle(confirm->tag, confirm->isMultiple, confirm->isRefused);
}

void Publisher::settle(DeliveryTag tag, bool isMultiple, bool isRefused)
{
    const auto end = m_unconfirmed.upper_bound(tag);
    const auto begin = isMultiple ? m_unconfirmed.begin() : m_unconfirmed.find(tag);
    for (auto at = begin; at != end && at != m_unconfirmed.end();) {
        if (isRefused) {
            m_world.history().refused();
            m_again.push_back(at->second);
        } else {
            m_world.history().confirmed({m_number, at->second});
        }
        at = m_unconfirmed.erase(at);
    }
}

void Publisher::lost()
{
    for (const auto& [tag, number] : std::exchange(m_unconfirmed, {}))
        m_again.push_back(number);
}

// ---------------------------------------------------------------------------------------- consumer

void Consumer::begin()
{
    send(broker::SetPrefetch{.count = 20});
    send(broker::Consume{.queue = m_queue, .tag = "c"});
}

void Consumer::goOn()
{
    while (!m_held.empty()) {
        if (!m_world.isEnding() && m_world.below(8) == 0) return;
        const DeliveryTag tag = m_held.front();
        m_held.pop_front();
        send(broker::Ack{.tag = tag});
    }
}

void Consumer::take(const broker::Event& event)
{
    const auto* delivery = std::get_if<broker::Delivery>(&event.body);
    if (delivery == nullptr) return;
    const auto id = History::Id::parse(std::string{textOf(delivery->message->body())});
    if (!id) return m_world.fail("a body is not what was sent");
    m_world.history().delivered(*id, delivery->isRedelivered);
    m_held.push_back(delivery->tag);
}

}  // namespace warren::sim
