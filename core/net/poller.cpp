#include "core/net/poller.h"

#include "core/base/check.h"

#include <QSocketNotifier>

#include <array>
#include <cerrno>
#include <cstddef>
#include <sys/epoll.h>
#include <utility>

namespace warren::net {

Poller::Poller(QObject* parent) : QObject(parent), m_epoll(::epoll_create1(EPOLL_CLOEXEC))
{
    // As Qt does when its own event loop gets no descriptor: without one a thread can do nothing.
    if (!m_epoll.isOpen()) qFatal("cannot create an epoll descriptor (errno %d)", errno);
    m_notifier = std::make_unique<QSocketNotifier>(m_epoll.get(), QSocketNotifier::Read);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, [this] { dispatch(); });
}

Poller::~Poller() = default;

bool Poller::add(int descriptor, std::uint32_t events, IoHandler& handler)
{
    epoll_event event{};
    event.events = events;
    event.data.ptr = &handler;
    return ::epoll_ctl(m_epoll.get(), EPOLL_CTL_ADD, descriptor, &event) == 0;
}

void Poller::modify(int descriptor, std::uint32_t events, IoHandler& handler)
{
    epoll_event event{};
    event.events = events;
    event.data.ptr = &handler;
    WARREN_CHECK(::epoll_ctl(m_epoll.get(), EPOLL_CTL_MOD, descriptor, &event) == 0);
}

void Poller::remove(int descriptor, IoHandler& handler)
{
    WARREN_CHECK(::epoll_ctl(m_epoll.get(), EPOLL_CTL_DEL, descriptor, nullptr) == 0);
    if (handler.m_batchIndex < 0) return;
    m_batch[static_cast<std::size_t>(handler.m_batchIndex)] = nullptr;
    handler.m_batchIndex = -1;
}

void Poller::dispatch()
{
    if (m_isDispatching) return;  // an event loop inside a handler: the outer turn goes on later

    std::array<epoll_event, kEventsPerTurn> events;
    const int count = ::epoll_wait(m_epoll.get(), events.data(), kEventsPerTurn, 0);
    if (count <= 0) return;

    m_isDispatching = true;
    m_batch.clear();
    for (int i = 0; i < count; ++i) {
        auto* handler = static_cast<IoHandler*>(events[static_cast<std::size_t>(i)].data.ptr);
        handler->m_batchIndex = i;
        m_batch.push_back(handler);
    }
    for (std::size_t i = 0; i < m_batch.size(); ++i) {
        IoHandler* handler = std::exchange(m_batch[i], nullptr);
        if (handler == nullptr) continue;
        handler->m_batchIndex = -1;
        handler->ready(events[i].events);
        if (!std::exchange(m_endsTurn, false)) continue;
        if (onTurnEnd) onTurnEnd();
    }
    m_isDispatching = false;
    if (onTurnEnd) onTurnEnd();
}

}  // namespace warren::net
