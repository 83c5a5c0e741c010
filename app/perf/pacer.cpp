#include "app/perf/pacer.h"

#include "core/base/check.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace warren::perf {

Pacer::Pacer(Instant start, double perSecond)
    : Pacer(start, {RateStep{.perSecond = perSecond, .lasts = Duration::max()}})
{
}

Pacer::Pacer(Instant start, std::vector<RateStep> steps)
    : m_steps(std::move(steps)), m_stepStart(start), m_due(start)
{
    WARREN_CHECK(std::any_of(m_steps.begin(), m_steps.end(),
                             [](const RateStep& step) { return step.perSecond > 0; }));
    WARREN_CHECK(std::all_of(m_steps.begin(), m_steps.end(),
                             [](const RateStep& step) { return step.lasts > Duration{0}; }));
    enterStep();
}

void Pacer::advance()
{
    m_sentInStep += 1;
    const RateStep& step = m_steps[m_step];
    // From the step's start, so that nothing adds up: after hours the nth message is still on time.
    const double offset = static_cast<double>(m_sentInStep) / step.perSecond * 1e9;
    const Duration lasts = step.lasts;
    if (offset < static_cast<double>(lasts.count())) {
        m_due = m_stepStart + Duration{std::llround(offset)};
        return;
    }
    m_stepStart = m_stepStart + lasts;
    m_step = (m_step + 1) % m_steps.size();
    enterStep();
}

void Pacer::enterStep()
{
    while (m_steps[m_step].perSecond <= 0) {
        m_stepStart = m_stepStart + m_steps[m_step].lasts;
        m_step = (m_step + 1) % m_steps.size();
    }
    m_sentInStep = 0;
    m_due = m_stepStart;
}

}  // namespace warren::perf
