#include "core/broker/connection.h"

#include "core/base/check.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace warren::broker {

ConsumerSlot Channel::takeSlot()
{
    if (m_freeSlots.empty()) return m_slotCount++;
    const ConsumerSlot slot = m_freeSlots.back();
    m_freeSlots.pop_back();
    return slot;
}

Channel& Connection::openChannel(ChannelNumber number)
{
    if (number >= m_channels.size()) m_channels.resize(std::size_t{number} + 1);
    WARREN_CHECK(m_channels[number] == nullptr);
    m_channels[number] = std::make_unique<Channel>(*this, number);
    m_channelCount += 1;
    return *m_channels[number];
}

void Connection::eraseChannel(ChannelNumber number)
{
    WARREN_CHECK(findChannel(number) != nullptr);
    m_channels[number].reset();
    m_channelCount -= 1;
}

std::size_t Connection::memoryBytes() const
{
    std::size_t bytes = sizeof *this + m_channels.capacity() * sizeof(m_channels.front()) +
                        m_events.capacity() * sizeof(Event);
    for (const Held& held : m_held)
        bytes += held.events.capacity() * sizeof(Event);
    forEachChannel([&](const Channel& channel) {
        bytes += sizeof channel + channel.unacked.memoryBytes() + channel.confirms.memoryBytes();
    });
    return bytes;
}

void Connection::hold(ChannelNumber channel, LogPosition until)
{
    for (Held& held : m_held) {
        if (held.channel != channel) continue;
        held.until = std::max(held.until, until);
        return;
    }
    m_held.push_back({.channel = channel, .until = until, .deliveryBytes = 0, .events = {}});
}

bool Connection::keepIfHeld(ChannelNumber channel, EventBody& body)
{
    for (Held& held : m_held) {
        if (held.channel != channel) continue;
        if (const auto* delivery = std::get_if<Delivery>(&body)) {
            const std::int64_t bytes = wireBytes(*delivery->message);
            held.deliveryBytes += bytes;
            m_heldDeliveryBytes += bytes;
        }
        held.events.push_back(Event{channel, std::move(body)});
        return true;
    }
    return false;
}

void Connection::dropHeld()
{
    m_held.clear();
    m_heldDeliveryBytes = 0;
}

bool Connection::release(LogPosition committed)
{
    bool hasReleased = false;
    std::erase_if(m_held, [&](Held& held) {
        if (held.until > committed) return false;
        hasReleased |= !held.events.empty();
        m_heldDeliveryBytes -= held.deliveryBytes;
        m_events.insert(m_events.end(), std::make_move_iterator(held.events.begin()),
                        std::make_move_iterator(held.events.end()));
        return true;
    });
    return hasReleased;
}

}  // namespace warren::broker
