#include "core/net/listener.h"

#include "core/base/check.h"

#include <cerrno>
#include <fcntl.h>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <system_error>
#include <utility>

namespace warren::net {

namespace {

using AddressList = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

FileDescriptor openReserve() { return FileDescriptor{::open("/dev/null", O_RDONLY | O_CLOEXEC)}; }

NetError listenError(int error, const Endpoint& wanted)
{
    const std::string where = wanted.text();
    switch (error) {
    case EADDRINUSE:
        return {NetError::Kind::PortInUse,
                "cannot listen on " + where + ": another program listens on this port"};
    case EACCES:
    case EPERM:
        return {NetError::Kind::NotPermitted,
                "cannot listen on " + where + ": this user may not use this port"};
    case EADDRNOTAVAIL:
    case EAFNOSUPPORT:
        return {NetError::Kind::AddressNotAvailable,
                "cannot listen on " + where + ": this machine does not have this address"};
    default:  // errno is an open set
        return {NetError::Kind::Failed,
                "cannot listen on " + where + ": " + std::generic_category().message(error)};
    }
}

void setOption(int descriptor, int level, int name, int value)
{
    // None of the options used here can be refused on a TCP socket; all are improvements only.
    (void)::setsockopt(descriptor, level, name, &value, sizeof value);
}

bool isExhaustion(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

/// The connection was gone before it was accepted, or a signal came: just go on.
bool concernsOneConnectionOnly(int error)
{
    return error == ECONNABORTED || error == EINTR || error == EPROTO || error == EPERM ||
           error == ENETDOWN || error == EHOSTDOWN || error == EHOSTUNREACH ||
           error == ENETUNREACH || error == ENOPROTOOPT || error == ENONET;
}

FileDescriptor acceptOne(int listening)
{
    return FileDescriptor{::accept4(listening, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)};
}

}  // namespace

Listener::Listener(Poller& poller) : m_poller(poller), m_reserve(openReserve())
{
    m_restTimer.setSingleShot(true);
    m_restTimer.setInterval(kRestAfterExhaustion);
    QObject::connect(&m_restTimer, &QTimer::timeout, &m_restTimer,
                     [this] { m_poller.modify(m_descriptor.get(), EPOLLIN, *this); });
}

Listener::~Listener() { close(); }

Result<Endpoint, NetError> Listener::listen(const std::string& address, std::uint16_t port,
                                            int backlog)
{
    WARREN_CHECK(!isListening());
    const Endpoint wanted{address, port};

    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    if (address.empty() ||
        ::getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
        return NetError{NetError::Kind::InvalidAddress,
                        "cannot listen on '" + address + "': not an address of this machine"};
    }
    const AddressList addresses(found, &::freeaddrinfo);

    FileDescriptor descriptor{::socket(
        found->ai_family, found->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, found->ai_protocol)};
    if (!descriptor.isOpen()) return listenError(errno, wanted);
    // A restart must not wait until connections of the last run have timed out.
    setOption(descriptor.get(), SOL_SOCKET, SO_REUSEADDR, 1);
    if (found->ai_family == AF_INET6) setOption(descriptor.get(), IPPROTO_IPV6, IPV6_V6ONLY, 0);

    if (::bind(descriptor.get(), found->ai_addr, found->ai_addrlen) != 0 ||
        ::listen(descriptor.get(), backlog) != 0) {
        return listenError(errno, wanted);
    }
    if (!m_poller.add(descriptor.get(), EPOLLIN, *this)) return listenError(errno, wanted);
    m_descriptor = std::move(descriptor);
    return localEndpoint(m_descriptor.get());
}

void Listener::close()
{
    if (!isListening()) return;
    m_restTimer.stop();
    m_poller.remove(m_descriptor.get(), *this);
    m_descriptor.close();
}

void Listener::ready(std::uint32_t)
{
    for (int i = 0; i < kAcceptsPerTurn && isListening(); ++i) {
        FileDescriptor accepted = acceptOne(m_descriptor.get());
        if (accepted.isOpen()) {
            setOption(accepted.get(), IPPROTO_TCP, TCP_NODELAY, 1);
            if (onAccepted) onAccepted(std::move(accepted));
        } else if (!concernsOneConnectionOnly(errno)) {
            if (isExhaustion(errno)) rest();
            return;  // otherwise nobody is waiting
        }
    }
}

/// Accepts and closes, with the reserve in hand. @returns how many
int Listener::refuseWaiting()
{
    m_reserve.close();
    int refusedCount = 0;
    while (refusedCount < kAcceptsPerTurn && acceptOne(m_descriptor.get()).isOpen()) {
        refusedCount += 1;
    }
    m_reserve = openReserve();
    return refusedCount;
}

void Listener::rest()
{
    const int refusedCount = refuseWaiting();
    m_poller.modify(m_descriptor.get(), 0, *this);
    m_restTimer.start();
    if (onExhausted) onExhausted(refusedCount);
}

}  // namespace warren::net
