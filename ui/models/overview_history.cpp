#include "ui/models/overview_history.h"

namespace warren::ui {

void OverviewHistory::add(const management::Snapshot& snapshot)
{
    if (!snapshot.takenAt.isValid()) return;
    constexpr double kMillisecondsPerSecond = 1000;
    const double seconds =
        static_cast<double>(snapshot.takenAt.toMSecsSinceEpoch()) / kMillisecondsPerSecond;
    if (seconds <= m_nowSeconds) return;
    m_nowSeconds = seconds;

    const management::Overview& overview = snapshot.overview;
    const auto ready = static_cast<double>(overview.readyCount);
    const auto unacked = static_cast<double>(overview.unackedCount);
    const std::array<double, kSeriesCount> values{ready,
                                                  unacked,
                                                  ready + unacked,
                                                  overview.rates.publish,
                                                  overview.rates.confirm,
                                                  overview.rates.deliver,
                                                  overview.rates.ack};
    for (std::size_t which = 0; which < kSeriesCount; ++which) {
        m_series[which].add(seconds, values[which]);
    }
}

}  // namespace warren::ui
