#include "core/node/conf_values.h"

#include <QFileInfo>
#include <QString>

#include <algorithm>
#include <array>
#include <cmath>

namespace warren::node {

Problem readRatio(std::string_view value, double& result)
{
    double number = 0;
    const char* end = value.data() + value.size();
    const auto [stop, error] = std::from_chars(value.data(), end, number);
    if (error != std::errc{} || stop != end || !std::isfinite(number) || number < 0) {
        return "must be a number like 0.4";
    }
    result = number;
    return std::nullopt;
}

Problem readPart(std::string_view value, double& result)
{
    double ratio = 0;
    if (readRatio(value, ratio) || ratio <= 0 || ratio >= 1) {
        return "must be a number between 0 and 1";
    }
    result = ratio;
    return std::nullopt;
}

Problem readBytes(std::string_view value, std::uint64_t& result)
{
    const auto bytes = parseInformationUnit(value);
    if (!bytes) return "must be a size like 512MB or 2GiB";
    result = *bytes;
    return std::nullopt;
}

Problem readBool(std::string_view value, bool& result)
{
    if (value != "true" && value != "false") return "must be true or false";
    result = value == "true";
    return std::nullopt;
}

Problem readText(std::string_view value, std::string& result)
{
    result = value;
    return std::nullopt;
}

Problem readLogLevel(std::string_view value, LogLevel& result)
{
    static constexpr std::array<std::pair<std::string_view, LogLevel>, 9> kLevels{{
        {"debug", LogLevel::Debug},
        {"info", LogLevel::Info},
        {"notice", LogLevel::Info},
        {"warning", LogLevel::Warning},
        {"error", LogLevel::Error},
        {"critical", LogLevel::Error},
        {"alert", LogLevel::Error},
        {"emergency", LogLevel::Error},
        {"none", LogLevel::Error},
    }};
    for (const auto& [name, level] : kLevels) {
        if (name != value) continue;
        result = level;
        return std::nullopt;
    }
    return "must be debug, info, notice, warning, error, critical, alert, emergency or none";
}

Problem readListener(std::string_view value, ListenAddress& result)
{
    ListenAddress listener;
    std::string_view port = value;
    const std::size_t colon = value.rfind(':');
    if (colon != std::string_view::npos) {
        std::string_view address = value.substr(0, colon);
        if (address.starts_with('[') && address.ends_with(']')) {
            address = address.substr(1, address.size() - 2);
        }
        if (address.empty()) return "must be a port or address:port";
        listener.address = address;
        port = value.substr(colon + 1);
    }
    if (readInteger<std::uint16_t>(port, listener.port, 0, 65535)) {
        return "must be a port or address:port";
    }
    result = std::move(listener);
    return std::nullopt;
}

Problem readFileName(std::string_view value, std::string& result)
{
    const QFileInfo file(QString::fromUtf8(value.data(), static_cast<qsizetype>(value.size())));
    if (!file.isFile() || !file.isReadable()) return "must name a file that can be read";
    result = value;
    return std::nullopt;
}

Problem readChoice(std::string_view value, std::string_view choices, std::size_t& index)
{
    std::string listed;
    std::size_t position = 0;
    for (std::size_t begin = 0; begin <= choices.size(); ++position) {
        const std::size_t end = std::min(choices.find('|', begin), choices.size());
        const std::string_view choice = choices.substr(begin, end - begin);
        if (choice == value) {
            index = position;
            return std::nullopt;
        }
        const bool isLast = end == choices.size();
        if (!listed.empty()) listed += isLast ? " or " : ", ";
        listed += choice;
        begin = end + 1;
    }
    return "must be " + listed;
}

Problem expectNone(std::string_view value, bool& result)
{
    if (value != "none") return "must be none";
    result = true;
    return std::nullopt;
}

}  // namespace warren::node
