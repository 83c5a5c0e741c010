#include "tests/unit/net/loopback_peer.h"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <netinet/in.h>
#include <sys/socket.h>

namespace warren::test {

LoopbackPeer::LoopbackPeer(std::uint16_t port)
    : m_descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    m_isConnected = ::connect(m_descriptor.get(), reinterpret_cast<const sockaddr*>(&address),
                              sizeof address) == 0;
}

std::size_t LoopbackPeer::send(ByteView bytes)
{
    std::size_t sentBytes = 0;
    while (sentBytes < bytes.size()) {
        const ssize_t sent = ::send(m_descriptor.get(), bytes.data() + sentBytes,
                                    bytes.size() - sentBytes, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent <= 0) break;
        sentBytes += static_cast<std::size_t>(sent);
    }
    return sentBytes;
}

void LoopbackPeer::receive()
{
    std::array<char, 65536> chunk;
    while (true) {
        const ssize_t received =
            ::recv(m_descriptor.get(), chunk.data(), chunk.size(), MSG_DONTWAIT);
        if (received == 0) m_hasSeenEnd = true;
        if (received < 0 && errno != EAGAIN) m_receiveError = errno;
        if (received <= 0) return;
        m_received.append(chunk.data(), static_cast<std::size_t>(received));
    }
}

void LoopbackPeer::reset()
{
    const linger resetOnClose{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(m_descriptor.get(), SOL_SOCKET, SO_LINGER, &resetOnClose, sizeof resetOnClose);
    m_descriptor.close();
}

}  // namespace warren::test
