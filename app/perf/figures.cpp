#include "app/perf/figures.h"

#include "app/perf/json_writer.h"
#include "app/perf/report.h"

#include <array>
#include <cstdio>

namespace warren::perf {

void Figures::whole(std::string_view key, std::string_view label, std::uint64_t value)
{
    m_figures.push_back({std::string(key), std::string(label), value});
}

void Figures::real(std::string_view key, std::string_view label, double value, int decimals)
{
    m_figures.push_back({std::string(key), std::string(label), Real{value, decimals}});
}

void Figures::latency(std::string_view key, std::string_view label, const LatencySummary& value)
{
    m_figures.push_back({std::string(key), std::string(label), value});
}

void Figures::text(std::string_view key, std::string_view label, std::string_view value)
{
    m_figures.push_back({std::string(key), std::string(label), std::string(value)});
}

std::string Figures::table(std::string_view title) const
{
    constexpr std::size_t kLabelWidth = 28;
    std::string table = std::string(title) + "\n";
    for (const Figure& figure : m_figures) {
        std::string label = "  " + figure.label;
        label.resize(std::max(label.size() + 1, kLabelWidth), ' ');
        table += label;
        if (const auto* whole = std::get_if<std::uint64_t>(&figure.value)) {
            table += grouped(static_cast<double>(*whole));
        } else if (const auto* real = std::get_if<Real>(&figure.value)) {
            std::array<char, 64> digits{};
            std::snprintf(digits.data(), digits.size(), "%.*f", real->decimals, real->value);
            table += digits.data();
        } else if (const auto* latency = std::get_if<LatencySummary>(&figure.value)) {
            table += latencyText(*latency);
        } else {
            table += std::get<std::string>(figure.value);
        }
        table += "\n";
    }
    return table;
}

std::string Figures::json() const
{
    JsonWriter json;
    json.beginObject();
    for (const Figure& figure : m_figures) {
        if (const auto* whole = std::get_if<std::uint64_t>(&figure.value)) {
            json.whole(figure.key, *whole);
        } else if (const auto* real = std::get_if<Real>(&figure.value)) {
            json.real(figure.key, real->value, real->decimals);
        } else if (const auto* latency = std::get_if<LatencySummary>(&figure.value)) {
            appendLatency(json, figure.key.c_str(), *latency);
        } else {
            json.text(figure.key, std::get<std::string>(figure.value));
        }
    }
    json.endObject();
    return json.document() + "\n";
}

}  // namespace warren::perf
