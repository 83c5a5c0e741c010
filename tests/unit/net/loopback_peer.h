#pragma once

#include "core/base/bytes.h"
#include "core/net/endpoint.h"
#include "core/net/file_descriptor.h"

#include <cstddef>
#include <cstdint>
#include <string>

namespace warren::test {

/// The other end of a connection over loopback: a plain socket without an event loop.
class LoopbackPeer {
public:
    /// Connected to `port` of 127.0.0.1. The system completes this without anybody accepting.
    explicit LoopbackPeer(std::uint16_t port);

    bool isConnected() const { return m_isConnected; }

    /// Sends what the system takes at once. @returns how many bytes
    std::size_t send(ByteView bytes);
    std::size_t send(std::string_view text) { return send(bytesOf(text)); }

    /// Appends what has arrived to `received`.
    void receive();
    const std::string& received() const { return m_received; }
    /// The other side has closed in order; true from the receive that saw it.
    bool hasSeenEnd() const { return m_hasSeenEnd; }
    /// errno of a receive that failed; 0: none.
    int receiveError() const { return m_receiveError; }

    void close() { m_descriptor.close(); }
    /// Vanishes: the other side sees a reset.
    void reset();

private:
    net::FileDescriptor m_descriptor;
    bool m_isConnected = false;
    std::string m_received;
    bool m_hasSeenEnd = false;
    int m_receiveError = 0;
};

}  // namespace warren::test
