#include "tests/spec/tcp_target.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace warren::spec {

namespace {

/// A connected socket; closes it.
class TcpTransport final : public Transport {
public:
    explicit TcpTransport(int socket) : m_socket(socket) {}
    ~TcpTransport() override { close(m_socket); }
    TcpTransport(const TcpTransport&) = delete;
    TcpTransport& operator=(const TcpTransport&) = delete;

    void send(ByteView bytes) override
    {
        while (!bytes.empty()) {
            const ssize_t sent = ::send(m_socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent < 0 && errno == EINTR) continue;
            if (sent < 0) return;
            bytes = bytes.subspan(static_cast<std::size_t>(sent));
        }
    }

    Received receive(Buffer& into, std::chrono::milliseconds patience) override
    {
        constexpr std::size_t kChunkBytes = 64 * 1024;
        pollfd waiting{.fd = m_socket, .events = POLLIN, .revents = 0};
        const int ready = poll(&waiting, 1, static_cast<int>(patience.count()));
        if (ready <= 0) return Received::Nothing;

        const std::size_t size = into.size();
        std::byte* room = into.extend(kChunkBytes);
        const ssize_t got = recv(m_socket, room, kChunkBytes, 0);
        into.truncate(size + static_cast<std::size_t>(got > 0 ? got : 0));
        return got > 0 ? Received::Bytes : Received::Closed;  // a reset is a close too
    }

private:
    int m_socket;
};

}  // namespace

TcpTarget::TcpTarget(std::string host, std::uint16_t port) : m_host(std::move(host)), m_port(port)
{
}

std::unique_ptr<Transport> TcpTarget::connect()
{
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* addresses = nullptr;
    if (getaddrinfo(m_host.c_str(), std::to_string(m_port).c_str(), &hints, &addresses) != 0) {
        return nullptr;
    }
    std::unique_ptr<Transport> transport;
    for (const addrinfo* at = addresses; at != nullptr && !transport; at = at->ai_next) {
        const int socket = ::socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, at->ai_protocol);
        if (socket < 0) continue;
        if (::connect(socket, at->ai_addr, at->ai_addrlen) == 0) {
            const int on = 1;
            setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            transport = std::make_unique<TcpTransport>(socket);
        } else {
            close(socket);
        }
    }
    freeaddrinfo(addresses);
    return transport;
}

bool TcpTarget::provide(const std::string& setting)
{
    return std::find(m_settings.begin(), m_settings.end(), setting) != m_settings.end();
}

void TcpTarget::pass(std::chrono::milliseconds duration) { std::this_thread::sleep_for(duration); }

void TcpTarget::setAdministration(std::unique_ptr<Administration> administration)
{
    m_administration = std::move(administration);
}

void TcpTarget::setSettings(std::vector<std::string> settings) { m_settings = std::move(settings); }

std::optional<TcpTarget> TcpTarget::parse(std::string_view address)
{
    const std::size_t colon = address.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const std::string_view digits = address.substr(colon + 1);
    std::uint16_t port = 0;
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (failure != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    return TcpTarget(std::string(address.substr(0, colon)), port);
}

}  // namespace warren::spec
