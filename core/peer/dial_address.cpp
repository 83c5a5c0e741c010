#include "core/peer/dial_address.h"

#include <charconv>
#include <system_error>

namespace warren::peer {

Result<DialAddress, std::string> DialAddress::parse(std::string_view text)
{
    const std::string wrong = "'" + std::string(text) + "' is not of the form host:port";
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return wrong;

    std::string_view host = text.substr(0, colon);
    const bool isBracketed = host.starts_with('[') && host.ends_with(']');
    if (isBracketed) host = host.substr(1, host.size() - 2);
    if (host.empty() || (!isBracketed && host.find(':') != std::string_view::npos)) return wrong;

    const std::string_view digits = text.substr(colon + 1);
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (error != std::errc{} || end != digits.data() + digits.size() || port == 0) return wrong;
    return DialAddress{std::string(host), port};
}

}  // namespace warren::peer
