#pragma once

#include "core/node/information_unit.h"
#include "core/node/node_config.h"

#include <charconv>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

/// How the values of a configuration file are read: each function judges a text and says what is
/// wrong with it, in words that follow the key ("must be …"), or fills in the result.
namespace warren::node {

/// What is wrong with a value; nullopt: nothing.
using Problem = std::optional<std::string>;

template <std::unsigned_integral Integer>
Problem readInteger(std::string_view value, Integer& result, Integer lowest, Integer highest)
{
    std::uint64_t number = 0;
    const char* end = value.data() + value.size();
    const auto [stop, error] = std::from_chars(value.data(), end, number);
    if (error != std::errc{} || stop != end || number < lowest || number > highest) {
        return "must be a number from " + std::to_string(lowest) + " to " + std::to_string(highest);
    }
    result = static_cast<Integer>(number);
    return std::nullopt;
}

template <typename T, typename Read>
Problem readOptional(std::string_view value, std::optional<T>& result, Read read)
{
    T parsed{};
    if (Problem problem = read(value, parsed)) return problem;
    result = parsed;
    return std::nullopt;
}

Problem readRatio(std::string_view value, double& result);
/// More than 0 and less than 1.
Problem readPart(std::string_view value, double& result);
/// With a unit: "512MB", "2GiB".
Problem readBytes(std::string_view value, std::uint64_t& result);
Problem readBool(std::string_view value, bool& result);
Problem readText(std::string_view value, std::string& result);
/// RabbitMQ's levels, of which there are more than ours.
Problem readLogLevel(std::string_view value, LogLevel& result);
/// "5672", "127.0.0.1:5672", "::1:5672" or "[::1]:5672". Without an address the default holds.
///
/// Deviation: in RabbitMQ a port alone means all addresses of the machine. A desktop's broker opens
/// itself to the network only where the address says so.
Problem readListener(std::string_view value, ListenAddress& result);
/// A file that this process may read, as RabbitMQ's validator "file_accessible" has it.
Problem readFileName(std::string_view value, std::string& result);
/// The index of `value` among `choices`, which are written "one|two|three".
Problem readChoice(std::string_view value, std::string_view choices, std::size_t& index);
/// The only value that the key by itself may have: there is nothing of its kind.
Problem expectNone(std::string_view value, bool& result);

}  // namespace warren::node
