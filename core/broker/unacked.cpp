#include "core/broker/unacked.h"

#include "core/base/check.h"

#include <algorithm>
#include <utility>

namespace warren::broker {

DeliveryTag UnackedMessages::add(UnackedMessage&& message)
{
    m_lastTag += 1;
    message.tag = m_lastTag;
    m_messages.pushBack(std::move(message));
    return m_lastTag;
}

UnackedMessage* UnackedMessages::at(DeliveryTag tag)
{
    if (m_messages.isEmpty() || tag < m_messages.front().tag || tag > m_messages.back().tag) {
        return nullptr;
    }
    // Without gaps a tag's place is its distance from the first; with gaps it lies before that.
    std::size_t end = std::min<std::size_t>(tag - m_messages.front().tag, m_messages.size() - 1);
    if (m_messages[end].tag == tag) return &m_messages[end];
    std::size_t begin = 0;
    while (begin < end) {
        const std::size_t middle = begin + (end - begin) / 2;
        if (m_messages[middle].tag < tag) {
            begin = middle + 1;
        } else {
            end = middle;
        }
    }
    return m_messages[begin].tag == tag ? &m_messages[begin] : nullptr;
}

UnackedMessage* UnackedMessages::find(DeliveryTag tag)
{
    UnackedMessage* message = at(tag);
    const bool isHeld = message != nullptr && message->state == UnackedMessage::State::Held;
    return isHeld ? message : nullptr;
}

UnackedMessage& UnackedMessages::inTransaction(DeliveryTag tag)
{
    UnackedMessage* message = at(tag);
    WARREN_CHECK(message != nullptr && message->state == UnackedMessage::State::InTransaction);
    return *message;
}

QueueEntry UnackedMessages::release(UnackedMessage& message)
{
    WARREN_CHECK(message.state != UnackedMessage::State::Gone);
    message.state = UnackedMessage::State::Gone;
    m_goneCount += 1;
    return std::move(message.entry);
}

void UnackedMessages::tidy()
{
    while (!m_messages.isEmpty() && m_messages.front().state == UnackedMessage::State::Gone) {
        m_messages.dropFront();
        m_goneCount -= 1;
    }
    constexpr std::size_t kGonePlacesKept = 64;
    if (m_goneCount <= kGonePlacesKept || m_goneCount <= m_messages.size() / 2) return;
    const std::size_t count = m_messages.size();
    for (std::size_t i = 0; i < count; ++i) {
        UnackedMessage message = m_messages.popFront();
        if (message.state != UnackedMessage::State::Gone) m_messages.pushBack(std::move(message));
    }
    m_goneCount = 0;
}

}  // namespace warren::broker
