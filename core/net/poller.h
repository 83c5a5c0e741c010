#pragma once

#include "core/net/file_descriptor.h"
#include "core/net/socket_memory.h"

#include <QObject>

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

class QSocketNotifier;

namespace warren::net {

/// Is told that a descriptor is ready. Registered at most once at a time, with one Poller.
class IoHandler {
public:
    /// @param events  EPOLLIN, EPOLLOUT, EPOLLHUP, EPOLLERR; the last two come unasked
    virtual void ready(std::uint32_t events) = 0;
    virtual ~IoHandler() = default;

private:
    friend class Poller;
    int m_batchIndex = -1;  // where it stands in the batch being dispatched; -1: not in it
};

/// All sockets of a thread on a Qt event loop, at the cost of epoll.
///
/// Qt hands every socket notifier to poll() on every turn of its loop, so one busy connection among
/// 5,000 idle ones would cost milliseconds per turn. Here all descriptors are in one epoll, and Qt
/// watches a single descriptor, the epoll itself. It is level-triggered: what a bounded dispatch
/// leaves behind makes the notifier fire again, and timers and posted events get their turn before.
///
/// Thread: the one that constructs it; there must be an event loop. Outlives its handlers.
class Poller : public QObject {
public:
    /// Descriptors served per turn of the event loop.
    static constexpr int kEventsPerTurn = 256;

    explicit Poller(QObject* parent = nullptr);
    ~Poller() override;

    /// Called once at the end of each dispatch that had events: the place where what the reads of
    /// this turn caused is flushed, in one batch. Sockets may be removed and deleted in it.
    std::function<void()> onTurnEnd;

    /// Registers `descriptor`. @param events  EPOLLIN and EPOLLOUT, or 0 for errors only
    /// @returns false if the system is out of memory for it or its limit on watches is reached
    [[nodiscard]] bool add(int descriptor, std::uint32_t events, IoHandler& handler);
    /// @pre `handler` is registered with `descriptor`
    void modify(int descriptor, std::uint32_t events, IoHandler& handler);
    /// From now on the handler isn't called, not even for events already fetched: it may be deleted
    /// at once, also by itself in `ready`.
    void remove(int descriptor, IoHandler& handler);

    SocketMemory& memory() { return m_memory; }

    /// Ends the turn behind the handler that is being served; the others get theirs afterwards.
    void endTurnSoon() { m_endsTurn = true; }

    /// What one socket reads per turn at most; less when there are many, or memory is short.
    void setReadBytesMax(std::size_t bytes) { m_readBytesMax = bytes; }
    std::size_t readBytesMax() const { return m_readBytesMax; }

private:
    void dispatch();

    FileDescriptor m_epoll;
    std::unique_ptr<QSocketNotifier> m_notifier;
    std::vector<IoHandler*> m_batch;  // null: served or removed
    bool m_isDispatching = false;
    bool m_endsTurn = false;
    std::size_t m_readBytesMax = SocketMemory::kChunkBytes;
    SocketMemory m_memory;
};

}  // namespace warren::net
