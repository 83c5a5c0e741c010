#include "app/perf/poller.h"

#include "app/perf/clock.h"

#include <algorithm>
#include <array>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace warren::perf {
namespace {

constexpr std::size_t kWakeKey = SIZE_MAX;

}  // namespace

Poller::Poller()
    : m_epoll(::epoll_create1(EPOLL_CLOEXEC)), m_event(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
{
    if (isOpen() && !add(m_event, kWakeKey, true, false)) {
        ::close(m_event);
        m_event = -1;
    }
}

Poller::~Poller()
{
    if (m_event >= 0) ::close(m_event);
    if (m_epoll >= 0) ::close(m_epoll);
}

bool Poller::control(int operation, int descriptor, std::size_t key, bool wantsRead,
                     bool wantsWrite)
{
    epoll_event event{};
    event.events =
        (wantsRead ? std::uint32_t{EPOLLIN} : 0u) | (wantsWrite ? std::uint32_t{EPOLLOUT} : 0u);
    event.data.u64 = key;
    return ::epoll_ctl(m_epoll, operation, descriptor, &event) == 0;
}

bool Poller::add(int descriptor, std::size_t key, bool wantsRead, bool wantsWrite)
{
    return control(EPOLL_CTL_ADD, descriptor, key, wantsRead, wantsWrite);
}

bool Poller::change(int descriptor, std::size_t key, bool wantsRead, bool wantsWrite)
{
    return control(EPOLL_CTL_MOD, descriptor, key, wantsRead, wantsWrite);
}

const std::vector<Poller::Ready>& Poller::wait(Instant deadline)
{
    const Duration left = std::max(deadline - monotonicNow(), Duration{0});
    const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
    const timespec timeout{.tv_sec = seconds.count(), .tv_nsec = (left - seconds).count()};
    std::array<epoll_event, 256> events{};
    const int count = ::epoll_pwait2(m_epoll, events.data(), events.size(), &timeout, nullptr);
    m_ready.clear();
    for (int i = 0; i < count; ++i) {
        const epoll_event& event = events[static_cast<std::size_t>(i)];
        if (event.data.u64 == kWakeKey) {
            std::uint64_t number = 0;
            (void)!::read(m_event, &number, sizeof number);  // whoever woke us has left a message
            continue;
        }
        const bool hasFailed = (event.events & (EPOLLERR | EPOLLHUP)) != 0;
        m_ready.push_back({.key = static_cast<std::size_t>(event.data.u64),
                           .canRead = hasFailed || (event.events & EPOLLIN) != 0,
                           .canWrite = hasFailed || (event.events & EPOLLOUT) != 0});
    }
    return m_ready;
}

void Poller::wake()
{
    const std::uint64_t one = 1;
    (void)!::write(m_event, &one, sizeof one);  // full means that it is awake already
}

}  // namespace warren::perf
