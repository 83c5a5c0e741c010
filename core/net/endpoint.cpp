#include "core/net/endpoint.h"

#include <arpa/inet.h>
#include <array>
#include <cstring>
#include <netinet/in.h>
#include <sys/socket.h>

namespace warren::net {

namespace {

std::string addressText(int family, const void* address)
{
    std::array<char, INET6_ADDRSTRLEN> text{};
    const char* written =
        ::inet_ntop(family, address, text.data(), static_cast<socklen_t>(text.size()));
    return written != nullptr ? written : std::string{};
}

Endpoint fromSockaddr(const sockaddr_storage& storage)
{
    if (storage.ss_family == AF_INET) {
        sockaddr_in v4;
        std::memcpy(&v4, &storage, sizeof v4);
        return {addressText(AF_INET, &v4.sin_addr), ntohs(v4.sin_port)};
    }
    if (storage.ss_family == AF_INET6) {
        sockaddr_in6 v6;
        std::memcpy(&v6, &storage, sizeof v6);
        const auto* bytes = v6.sin6_addr.s6_addr;
        if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
            return {addressText(AF_INET, bytes + 12), ntohs(v6.sin6_port)};
        }
        return {addressText(AF_INET6, bytes), ntohs(v6.sin6_port)};
    }
    return {};
}

using NameOf = int (*)(int, sockaddr*, socklen_t*);

Endpoint endpointOf(int descriptor, NameOf nameOf)
{
    sockaddr_storage storage{};
    socklen_t length = sizeof storage;
    if (nameOf(descriptor, reinterpret_cast<sockaddr*>(&storage), &length) != 0) return {};
    return fromSockaddr(storage);
}

}  // namespace

std::string Endpoint::text() const
{
    const bool isV6 = address.find(':') != std::string::npos;
    const std::string host = isV6 ? '[' + address + ']' : address;
    return host + ':' + std::to_string(port);
}

Endpoint peerEndpoint(int descriptor)
{
    return endpointOf(descriptor, [](int fd, sockaddr* name, socklen_t* n) {
        return ::getpeername(fd, name, n);
    });
}

Endpoint localEndpoint(int descriptor)
{
    return endpointOf(descriptor, [](int fd, sockaddr* name, socklen_t* n) {
        return ::getsockname(fd, name, n);
    });
}

}  // namespace warren::net
