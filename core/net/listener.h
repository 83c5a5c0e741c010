#pragma once

#include "core/base/result.h"
#include "core/net/endpoint.h"
#include "core/net/file_descriptor.h"
#include "core/net/net_error.h"
#include "core/net/poller.h"

#include <QTimer>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

namespace warren::net {

/// Accepts TCP connections on one address and port.
///
/// When the process has no descriptors left it refuses who is waiting (they see a close instead of
/// silence), rests for kRestAfterExhaustion and tries again; everybody else goes on undisturbed.
///
/// Thread: that of its Poller, which must outlive it.
class Listener final : private IoHandler {
public:
    /// Connections that the system holds for us; it cuts this down to net.core.somaxconn.
    static constexpr int kBacklogDefault = 4096;
    static constexpr int kAcceptsPerTurn = 256;
    static constexpr std::chrono::milliseconds kRestAfterExhaustion{200};

    explicit Listener(Poller& poller);
    ~Listener() override;
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    /// Gets every accepted connection: non-blocking, without delay of small writes (TCP_NODELAY).
    std::function<void(FileDescriptor descriptor)> onAccepted;
    /// The process is out of descriptors, and `refusedCount` connections were closed unheard.
    std::function<void(int refusedCount)> onExhausted;

    /// Begins to listen. @pre it doesn't yet
    /// @param address  numeric IPv4 or IPv6, or a host name, whose first address is taken;
    ///                 "0.0.0.0" is all of IPv4, "::" all of IPv6 and IPv4
    /// @param port  0: any free one
    /// @returns where it listens, with the real port
    Result<Endpoint, NetError> listen(const std::string& address, std::uint16_t port,
                                      int backlog = kBacklogDefault);

    bool isListening() const { return m_descriptor.isOpen(); }

    /// Stops accepting and frees the port.
    void close();

private:
    void ready(std::uint32_t events) override;
    int refuseWaiting();
    void rest();

    Poller& m_poller;
    FileDescriptor m_descriptor;
    /// Given up for a moment to be able to accept, and so refuse, when there is no other.
    FileDescriptor m_reserve;
    QTimer m_restTimer;
};

}  // namespace warren::net
