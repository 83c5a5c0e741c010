#include "app/sim/consumer.h"

#include "app/sim/world.h"
#include "core/broker/message_copy.h"

#include <optional>
#include <string>
#include <variant>

namespace warren::sim {

namespace {

/// Why the message left the queue, by its headers; nothing if they don't say so.
std::optional<History::Death> deathOf(const broker::Message& message, std::string_view queue)
{
    const amqp::FieldTable headers = broker::headersOf(message);
    const amqp::FieldValue* deaths = headers.find("x-death");
    const auto* array = deaths == nullptr ? nullptr : deaths->as<amqp::FieldArray>();
    const auto* death =
        array == nullptr || array->size() != 1 ? nullptr : array->front().as<amqp::FieldTable>();
    if (death == nullptr) return std::nullopt;
    const auto textAt = [&](std::string_view key) -> std::string_view {
        const amqp::FieldValue* value = death->find(key);
        const auto* text = value == nullptr ? nullptr : value->as<std::string>();
        return text == nullptr ? std::string_view{} : std::string_view{*text};
    };
    if (textAt("queue") != queue) return std::nullopt;
    if (textAt("reason") == "rejected") return History::Death::Rejected;
    if (textAt("reason") == "expired") return History::Death::Expired;
    return std::nullopt;
}

}  // namespace

void Consumer::begin()
{
    send(broker::SetPrefetch{.count = 20});
    send(broker::Consume{.queue = m_queue, .tag = "c"});
}

void Consumer::goOn()
{
    if (!m_world.isEnding() && m_world.now() < m_isIdleUntil) return;
    const bool isLazy = m_manner == Manner::RejectsSome && m_world.below(300) == 0;
    if (isLazy) m_isIdleUntil = m_world.now() + std::chrono::milliseconds{m_world.below(3000)};
    while (!m_held.empty()) {
        if (!m_world.isEnding() && m_world.below(8) == 0) return;
        settle(m_held.front());
        m_held.pop_front();
    }
}

void Consumer::settle(const Held& held)
{
    if (m_manner == Manner::RejectsSome && m_world.below(4) == 0) {
        m_history.rejected(held.id);
        send(broker::Reject{.tag = held.tag, .requeues = false});
        return;
    }
    if (m_manner != Manner::TakesDead) m_history.acknowledged(held.id);
    send(broker::Ack{.tag = held.tag});
}

void Consumer::take(const broker::Event& event)
{
    const auto* delivery = std::get_if<broker::Delivery>(&event.body);
    if (delivery == nullptr) return;
    const auto id = History::Id::parse(std::string{textOf(delivery->message->body())});
    if (!id) return m_world.fail("a body is not what was sent");
    if (m_manner == Manner::TakesDead) {
        noteDead(*delivery, *id);
    } else {
        m_history.delivered(*id, delivery->isRedelivered, m_number);
    }
    m_held.push_back({delivery->tag, *id});
}

void Consumer::noteDead(const broker::Delivery& delivery, History::Id id)
{
    const auto death = deathOf(*delivery.message, "work");
    if (!death) return m_world.fail("dead letter " + id.text() + " does not say how it died");
    if (delivery.message->hasExpiration()) {
        return m_world.fail("dead letter " + id.text() + " kept its lifetime");
    }
    m_history.died(id, *death, delivery.isRedelivered);
}

}  // namespace warren::sim
