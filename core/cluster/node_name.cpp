#include "core/cluster/node_name.h"

#include <algorithm>

namespace warren::cluster {
namespace {

bool isNameCharacter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

bool isHostCharacter(char c)
{
    const auto byte = static_cast<unsigned char>(c);
    return byte > ' ' && byte != 0x7F && c != '@';
}

bool isName(std::string_view name)
{
    return !name.empty() && std::all_of(name.begin(), name.end(), isNameCharacter);
}

bool isHost(std::string_view host)
{
    return !host.empty() && host.front() != '.' && host.back() != '.' &&
           host.find("..") == std::string_view::npos &&
           std::all_of(host.begin(), host.end(), isHostCharacter);
}

/// What can be shown of something that may hold anything.
std::string quoted(std::string_view text)
{
    std::string shown = "'";
    for (const char c : text.substr(0, NodeName::kBytesMax)) {
        const auto byte = static_cast<unsigned char>(c);
        shown += byte < ' ' || byte == 0x7F ? '?' : c;
    }
    return shown + (text.size() > NodeName::kBytesMax ? "…'" : "'");
}

}  // namespace

Result<NodeName, std::string> NodeName::parse(std::string_view text)
{
    const auto refuse = [&](const char* why) { return "The node name " + quoted(text) + why; };
    if (text.size() > kBytesMax) return refuse(" is too long.");
    const std::size_t at = text.find('@');
    if (at == std::string_view::npos) return refuse(" is not of the form name@host.");
    if (!isName(text.substr(0, at))) {
        return refuse(" may have only letters, digits, '_' and '-' before the '@'.");
    }
    if (!isHost(text.substr(at + 1))) return refuse(" has no valid host after the '@'.");
    return NodeName(text);
}

std::string_view NodeName::host() const
{
    const std::size_t at = m_text.find('@');
    return at == std::string::npos ? std::string_view() : std::string_view(m_text).substr(at + 1);
}

}  // namespace warren::cluster
