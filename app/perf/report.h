#pragma once

#include "app/perf/json_writer.h"
#include "app/perf/load_result.h"
#include "app/perf/options.h"

#include <string>

// What people and programs read of a run.

namespace warren::perf {

/// One line of the time series, for people.
std::string intervalLine(const Options& options, const IntervalRow& row);
/// The table at the end, for people.
std::string loadTable(const Options& options, const LoadResult& result);
/// The same and the time series as a JSON document. Latencies are in microseconds.
std::string loadJson(const Options& options, const LoadResult& result);

/// "1,234,567"
std::string grouped(double number);
/// Appends {"count": …, "mean": …, "p50": … "max": …}, in microseconds.
void appendLatency(JsonWriter& json, const char* key, const LatencySummary& summary);
/// "p50 0.120  p75 …  max 3.400", in milliseconds.
std::string latencyText(const LatencySummary& summary);

}  // namespace warren::perf
