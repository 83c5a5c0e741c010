#include "tests/unit/broker/model/shrink.h"

#include "tests/unit/broker/model/model_run.h"

#include <algorithm>
#include <optional>

namespace warren::test {

namespace {

constexpr int kTriesMax = 1500;

class Shrinker {
public:
    explicit Shrinker(Script script) : m_script(std::move(script)) {}

    Script shrink()
    {
        for (std::size_t size = m_script.actions.size(); size > 0; size /= 2)
            takeOut(size);
        simplifyQueues();
        takeOut(1);
        return m_script;
    }

private:
    /// Keeps `candidate` if it fails too, up to where it fails.
    bool keep(Script candidate)
    {
        if (m_triesLeft == 0) return false;
        m_triesLeft -= 1;
        ModelRun run(candidate);
        if (run.play().empty()) return false;
        candidate.actions.resize(run.playedCount());
        m_script = std::move(candidate);
        return true;
    }
    void takeOut(std::size_t size)
    {
        for (std::size_t end = m_script.actions.size(); end > 0;) {
            const std::size_t begin = end > size ? end - size : 0;
            Script candidate = m_script;
            const auto first = candidate.actions.begin();
            candidate.actions.erase(first + static_cast<std::ptrdiff_t>(begin),
                                    first + static_cast<std::ptrdiff_t>(end));
            end = keep(std::move(candidate)) ? std::min(begin, m_script.actions.size()) : begin;
        }
    }
    void simplifyQueues()
    {
        for (std::size_t at = 0; at < m_script.queues.size(); ++at) {
            // After each success anew, so that one simplification does not undo another.
            for (bool hasShrunk = true; hasShrunk;) {
                hasShrunk = false;
                for (const QueuePlan& plan : simplerPlans(m_script.queues[at])) {
                    Script candidate = m_script;
                    candidate.queues[at] = plan;
                    hasShrunk = keep(std::move(candidate));
                    if (hasShrunk) break;
                }
            }
        }
    }

    Script m_script;
    int m_triesLeft = kTriesMax;
};

}  // namespace

Script shrunk(const Script& script, std::size_t playedCount)
{
    Script shorter = script;
    shorter.actions.resize(playedCount);
    return Shrinker(std::move(shorter)).shrink();
}

std::string report(const Script& script)
{
    ModelRun run(script);
    const std::string fault = run.play();
    std::string text = "seed " + std::to_string(script.seed) +
                       (script.commitsAtOnce ? ", the store commits at once" : "") + "\n";
    for (const QueuePlan& plan : script.queues)
        text += "  " + describe(plan) + "\n";
    for (const std::string& line : run.lockstep().log())
        text += "- " + line + "\n";
    return text + fault;
}

}  // namespace warren::test
