#include "core/management/rate_series.h"

namespace warren::management {

void RateSeries::add(double atSeconds, double value)
{
    if (!m_fine.empty() && atSeconds - m_fine.back().atSeconds < kFineStepSeconds / 2) {
        m_fine.back().value = value;
        return;
    }
    m_fine.push_back({atSeconds, value});
    if (m_fine.size() > kFinePointsMax) m_fine.pop_front();

    if (m_coarseCount == 0) m_coarseSince = atSeconds;
    m_coarseSum += value;
    m_coarseCount += 1;
    if (atSeconds - m_coarseSince + kFineStepSeconds < kCoarseStepSeconds) return;
    m_coarse.push_back({atSeconds, m_coarseSum / m_coarseCount});
    if (m_coarse.size() > kCoarsePointsMax) m_coarse.pop_front();
    m_coarseSum = 0;
    m_coarseCount = 0;
}

std::vector<RateSeries::Point> RateSeries::last(double spanSeconds) const
{
    if (m_fine.empty()) return {};
    const double since = m_fine.back().atSeconds - spanSeconds;
    const bool fineReaches = m_fine.front().atSeconds <= since || m_coarse.empty() ||
                             m_coarse.front().atSeconds >= m_fine.front().atSeconds;
    std::vector<Point> points;
    if (!fineReaches) {
        for (const Point& point : m_coarse) {
            if (point.atSeconds >= since && point.atSeconds < m_fine.front().atSeconds) {
                points.push_back(point);
            }
        }
    }
    for (const Point& point : m_fine) {
        if (point.atSeconds >= since) points.push_back(point);
    }
    return points;
}

}  // namespace warren::management
