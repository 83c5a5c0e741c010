#pragma once

#include "app/perf/options.h"
#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace warren::perf {

/// How the queues were given, before it is known how many there have to be.
struct RawQueues {
    std::uint32_t count = 0;
    std::string pattern{};
    std::uint64_t from = 1;
    std::optional<std::uint64_t> to{};
    bool hasExchange = false;
    bool hasQueue = false;
};

/// Takes the arguments one by one into `options`, by the table of options that --help prints too.
class OptionReader {
public:
    explicit OptionReader(const std::vector<std::string>& arguments) : m_arguments(arguments) {}

    /// @returns a text to print instead of a run, for --help and --version
    /// @error a sentence that names the option
    Result<std::optional<std::string>, std::string> read();

    Options options{};
    RawQueues queues{};

private:
    struct Argument {
        std::string_view name;
        std::optional<std::string_view> value;
    };
    Argument next();

    const std::vector<std::string>& m_arguments;
    std::size_t m_at = 0;
};

/// The text of --help.
std::string helpText();

}  // namespace warren::perf
