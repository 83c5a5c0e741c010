#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace warren::perf {

/// A set of sequence numbers that come nearly in order: one bit each, and none for the part from
/// the first number on that is complete.
///
/// Cost: O(1) amortised per insertion. Thread: one at a time.
class SequenceSet {
public:
    enum class Insertion { New, Known, TooFar };

    /// How far a number may lie from those that are there: a limit to what a broken number can make
    /// us allocate (8 MiB).
    static constexpr std::uint64_t kDistanceMax = std::uint64_t{1} << 26;

    Insertion insert(std::uint64_t sequence)
    {
        const std::uint64_t word = sequence / 64 - m_firstWord;
        const std::uint64_t bit = std::uint64_t{1} << sequence % 64;
        if (word >= m_words.size()) return insertOutside(sequence);
        std::uint64_t& bits = m_words[static_cast<std::size_t>(word)];
        if ((bits & bit) != 0) return Insertion::Known;
        bits |= bit;
        m_count += 1;
        return Insertion::New;
    }
    bool contains(std::uint64_t sequence) const;

    std::uint64_t count() const { return m_count; }
    bool isEmpty() const { return m_count == 0; }
    /// The smallest and the largest number. @pre not empty
    std::uint64_t min() const;
    std::uint64_t max() const;
    /// How many numbers between the smallest and the largest are missing.
    std::uint64_t holeCount() const;
    std::size_t allocatedWords() const { return m_words.capacity(); }

private:
    Insertion insertOutside(std::uint64_t sequence);
    void dropCompleteFront();

    std::vector<std::uint64_t> m_words;  // from m_firstWord on
    std::uint64_t m_firstWord = 0;
    std::uint64_t m_completeFrom = 0;  // every number from here to m_firstWord * 64 is in the set
    std::uint64_t m_count = 0;
};

}  // namespace warren::perf
