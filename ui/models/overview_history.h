#pragma once

#include "core/management/rate_series.h"
#include "core/management/snapshot.h"

#include <array>
#include <cstddef>
#include <vector>

namespace warren::ui {

/// What the overview plots over time.
enum class OverviewSeries { Ready, Unacked, Total, Publish, Confirm, Deliver, Ack };

/// The last hour of the broker's totals and rates, from every snapshot that arrived.
///
/// Thread: GUI. Cost: O(1) per snapshot; the memory is bounded by RateSeries.
class OverviewHistory {
public:
    /// Snapshots that are not newer than the last one are ignored.
    void add(const management::Snapshot& snapshot);

    const management::RateSeries& series(OverviewSeries which) const
    {
        return m_series[static_cast<std::size_t>(which)];
    }

    /// Time of the last snapshot in seconds since 1970, 0 before the first.
    double nowSeconds() const { return m_nowSeconds; }

private:
    static constexpr std::size_t kSeriesCount = 7;

    std::array<management::RateSeries, kSeriesCount> m_series;
    double m_nowSeconds = 0;
};

}  // namespace warren::ui
