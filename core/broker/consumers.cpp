#include "core/broker/consumers.h"

#include <algorithm>

namespace warren::broker {

void QueueConsumers::add(Consumer& consumer)
{
    m_all.push_back(&consumer);
    consumer.isParked = false;
    m_round.pushBack(&consumer);
}

void QueueConsumers::remove(Consumer& consumer)
{
    std::erase(m_all, &consumer);
    const std::size_t count = m_round.size();
    for (std::size_t i = 0; i < count; ++i) {
        Consumer* next = m_round.popFront();
        if (next != &consumer) m_round.pushBack(std::move(next));
    }
}

void QueueConsumers::advance()
{
    if (m_round.size() > 1) m_round.pushBack(m_round.popFront());
}

void QueueConsumers::parkCurrent()
{
    m_round.front()->isParked = true;
    m_round.dropFront();
}

void QueueConsumers::unpark(Consumer& consumer)
{
    if (!consumer.isParked) return;
    consumer.isParked = false;
    m_round.pushBack(&consumer);
}

}  // namespace warren::broker
