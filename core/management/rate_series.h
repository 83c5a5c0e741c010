#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

namespace warren::management {

/// A bounded history of samples for a plot: one point per second for the last ten minutes, one per
/// ten seconds (their mean) for the last hour.
///
/// Pure: time comes in as seconds. Thread: any one.
class RateSeries {
public:
    struct Point {
        double atSeconds;
        double value;
        bool operator==(const Point&) const = default;
    };

    static constexpr std::size_t kFinePointsMax = 600;
    static constexpr std::size_t kCoarsePointsMax = 360;
    static constexpr double kFineStepSeconds = 1;
    static constexpr double kCoarseStepSeconds = 10;

    /// @param atSeconds  not before the last call's; samples closer than half a step replace the
    /// last
    void add(double atSeconds, double value);

    /// The points of the last `spanSeconds` before the newest one, oldest first: the fine ones when
    /// they reach far enough back, else the coarse ones.
    std::vector<Point> last(double spanSeconds) const;

    bool isEmpty() const { return m_fine.empty(); }
    double latest() const { return m_fine.empty() ? 0 : m_fine.back().value; }

private:
    std::deque<Point> m_fine;
    std::deque<Point> m_coarse;
    double m_coarseSum = 0;
    std::uint32_t m_coarseCount = 0;
    double m_coarseSince = 0;
};

}  // namespace warren::management
