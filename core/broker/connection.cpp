#include "core/broker/connection.h"

#include "core/base/check.h"
#include "core/broker/relaying.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace warren::broker {

Channel::Channel(Connection& owner, ChannelNumber channelNumber)
    : connection(owner), number(channelNumber)
{
}

Channel::~Channel() = default;

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
    m_held.push_back({.channel = channel, .until = until});
}

Connection::Held* Connection::findHeld(ChannelNumber channel)
{
    const auto at = std::ranges::find(m_held, channel, &Held::channel);
    return at == m_held.end() ? nullptr : &*at;
}

Connection::Held& Connection::heldOf(ChannelNumber channel)
{
    if (Held* held = findHeld(channel)) return *held;
    return m_held.emplace_back(Held{.channel = channel, .until = 0});
}

void Connection::changeDeliveryBytes(Held& held, std::int64_t by)
{
    held.deliveryBytes += by;
    m_heldDeliveryBytes += by;
}

// -------------------------------------------------------------------------- messages to come back

void Connection::postWithoutBody(ChannelNumber channel, EventBody&& body, MissingBody&& missing)
{
    Held& held = heldOf(channel);
    missing.event = held.firstEvent + held.events.size();
    if (std::holds_alternative<Delivery>(body)) changeDeliveryBytes(held, missing.wireBytes);
    m_unaskedCount += !missing.isAsked;
    held.events.push_back(Event{channel, std::move(body)});
    held.missing.pushBack(std::move(missing));
}

std::optional<Connection::Filled> Connection::fill(ChannelNumber channel, LogPosition position)
{
    Held* held = findHeld(channel);
    if (held == nullptr) return std::nullopt;
    // They mostly come in the order in which they were asked for.
    std::size_t at = 0;
    while (at < held->missing.size() &&
           (held->missing[at].isFilled || held->missing[at].request.position != position)) {
        at += 1;
    }
    if (at == held->missing.size()) return std::nullopt;
    MissingBody& missing = held->missing[at];
    missing.isFilled = true;
    if (missing.isAsked) {
        loadingBytes -= std::min<std::size_t>(loadingBytes, missing.request.bodyBytes);
    } else {
        missing.isAsked = true;
        m_unaskedCount -= 1;
    }
    Filled filled{.channel = channel, .missing = missing};
    while (!held->missing.isEmpty() && held->missing.front().isFilled) {
        held->missing.dropFront();
        if (held->askedCount > 0) held->askedCount -= 1;
    }
    return filled;
}

void Connection::complete(const Filled& filled, MessagePtr&& message)
{
    Held& held = *findHeld(filled.channel);
    EventBody& body = held.events[filled.missing.event - held.firstEvent].body;
    if (auto* delivery = std::get_if<Delivery>(&body)) {
        changeDeliveryBytes(held, wireBytes(*message) - filled.missing.wireBytes);
        delivery->message = std::move(message);
    } else {
        std::get<GetOk>(body).message = std::move(message);
    }
}

void Connection::replace(const Filled& filled, std::optional<EventBody>&& body)
{
    Held& held = *findHeld(filled.channel);
    EventBody& place = held.events[filled.missing.event - held.firstEvent].body;
    // A delivery without a message is left out when it is released.
    place = body ? std::move(*body) : EventBody{Delivery{}};
}

void Connection::withdraw(const Filled& filled)
{
    Held& held = *findHeld(filled.channel);
    EventBody& body = held.events[filled.missing.event - held.firstEvent].body;
    if (std::holds_alternative<Delivery>(body)) {
        changeDeliveryBytes(held, -filled.missing.wireBytes);  // left out when it is released
    } else {
        body = GetEmpty{};
    }
}

void Connection::doubtHeld()
{
    for (Held& held : m_held) {
        for (Event& event : held.events) {
            if (auto* delivery = std::get_if<Delivery>(&event.body)) {
                delivery->isRedelivered = true;
            } else if (auto* got = std::get_if<GetOk>(&event.body)) {
                got->isRedelivered = true;
            }
        }
    }
}

// ----------------------------------------------------------------------------------------- release

bool Connection::keepIfHeld(ChannelNumber channel, EventBody& body)
{
    Held* held = findHeld(channel);
    if (held == nullptr) return false;
    if (const auto* delivery = std::get_if<Delivery>(&body)) {
        changeDeliveryBytes(*held, wireBytes(*delivery->message));
    }
    held->events.push_back(Event{channel, std::move(body)});
    return true;
}

bool Connection::release(LogPosition committed)
{
    bool hasReleased = false;
    std::erase_if(m_held, [&](Held& held) {
        if (held.until > committed) return false;
        const bool isComplete = held.missing.isEmpty();
        const std::size_t count =
            isComplete ? held.events.size() : held.missing.front().event - held.firstEvent;
        hasReleased |= releaseFirst(held, count);
        return isComplete;
    });
    return hasReleased;
}

bool Connection::releaseFirst(Held& held, std::size_t count)
{
    if (count == 0) return false;
    const auto end = held.events.begin() + static_cast<std::ptrdiff_t>(count);
    for (auto event = held.events.begin(); event != end; ++event) {
        if (const auto* delivery = std::get_if<Delivery>(&event->body)) {
            if (!delivery->message) continue;  // withdrawn
            changeDeliveryBytes(held, -wireBytes(*delivery->message));
        }
        m_events.push_back(std::move(*event));
    }
    held.events.erase(held.events.begin(), end);
    held.firstEvent += count;
    return true;
}

}  // namespace warren::broker
