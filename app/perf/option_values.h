#pragma once

#include "app/perf/options.h"
#include "core/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// The values of single options, as text. Every function says in its error what it expects; the
// caller puts the option's name in front.

namespace warren::perf {

std::vector<std::string_view> splitAt(std::string_view text, char separator);

Result<std::uint64_t, std::string> parseWhole(std::string_view text, std::uint64_t min,
                                              std::uint64_t max);
/// @returns a finite number that is not below `min`
Result<double, std::string> parseReal(std::string_view text, double min);
/// Seconds, with fractions; at most ten years.
Result<Duration, std::string> parseSeconds(std::string_view text, double min);
Result<bool, std::string> parseBool(std::string_view text);

/// "16" or "16,1024,65536": sizes that are used in turn.
Result<std::vector<std::size_t>, std::string> parseSizes(std::string_view text);
/// "1000:60": a rate and how many seconds it holds.
Result<RateStep, std::string> parseRateStep(std::string_view text);
Result<SizeStep, std::string> parseSizeStep(std::string_view text);

/// "x-max-length=10,x-queue-type=quorum": whole numbers are longs, true and false booleans, all
/// else is text.
Result<amqp::FieldTable, std::string> parseArguments(std::string_view text);
/// "priority=5,contentType=text/plain": PerfTest's names of the properties; other names become
/// headers.
Status<std::string> parseProperties(std::string_view text, amqp::Properties& properties);

/// The queues "perf-%d" (or "perf-%03d") for the numbers from `from` to `to`.
Result<std::vector<std::string>, std::string> expandPattern(std::string_view pattern,
                                                            std::uint64_t from, std::uint64_t to);

}  // namespace warren::perf
