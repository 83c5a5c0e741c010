#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace warren::perf {

/// How often which value occurred, with a bounded relative error and without keeping the values.
///
/// Values below 256 are counted exactly. Above, each power of two is cut into 128 equal steps, so
/// that a percentile is at most 1/128 (0.8 %) too large and never too small. Any 64-bit value fits.
/// Cost: O(1) per value, 58 KiB per histogram; nothing is allocated after construction.
/// Thread: one at a time.
class Histogram {
public:
    Histogram();

    void record(std::uint64_t value)
    {
        m_counts[indexOf(value)] += 1;
        m_count += 1;
        m_sum += static_cast<double>(value);
        if (value > m_max) m_max = value;
        if (value < m_min) m_min = value;
    }
    void add(const Histogram& other);
    void clear();

    bool isEmpty() const { return m_count == 0; }
    std::uint64_t count() const { return m_count; }
    /// 0 without values.
    std::uint64_t min() const { return isEmpty() ? 0 : m_min; }
    std::uint64_t max() const { return m_max; }
    double mean() const { return isEmpty() ? 0 : m_sum / static_cast<double>(m_count); }

    /// The smallest value (to 1/128) that at least `percent` of all values do not exceed; 0 without
    /// values. @pre 0 ≤ percent ≤ 100
    std::uint64_t percentile(double percent) const;

private:
    static constexpr int kStepBits = 7;
    static constexpr std::size_t kStepCount = std::size_t{1} << kStepBits;
    static constexpr std::size_t kRowCount = 64 - kStepBits + 1;

    static std::size_t indexOf(std::uint64_t value)
    {
        if (value < kStepCount) return static_cast<std::size_t>(value);
        const int shift = 63 - kStepBits - __builtin_clzll(value);
        const auto row = static_cast<std::size_t>(shift + 1);
        return row * kStepCount + static_cast<std::size_t>(value >> shift) % kStepCount;
    }
    /// The largest value that is counted at `index`.
    static std::uint64_t largestAt(std::size_t index);

    std::vector<std::uint64_t> m_counts;
    std::uint64_t m_count = 0;
    std::uint64_t m_min = UINT64_MAX;
    std::uint64_t m_max = 0;
    double m_sum = 0;
};

}  // namespace warren::perf
