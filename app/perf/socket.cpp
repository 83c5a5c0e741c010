#include "app/perf/socket.h"

#include "app/perf/clock.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace warren::perf {
namespace {

/// What errno means, without strerror's shared buffer.
std::string errorText(int number)
{
    char buffer[256];
    return ::strerror_r(number, buffer, sizeof buffer);
}

/// Waits for events of one descriptor. @returns false if the deadline came first
bool waitFor(int descriptor, short events, Instant deadline)
{
    while (true) {
        const Duration left = deadline - monotonicNow();
        if (left <= Duration{0}) return false;
        const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(left).count();
        pollfd waiting{.fd = descriptor, .events = events, .revents = 0};
        const int count =
            ::poll(&waiting, 1, static_cast<int>(std::min<std::int64_t>(milliseconds, INT_MAX)));
        if (count > 0) return true;
        if (count < 0 && errno != EINTR)
            return true;  // the next call on the socket says what it is
    }
}

/// Connects a socket of its own to one address. @returns 0, or errno
int tryConnect(const addrinfo& address, Instant deadline, int& descriptor)
{
    descriptor = ::socket(address.ai_family, address.ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
                          address.ai_protocol);
    if (descriptor < 0) return errno;
    if (::connect(descriptor, address.ai_addr, address.ai_addrlen) == 0) return 0;
    int failure = errno;
    if (failure == EINPROGRESS) {
        failure = ETIMEDOUT;
        if (waitFor(descriptor, POLLOUT, deadline)) {
            socklen_t size = sizeof failure;
            ::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &failure, &size);
        }
        if (failure == 0) return 0;
    }
    ::close(descriptor);
    descriptor = -1;
    return failure;
}

}  // namespace

Socket::Socket(Socket&& other) noexcept : m_descriptor(std::exchange(other.m_descriptor, -1)) {}

Socket& Socket::operator=(Socket&& other) noexcept
{
    std::swap(m_descriptor, other.m_descriptor);
    return *this;
}

void Socket::close()
{
    if (isOpen()) (void)::close(std::exchange(m_descriptor, -1));  // nothing to do about an error
}

Result<Socket, Failure> Socket::connectTo(const Uri& uri, Instant deadline)
{
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    const int unknown =
        ::getaddrinfo(uri.host.c_str(), std::to_string(uri.port).c_str(), &hints, &list);
    if (unknown != 0) {
        return Failure{FailureKind::Unreachable,
                       "cannot find " + uri.host + ": " + ::gai_strerror(unknown)};
    }
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(list, ::freeaddrinfo);
    int failure = ENOENT;
    for (const addrinfo* address = list; address != nullptr; address = address->ai_next) {
        int descriptor = -1;
        failure = tryConnect(*address, deadline, descriptor);
        if (failure != 0) continue;
        const int on = 1;
        // Without it a small frame waits for the ack of the one before.
        (void)::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        return Socket(descriptor);
    }
    const bool isLocal = failure == EMFILE || failure == ENFILE || failure == EADDRNOTAVAIL;
    return Failure{isLocal ? FailureKind::Local : FailureKind::Unreachable,
                   "cannot connect to " + uri.address() + ": " + errorText(failure)};
}

Result<std::size_t, Failure> Socket::send(ByteView bytes)
{
    std::size_t sent = 0;
    while (sent < bytes.size()) {
        const ssize_t count =
            ::send(m_descriptor, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
        if (count >= 0) {
            sent += static_cast<std::size_t>(count);
        } else if (errno == EAGAIN) {
            break;
        } else if (errno != EINTR) {
            return Failure{FailureKind::Lost, errorText(errno)};
        }
    }
    return sent;
}

Result<std::size_t, Failure> Socket::receive(std::byte* to, std::size_t bytesMax)
{
    while (true) {
        const ssize_t count = ::recv(m_descriptor, to, bytesMax, 0);
        if (count > 0) return static_cast<std::size_t>(count);
        if (count == 0) {
            return Failure{FailureKind::Lost, "the TCP connection ended without connection.close"};
        }
        if (errno == EAGAIN) return std::size_t{0};
        if (errno != EINTR) return Failure{FailureKind::Lost, errorText(errno)};
    }
}

bool Socket::waitReadable(Instant deadline) const
{
    return waitFor(m_descriptor, POLLIN, deadline);
}

bool Socket::waitWritable(Instant deadline) const
{
    return waitFor(m_descriptor, POLLOUT, deadline);
}

}  // namespace warren::perf
