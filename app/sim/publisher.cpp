#include "app/sim/publisher.h"

#include "app/sim/world.h"
#include "core/amqp/properties.h"

#include <string>
#include <utility>
#include <variant>

namespace warren::sim {

void Publisher::begin()
{
    send(broker::SelectConfirms{});
    m_lastTag = 0;
}

void Publisher::goOn()
{
    while (m_unconfirmed.size() < kWindow) {
        // What it says would not be read before the alarm is over.
        if (isHeld()) return;
        std::uint32_t number = 0;
        if (!m_again.empty()) {
            number = m_again.front();
            m_again.pop_front();
        } else if (!m_world.isEnding()) {
            number = ++m_last;
        } else {
            return;
        }
        publish(number);
        if (m_world.below(4) == 0) return;
    }
}

void Publisher::publish(std::uint32_t number)
{
    amqp::Properties properties;
    properties.deliveryMode = amqp::kDeliveryModePersistent;
    if (m_lifetimes.haveSome && m_world.below(4) == 0) {
        properties.expiration = std::to_string(50 + m_world.below(3000));
    }
    Buffer encoded;
    amqp::appendProperties(encoded, properties);
    const History::Id id{m_number, number};
    m_history.sent(id, m_lifetimes.haveAll || properties.expiration);
    m_unconfirmed[++m_lastTag] = number;
    const std::string text = id.text();
    send(broker::Publish{
        .message = broker::makeMessage("", m_queue, encoded.view(), true, bytesOf(text)),
        .isMandatory = true});
}

void Publisher::take(const broker::Event& event)
{
    if (const auto* confirm = std::get_if<broker::Confirm>(&event.body)) {
        settle(confirm->tag, confirm->isMultiple, confirm->isRefused);
    } else if (const auto* returned = std::get_if<broker::Returned>(&event.body)) {
        const auto id = History::Id::parse(std::string{textOf(returned->message->body())});
        if (!id) return m_world.fail("what was returned is not what was sent");
        m_returned.insert(id->number);
    }
}

void Publisher::settle(DeliveryTag tag, bool isMultiple, bool isRefused)
{
    const auto end = m_unconfirmed.upper_bound(tag);
    const auto begin = isMultiple ? m_unconfirmed.begin() : m_unconfirmed.find(tag);
    for (auto at = begin; at != end && at != m_unconfirmed.end();) {
        const bool wasReturned = m_returned.erase(at->second) > 0;
        if (isRefused) m_history.refused();
        if (isRefused || wasReturned) {
            m_again.push_back(at->second);
        } else {
            m_history.confirmed({m_number, at->second});
        }
        at = m_unconfirmed.erase(at);
    }
}

void Publisher::lost()
{
    m_returned.clear();
    for (const auto& [tag, number] : std::exchange(m_unconfirmed, {}))
        m_again.push_back(number);
}

}  // namespace warren::sim
