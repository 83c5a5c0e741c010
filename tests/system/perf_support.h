#pragma once

#include <QJsonObject>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace warren::test {

/// What a run of warren-perf came to.
struct PerfRun {
    int exitCode = -1;
    QJsonObject json{};
    std::string errors{};

    std::uint64_t count(const char* key) const;
    double real(const char* key) const;
    bool isNull(const char* key) const;
    /// A value of an object in it: ("latency_us", "p99").
    double real(const char* object, const char* key) const;
};

/// Runs warren-perf to its end, against the broker at a port of this machine.
PerfRun runPerf(std::uint16_t port, const std::vector<std::string>& arguments,
                std::chrono::milliseconds patience = std::chrono::seconds{120});

/// The arguments of a run whose result is wanted as JSON.
std::vector<std::string> perfArguments(std::uint16_t port, const std::vector<std::string>& more);
PerfRun resultOf(int exitCode, const std::string& output, const std::string& errors);

/// What must hold of every run without faults: nothing lost, nothing twice, in order; sums of the
/// time series equal to the totals.
void expectConsistent(const PerfRun& run);

}  // namespace warren::test
