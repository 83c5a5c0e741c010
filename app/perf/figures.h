#pragma once

#include "app/perf/load_result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace warren::perf {

/// What a run came to, value by value, for people and as JSON alike.
class Figures {
public:
    /// @param key  in JSON @param label  in the table
    void whole(std::string_view key, std::string_view label, std::uint64_t value);
    void real(std::string_view key, std::string_view label, double value, int decimals = 3);
    void latency(std::string_view key, std::string_view label, const LatencySummary& value);
    void text(std::string_view key, std::string_view label, std::string_view value);

    std::string table(std::string_view title) const;
    std::string json() const;

private:
    struct Real {
        double value;
        int decimals;
    };
    struct Figure {
        std::string key;
        std::string label;
        std::variant<std::uint64_t, Real, LatencySummary, std::string> value;
    };
    std::vector<Figure> m_figures;
};

}  // namespace warren::perf
