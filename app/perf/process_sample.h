#pragma once

#include "core/base/time.h"

#include <cstdint>
#include <vector>

namespace warren::perf {

/// What the kernel says about processes; sums over all of them. 0 for those that are gone.
struct ProcessSample {
    Instant at{};
    double cpuSeconds = 0;
    std::uint64_t residentBytes = 0;
    std::uint64_t writtenBytes = 0;  // handed to the disk

    static ProcessSample of(const std::vector<int>& pids);
};

/// CPU time of this process, in seconds.
double ownCpuSeconds();

}  // namespace warren::perf
