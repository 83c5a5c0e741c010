#include "app/perf/histogram.h"

#include "core/base/check.h"

#include <algorithm>
#include <cmath>

namespace warren::perf {

Histogram::Histogram() : m_counts(kRowCount * kStepCount) {}

void Histogram::add(const Histogram& other)
{
    for (std::size_t i = 0; i < m_counts.size(); ++i)
        m_counts[i] += other.m_counts[i];
    m_count += other.m_count;
    m_sum += other.m_sum;
    m_max = std::max(m_max, other.m_max);
    m_min = std::min(m_min, other.m_min);
}

void Histogram::clear()
{
    std::fill(m_counts.begin(), m_counts.end(), 0);
    m_count = 0;
    m_sum = 0;
    m_max = 0;
    m_min = UINT64_MAX;
}

std::uint64_t Histogram::largestAt(std::size_t index)
{
    const std::size_t row = index / kStepCount;
    const std::uint64_t step = index % kStepCount;
    if (row == 0) return step;
    const auto shift = static_cast<int>(row) - 1;
    return ((kStepCount + step) << shift) + ((std::uint64_t{1} << shift) - 1);
}

std::uint64_t Histogram::percentile(double percent) const
{
    WARREN_CHECK(percent >= 0 && percent <= 100);
    if (isEmpty()) return 0;
    const auto share = std::ceil(percent / 100 * static_cast<double>(m_count));
    const auto rank = std::clamp<std::uint64_t>(static_cast<std::uint64_t>(share), 1, m_count);
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < m_counts.size(); ++i) {
        seen += m_counts[i];
        if (seen >= rank) return std::clamp(largestAt(i), m_min, m_max);
    }
    return m_max;
}

}  // namespace warren::perf
