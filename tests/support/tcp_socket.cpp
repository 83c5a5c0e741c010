#include "tests/support/tcp_socket.h"

#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace warren::test {

namespace {

using Clock = std::chrono::steady_clock;

std::chrono::milliseconds left(Clock::time_point deadline)
{
    return std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
}

}  // namespace

TcpSocket::TcpSocket(std::uint16_t port)
    : m_descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(m_descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        close();
        return;
    }
    const int on = 1;
    ::setsockopt(m_descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

TcpSocket TcpSocket::adopt(int descriptor)
{
    TcpSocket socket;
    socket.m_descriptor = descriptor;
    return socket;
}

TcpSocket::~TcpSocket() { close(); }

TcpSocket::TcpSocket(TcpSocket&& other) noexcept
    : m_descriptor(std::exchange(other.m_descriptor, -1))
{
}

TcpSocket& TcpSocket::operator=(TcpSocket&& other) noexcept
{
    std::swap(m_descriptor, other.m_descriptor);
    return *this;
}

std::size_t TcpSocket::sendSome(ByteView bytes)
{
    if (!isOpen() || bytes.empty()) return 0;
    const ssize_t sent =
        ::send(m_descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) return static_cast<std::size_t>(sent);
    // After a reset there may still be something to read.
    if (errno != EAGAIN && errno != EINTR && errno != EPIPE && errno != ECONNRESET) close();
    return 0;
}

bool TcpSocket::sendAll(ByteView bytes, std::chrono::milliseconds patience)
{
    const auto deadline = Clock::now() + patience;
    while (!bytes.empty()) {
        const std::size_t sent = sendSome(bytes);
        bytes = bytes.subspan(sent);
        if (sent > 0) continue;
        pollfd room{.fd = m_descriptor, .events = POLLOUT, .revents = 0};
        if (!isOpen() || left(deadline).count() <= 0) return false;
        ::poll(&room, 1, static_cast<int>(left(deadline).count()));
        if ((room.revents & (POLLERR | POLLHUP)) != 0) return false;
    }
    return true;
}

std::size_t TcpSocket::receiveSome(Buffer& into)
{
    constexpr std::size_t kChunkBytes = 64 * 1024;
    std::size_t total = 0;
    while (isOpen()) {
        const std::size_t size = into.size();
        std::byte* room = into.extend(kChunkBytes);
        const ssize_t got = ::recv(m_descriptor, room, kChunkBytes, MSG_DONTWAIT);
        into.truncate(size + static_cast<std::size_t>(got > 0 ? got : 0));
        if (got < 0 && (errno == EAGAIN || errno == EINTR)) break;
        if (got <= 0) {
            close();
            break;
        }
        total += static_cast<std::size_t>(got);
        if (static_cast<std::size_t>(got) < kChunkBytes) break;
    }
    return total;
}

bool TcpSocket::wait(std::chrono::milliseconds patience, bool wantsRoom) const
{
    if (!isOpen()) return true;
    pollfd waiting{.fd = m_descriptor,
                   .events = static_cast<short>(wantsRoom ? POLLIN | POLLOUT : POLLIN),
                   .revents = 0};
    return ::poll(&waiting, 1, static_cast<int>(patience.count())) > 0;
}

bool TcpSocket::awaitClose(std::chrono::milliseconds patience)
{
    const auto deadline = Clock::now() + patience;
    Buffer dropped;
    while (isOpen() && left(deadline).count() > 0) {
        if (!wait(left(deadline))) return false;
        receiveSome(dropped);
        dropped.clear();
    }
    return !isOpen();
}

void TcpSocket::finishSending()
{
    if (isOpen()) ::shutdown(m_descriptor, SHUT_WR);
}

void TcpSocket::close()
{
    if (m_descriptor >= 0) ::close(std::exchange(m_descriptor, -1));
}

void TcpSocket::reset()
{
    if (!isOpen()) return;
    const linger atOnce{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(m_descriptor, SOL_SOCKET, SO_LINGER, &atOnce, sizeof atOnce);
    close();
}

}  // namespace warren::test
