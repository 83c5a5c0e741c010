#include "core/broker/random_router.h"

#include <algorithm>

namespace warren::broker {

void RandomRouter::add(const RouterBinding& binding)
{
    if (m_bindings.add(binding)) m_choices.push_back(binding.destination);
}

void RandomRouter::remove(const RouterBinding& binding)
{
    if (!m_bindings.remove(binding)) return;
    m_choices.erase(std::find(m_choices.begin(), m_choices.end(), binding.destination));
}

void RandomRouter::removeDestination(const Destination& destination)
{
    if (m_bindings.removeDestination(destination)) std::erase(m_choices, destination);
}

void RandomRouter::route(std::string_view, ByteView, Prng& random,
                         std::vector<Destination>& out) const
{
    if (m_choices.empty()) return;
    // A single destination costs no random number.
    const std::size_t chosen = m_choices.size() == 1 ? 0 : random.below(m_choices.size());
    out.push_back(m_choices[chosen]);
}

}  // namespace warren::broker
