#pragma once

#include "core/base/prng.h"
#include "core/base/time.h"

#include <cstdint>

namespace warren::sim {

/// The random decisions of a run: all from its seed.
class Chance {
public:
    explicit Chance(std::uint64_t seed) : m_prng(seed) {}

    std::uint64_t next() { return m_prng.next(); }
    std::uint64_t below(std::uint64_t bound) { return m_prng.below(bound); }
    std::uint64_t between(std::uint64_t least, std::uint64_t most)
    {
        return least + m_prng.below(most - least + 1);
    }
    Duration between(Duration least, Duration most)
    {
        const auto span = static_cast<std::uint64_t>((most - least).count()) + 1;
        return least + Duration(static_cast<Duration::rep>(m_prng.below(span)));
    }
    bool happens(double probability)
    {
        constexpr double kSteps = 1u << 30;
        return static_cast<double>(m_prng.below(1u << 30)) < probability * kSteps;
    }

private:
    Prng m_prng;
};

}  // namespace warren::sim
