#include "core/broker/fanout_router.h"

namespace warren::broker {

void FanoutRouter::add(const RouterBinding& binding)
{
    (void)m_destinations.add(binding);  // nothing depends on whether it is new
}

void FanoutRouter::remove(const RouterBinding& binding)
{
    (void)m_destinations.remove(binding);  // nothing depends on whether it was there
}

void FanoutRouter::removeDestination(const Destination& destination)
{
    (void)m_destinations.removeDestination(destination);  // as above
}

void FanoutRouter::route(std::string_view, ByteView, Prng&, std::vector<Destination>& out) const
{
    const auto& destinations = m_destinations.destinations();
    out.insert(out.end(), destinations.begin(), destinations.end());
}

}  // namespace warren::broker
