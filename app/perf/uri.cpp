#include "app/perf/uri.h"

#include <charconv>
#include <optional>

namespace warren::perf {
namespace {

int hexDigit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::optional<std::string> percentDecoded(std::string_view text)
{
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            decoded += text[i];
            continue;
        }
        if (text.size() - i < 3) return std::nullopt;
        const int high = hexDigit(text[i + 1]);
        const int low = hexDigit(text[i + 2]);
        if (high < 0 || low < 0) return std::nullopt;
        decoded += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return decoded;
}

/// Cuts `text` at the first `separator`. @returns what is behind it; nothing if there is none
std::optional<std::string_view> cutAt(std::string_view& text, char separator)
{
    const std::size_t at = text.find(separator);
    if (at == std::string_view::npos) return std::nullopt;
    const std::string_view behind = text.substr(at + 1);
    text = text.substr(0, at);
    return behind;
}

bool readHostAndPort(std::string_view text, Uri& uri)
{
    std::optional<std::string_view> port;
    if (text.starts_with('[')) {
        const std::size_t end = text.find(']');
        if (end == std::string_view::npos) return false;
        const std::string_view rest = text.substr(end + 1);
        if (!rest.empty() && rest.front() != ':') return false;
        if (!rest.empty()) port = rest.substr(1);
        text = text.substr(1, end - 1);
    } else {
        port = cutAt(text, ':');
    }
    const auto host = percentDecoded(text);
    if (!host) return false;
    if (!host->empty()) uri.host = *host;
    if (!port || port->empty()) return true;
    const auto [end, failure] =
        std::from_chars(port->data(), port->data() + port->size(), uri.port);
    return failure == std::errc{} && end == port->data() + port->size() && uri.port != 0;
}

}  // namespace

std::string Uri::address() const
{
    const bool isIpv6 = host.find(':') != std::string::npos;
    return (isIpv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Result<Uri, std::string> parseUri(std::string_view text)
{
    const std::string whole(text);
    const std::string wrong = "'" + whole + "' is no amqp://user:password@host:port/vhost";
    Uri uri;
    if (text.starts_with("amqps://")) {
        return "'" + whole + "' asks for TLS, which warren-perf does not speak: use amqp://";
    }
    if (text.starts_with("amqp://")) text.remove_prefix(7);
    if (text.find("://") != std::string_view::npos) return wrong;
    cutAt(text, '?');  // the client's settings have options of their own
    if (const auto path = cutAt(text, '/')) {
        const auto virtualHost = percentDecoded(*path);
        if (!virtualHost || virtualHost->size() > 255) return wrong;
        if (!virtualHost->empty()) uri.virtualHost = *virtualHost;
    }
    std::string_view place = text;
    if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
        std::string_view login = text.substr(0, at);
        place = text.substr(at + 1);
        const auto secret = cutAt(login, ':');
        const auto user = percentDecoded(login);
        const auto password = percentDecoded(secret.value_or(""));
        if (!user || !password) return wrong;
        uri.user = *user;
        uri.password = *password;
    }
    if (!readHostAndPort(place, uri)) return wrong;
    return uri;
}

}  // namespace warren::perf
