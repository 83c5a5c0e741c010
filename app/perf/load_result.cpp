#include "app/perf/load_result.h"

namespace warren::perf {

LatencySummary LatencySummary::of(const Histogram& histogram)
{
    return {.count = histogram.count(),
            .mean = histogram.mean(),
            .min = histogram.min(),
            .p50 = histogram.percentile(50),
            .p75 = histogram.percentile(75),
            .p95 = histogram.percentile(95),
            .p99 = histogram.percentile(99),
            .p999 = histogram.percentile(99.9),
            .max = histogram.max()};
}

}  // namespace warren::perf
