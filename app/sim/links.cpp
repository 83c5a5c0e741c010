#include "app/sim/links.h"

#include "app/sim/node.h"
#include "app/sim/world.h"

#include <algorithm>
#include <utility>

namespace warren::sim {

using std::chrono::microseconds;

namespace {

/// How long a frame takes when nothing is wrong, at most.
constexpr microseconds kOrdinaryMax{20000};

}  // namespace

void Links::dial(const Way& way)
{
    if (way.first != way.second) m_links[way].isWanted = true;
}

void Links::hangUp(const Way& way)
{
    drop(way);
    drop({way.second, way.first});
    m_links[way].isWanted = false;
}

bool Links::isUp(const Way& way) const
{
    const auto at = m_links.find(way);
    return at != m_links.end() && at->second.isUp;
}

bool Links::isHeard(const Way& way) const
{
    const auto at = m_links.find(way);
    if (at == m_links.end()) return false;
    const Link& link = at->second;
    return link.isUp || link.isGreeted || link.isDraining;
}

bool Links::isGood(const Way& way) const
{
    const auto at = m_links.find(way);
    return at != m_links.end() && at->second.isUp && !at->second.isCut &&
           at->second.delay == Duration{0};
}

bool Links::isPrompt(const Way& way) const
{
    return isGood(way) && m_links.at(way).lastArrival <= m_world.now() + kOrdinaryMax;
}

// ------------------------------------------------------------------------------------------ frames

bool Links::send(const Way& way, std::string&& frame)
{
    Link& link = m_links[way];
    if (!link.isUp) return false;
    if (link.isCut) {
        link.stuck.push_back(std::move(frame));
    } else {
        transmit(way, link, std::move(frame));
    }
    return true;
}

void Links::transmit(const Way& way, Link& link, std::string&& frame)
{
    const std::uint64_t ordinary = m_world.below(
        m_world.below(20) == 0 ? static_cast<std::uint64_t>(kOrdinaryMax.count()) : 800);
    const Instant arrival =
        std::max(m_world.now() + microseconds{50 + ordinary} + link.delay, link.lastArrival);
    link.lastArrival = arrival;
    const std::uint64_t generation = link.generation;
    m_world.after(arrival - m_world.now(), [this, way, generation, frame = std::move(frame)] {
        const Link& now = m_links[way];
        if ((!now.isUp && !now.isDraining) || now.generation != generation) return;
        if (Node* node = m_world.find(way.second)) node->received(way.first, frame);
    });
}

// --------------------------------------------------------------------------------- what goes wrong

void Links::cut(const Way& way, Duration length)
{
    m_links[way].isCut = true;
    m_world.after(kSilence, [this, way] {
        if (m_links[way].isCut) drop(way);
    });
    m_world.after(length, [this, way] { heal(way); });
}

/// What was sent meanwhile arrives, unless the connection was given up.
void Links::heal(const Way& way)
{
    Link& link = m_links[way];
    link.isCut = false;
    for (std::string& frame : std::exchange(link.stuck, {}))
        (void)send(way, std::move(frame));
}

void Links::slowDown(const Way& way, Duration delay, Duration length)
{
    m_links[way].delay = delay;
    m_world.after(length, [this, way] { m_links[way].delay = Duration{0}; });
}

void Links::drop(const Way& way, Duration lateness)
{
    Link& link = m_links[way];
    if (link.isGreeted) return endGreeting(way, link);
    if (!link.isUp) return;
    link.isUp = false;
    link.isDraining = true;
    link.stuck.clear();
    m_world.after(Duration{0}, [this, way] {
        if (Node* from = m_world.find(way.first)) from->linkDown(way.second);
    });
    const std::uint64_t generation = link.generation;
    if (lateness == Duration{0}) {
        // Nothing of it arrives any more, from this moment on.
        link.isDraining = false;
        link.generation += 1;
        m_world.after(Duration{0}, [this, way] {
            if (Node* to = m_world.find(way.second)) to->silent(way.first);
        });
        return;
    }
    m_world.after(lateness, [this, way, generation] { endDraining(way, generation); });
}

void Links::endGreeting(const Way& way, Link& link)
{
    link.isGreeted = false;
    link.generation += 1;
    m_world.after(Duration{0}, [this, way] {
        if (Node* to = m_world.find(way.second)) to->silent(way.first);
    });
}

void Links::endDraining(const Way& way, std::uint64_t generation)
{
    Link& link = m_links[way];
    if (!link.isDraining || link.generation != generation) return;
    link.isDraining = false;
    link.generation += 1;
    if (Node* to = m_world.find(way.second)) to->silent(way.first);
}

void Links::dropAllOf(const cluster::NodeName& node)
{
    for (auto& [way, link] : m_links) {
        if (way.first == node || way.second == node) drop(way);
    }
}

void Links::noteDeath(const cluster::NodeName& node, bool withMachine)
{
    if (withMachine) m_silentMachines.insert(node);
    for (auto& [way, link] : m_links) {
        if (way.first == node) {
            link.isWanted = false;
            // What the system has taken over is sent by it, process or not.
            drop(way, std::chrono::milliseconds{m_world.below(50)});
        } else if (way.second == node) {
            drop(way);
            dialInVain(way);
            if (!link.isDraining) continue;
            link.isDraining = false;
            link.generation += 1;
        }
    }
}

/// The answer of a machine on which nobody listens gets back.
bool Links::isRefused(const Way& way) const
{
    const auto isCut = [this](const Way& one) {
        const auto at = m_links.find(one);
        return at != m_links.end() && at->second.isCut;
    };
    const Node* to = m_world.find(way.second);
    return !to->isUp() && !m_silentMachines.contains(way.second) && !isCut(way) &&
           !isCut({way.second, way.first});
}

void Links::dialInVain(const Way& way)
{
    if (!m_links[way].isWanted || !isRefused(way)) return;
    const Duration there = microseconds{100 + m_world.below(2000)};
    m_world.after(there + m_links[way].delay, [this, way] {
        if (isRefused(way)) m_world.find(way.first)->gone(way.second);
    });
}

void Links::healAll()
{
    for (auto& [way, link] : m_links) {
        link.delay = Duration{0};
        heal(way);
    }
}

void Links::reconnect()
{
    for (auto& [way, link] : m_links) {
        if (!link.isWanted || isHeard(way) || link.isCut) continue;
        const Node* from = m_world.find(way.first);
        const Node* to = m_world.find(way.second);
        if (!from->isUp() || from->isSuspended()) continue;
        if (!to->isUp()) {
            dialInVain(way);
        } else if (!to->isSuspended()) {
            greet(way, link);
        }
    }
}

/// The far end has the connection first, and may send on its own one what arrives before the answer
/// to the greeting.
void Links::greet(const Way& way, Link& link)
{
    link.isGreeted = true;
    link.generation += 1;
    m_world.find(way.second)->heard(way.first);
    const std::uint64_t generation = link.generation;
    m_world.after(microseconds{100 + m_world.below(2000)}, [this, way, generation] {
        Link& now = m_links[way];
        if (!now.isGreeted || now.generation != generation) return;
        now.isGreeted = false;
        now.isUp = true;
        now.lastArrival = m_world.now();
        m_world.find(way.first)->linkUp(way.second);
    });
}

}  // namespace warren::sim
