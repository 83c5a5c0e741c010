#include "app/perf/sequence_set.h"

#include "core/base/check.h"

#include <algorithm>
#include <bit>

namespace warren::perf {
namespace {

constexpr std::uint64_t kFullWord = UINT64_MAX;

}  // namespace

SequenceSet::Insertion SequenceSet::insertOutside(std::uint64_t sequence)
{
    const std::uint64_t word = sequence / 64;
    if (m_count == 0) {
        m_firstWord = word;
        m_completeFrom = word * 64;
        m_words.assign(1, 0);
        return insert(sequence);
    }
    if (word < m_firstWord) {
        if (sequence >= m_completeFrom) return Insertion::Known;
        // Before the first: a message that another consumer gave back. What was dropped as complete
        // comes back as full words.
        if (m_firstWord * 64 - sequence > kDistanceMax) return Insertion::TooFar;
        const std::uint64_t newFirst = word;
        std::vector<std::uint64_t> front(static_cast<std::size_t>(m_firstWord - newFirst), 0);
        for (std::size_t i = 0; i < front.size(); ++i) {
            if ((newFirst + i) * 64 >= m_completeFrom) front[i] = kFullWord;
        }
        m_words.insert(m_words.begin(), front.begin(), front.end());
        m_firstWord = newFirst;
        m_completeFrom = newFirst * 64;
        return insert(sequence);
    }
    if (sequence - m_firstWord * 64 > kDistanceMax + m_words.size() * 64) return Insertion::TooFar;
    dropCompleteFront();
    const auto needed = static_cast<std::size_t>(word - m_firstWord) + 1;
    if (needed > m_words.capacity()) m_words.reserve(std::max(needed, m_words.capacity() * 2));
    m_words.resize(std::max(needed, m_words.size()), 0);
    return insert(sequence);
}

void SequenceSet::dropCompleteFront()
{
    constexpr std::size_t kWorthwhile = 1024;
    if (m_words.size() < kWorthwhile || m_words.size() < m_words.capacity()) return;
    const auto firstOpen = std::find_if(m_words.begin(), m_words.end(),
                                        [](std::uint64_t word) { return word != kFullWord; });
    const auto count = static_cast<std::size_t>(firstOpen - m_words.begin());
    if (count < m_words.size() / 2) return;
    m_words.erase(m_words.begin(), firstOpen);
    m_firstWord += count;
}

bool SequenceSet::contains(std::uint64_t sequence) const
{
    const std::uint64_t word = sequence / 64;
    if (word < m_firstWord) return m_count > 0 && sequence >= m_completeFrom;
    if (word - m_firstWord >= m_words.size()) return false;
    return (m_words[static_cast<std::size_t>(word - m_firstWord)] >> sequence % 64 & 1) != 0;
}

std::uint64_t SequenceSet::min() const
{
    WARREN_CHECK(m_count > 0);
    if (m_completeFrom < m_firstWord * 64) return m_completeFrom;
    std::size_t i = 0;
    while (m_words[i] == 0)
        ++i;
    return (m_firstWord + i) * 64 + static_cast<std::uint64_t>(std::countr_zero(m_words[i]));
}

std::uint64_t SequenceSet::max() const
{
    WARREN_CHECK(m_count > 0);
    std::size_t i = m_words.size();
    while (i > 0 && m_words[i - 1] == 0)
        --i;
    if (i == 0) return m_firstWord * 64 - 1;
    return (m_firstWord + i) * 64 - 1 -
           static_cast<std::uint64_t>(std::countl_zero(m_words[i - 1]));
}

std::uint64_t SequenceSet::holeCount() const
{
    return m_count == 0 ? 0 : max() - min() + 1 - m_count;
}

}  // namespace warren::perf
