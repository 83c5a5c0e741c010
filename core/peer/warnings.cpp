#include "core/peer/warnings.h"

namespace warren::peer {

void Warnings::warn(const std::string& about, const std::string& sentence)
{
    if (m_said.size() >= kRememberedMax) m_said.clear();
    if (m_said.emplace(about, sentence).second) m_say(sentence);
}

void Warnings::forget(const std::string& about)
{
    const auto first = m_said.lower_bound({about, std::string()});
    auto last = first;
    while (last != m_said.end() && last->first == about) {
        ++last;
    }
    m_said.erase(first, last);
}

}  // namespace warren::peer
