#pragma once

#include <cstddef>
#include <vector>

namespace warren::test {

/// The free choices of one step of the model, tried one combination after the other.
///
/// Which queue a broker serves first is its own affair: the model asks here, and whoever runs it
/// runs it again with `advance` until one combination explains what was seen.
class Choices {
public:
    /// One of `count` things. @pre count > 0
    std::size_t pick(std::size_t count)
    {
        if (m_at == m_path.size()) m_path.push_back({0, count});
        const std::size_t picked = m_path[m_at].picked;
        m_at += 1;
        return picked;
    }
    /// Goes on to the next combination. @returns false when there is none left
    bool advance()
    {
        m_at = 0;
        while (!m_path.empty() && m_path.back().picked + 1 == m_path.back().count)
            m_path.pop_back();
        if (m_path.empty()) return false;
        m_path.back().picked += 1;
        return true;
    }
    /// Whether there was anything to choose from.
    bool isFree() const
    {
        for (const Choice& choice : m_path) {
            if (choice.count > 1) return true;
        }
        return false;
    }

private:
    struct Choice {
        std::size_t picked;
        std::size_t count;
    };
    std::vector<Choice> m_path;
    std::size_t m_at = 0;
};

}  // namespace warren::test
