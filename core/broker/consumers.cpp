#include "core/broker/consumers.h"

#include <algorithm>
#include <utility>

namespace warren::broker {

void QueueConsumers::add(Consumer& consumer, WallTime now)
{
    m_all.push_back(&consumer);
    consumer.isParked = false;
    consumer.isWaiting = false;
    if (!m_isSingleActive) return join(consumer);
    consumer.isWaiting = true;
    if (m_active == nullptr) activateNext(now);
}

void QueueConsumers::join(Consumer& consumer)
{
    auto at = std::ranges::find_if(
        m_rounds, [&](const Round& round) { return round.priority <= consumer.priority; });
    if (at == m_rounds.end() || at->priority != consumer.priority) {
        Round round;
        round.priority = consumer.priority;
        at = m_rounds.insert(at, std::move(round));
    }
    at->members.pushBack(&consumer);
    // An empty round is kept only while there is no other.
    if (m_rounds.size() > 1) {
        for (std::size_t i = m_rounds.size(); i > 0; --i)
            dropEmptyRound(i - 1);
    }
}

void QueueConsumers::dropEmptyRound(std::size_t at)
{
    // The last one stays, so that parking and waking allocate nothing.
    if (m_rounds.size() == 1 || !m_rounds[at].members.isEmpty()) return;
    m_rounds.erase(m_rounds.begin() + static_cast<std::ptrdiff_t>(at));
}

void QueueConsumers::remove(Consumer& consumer, WallTime now)
{
    std::erase(m_all, &consumer);
    for (Round& round : m_rounds) {
        if (round.priority != consumer.priority) continue;
        const std::size_t count = round.members.size();
        for (std::size_t i = 0; i < count; ++i) {
            Consumer* next = round.members.popFront();
            if (next != &consumer) round.members.pushBack(std::move(next));
        }
    }
    for (std::size_t i = m_rounds.size(); i > 0; --i)
        dropEmptyRound(i - 1);
    if (m_active != &consumer) return;
    m_active = nullptr;
    activateNext(now);
}

void QueueConsumers::activateNext(WallTime now)
{
    if (m_all.empty()) return;
    // The first of the highest priority.
    m_active = *std::ranges::max_element(
        m_all, [](const Consumer* a, const Consumer* b) { return a->priority < b->priority; });
    m_active->isWaiting = false;
    m_active->isParked = false;
    m_active->activeSince = now;
    join(*m_active);
}

void QueueConsumers::advance()
{
    Ring<Consumer*>& members = m_rounds.front().members;
    if (members.size() > 1) members.pushBack(members.popFront());
}

void QueueConsumers::parkCurrent()
{
    m_rounds.front().members.front()->isParked = true;
    m_rounds.front().members.dropFront();
    dropEmptyRound(0);
}

void QueueConsumers::unpark(Consumer& consumer)
{
    if (!consumer.isParked) return;
    consumer.isParked = false;
    if (!consumer.isWaiting) join(consumer);
}

}  // namespace warren::broker
