#include "app/sim/faults.h"

#include "app/sim/node.h"
#include "app/sim/topology.h"
#include "app/sim/world.h"

#include <algorithm>
#include <iterator>
#include <optional>

namespace warren::sim {

using std::chrono::milliseconds;

namespace {

constexpr FaultKind kGentleKinds[] = {FaultKind::SlowDisk, FaultKind::Alarm};

bool isGentleKind(FaultKind kind)
{
    return std::ranges::find(kGentleKinds, kind) != std::end(kGentleKinds);
}

}  // namespace

void Faults::drawKinds()
{
    // What a canary breaks is seen under some of them only.
    if (m_world.options().forgetsWrites) m_kinds = {FaultKind::Kill, FaultKind::MoveMaster};
    if (m_world.options().ignoresAlarms) m_kinds = {FaultKind::Alarm};
    if (!m_kinds.empty()) return;
    const bool areGentleOnly = m_world.below(8) == 0;
    for (std::size_t i = 0; i < kFaultKindCount; ++i) {
        const auto kind = static_cast<FaultKind>(i);
        const bool isPossible = !areGentleOnly || isGentleKind(kind);
        if (m_world.below(3) == 0 && isPossible) m_kinds.push_back(kind);
    }
    if (m_kinds.empty()) m_kinds.push_back(areGentleOnly ? FaultKind::Alarm : FaultKind::Kill);
}

std::string Faults::text() const
{
    std::string text;
    for (const FaultKind kind : m_kinds)
        text += (text.empty() ? "" : ", ") + std::string{kFaultNames[static_cast<int>(kind)]};
    return text;
}

void Faults::inject()
{
    const FaultKind kind = m_kinds[m_world.below(m_kinds.size())];
    m_world.deathWatch().disturbed();
    if (!happen(kind)) return;
    m_counts[kind] += 1;
    m_isGentle = m_isGentle && isGentleKind(kind);
}

bool Faults::happen(FaultKind kind)
{
    Node& node = m_world.anyNode();
    Node& other = m_world.anyNode();
    switch (kind) {
    case FaultKind::Kill: return kill(node);
    case FaultKind::Stop: return stop(node);
    case FaultKind::PowerLoss: return losePower();
    case FaultKind::Suspend: return suspend(node);
    case FaultKind::Cut: return cut(node, other);
    case FaultKind::Reset: return reset(node, other);
    case FaultKind::SlowLinks: return slowLinks(node);
    case FaultKind::ClockJump: return jumpClock(node);
    case FaultKind::FullDisk: return fillDisk(node);
    case FaultKind::SlowDisk: return slowDisk(node);
    case FaultKind::Alarm: return raiseAlarm(node);
    case FaultKind::MoveMaster: return moveMaster(node);
    case FaultKind::ChangePolicy: return changePolicy();
    }
    return false;
}

void Faults::endAll()
{
    m_world.links().healAll();
    for (const auto& node : m_world.nodes()) {
        node->setAlarms({});
        node->slowDisk(Instant{});
    }
}

// ------------------------------------------------------------------------------------------- nodes

bool Faults::kill(Node& node)
{
    if (!node.isUp()) return false;
    m_world.kill(node, milliseconds{50 + m_world.below(3000)});
    return true;
}

bool Faults::stop(Node& node)
{
    if (!node.isUp() || node.isSuspended()) return false;
    m_world.note(node.name(), "is told to stop");
    const Duration length = milliseconds{50 + m_world.below(3000)};
    node.handOver([this, &node, length] {
        m_world.after(Duration{}, [this, &node, length] { m_world.kill(node, length); });
    });
    return true;
}

bool Faults::losePower()
{
    for (const auto& node : m_world.nodes()) {
        if (node->isUp()) m_world.kill(*node, milliseconds{50 + m_world.below(3000)}, true);
    }
    return true;
}

bool Faults::suspend(Node& node)
{
    if (!node.isUp() || node.isSuspended()) return false;
    const Duration length = milliseconds{100 + m_world.below(5000)};
    m_world.note(node.name(), "is suspended");
    node.suspend(m_world.now() + length);
    if (length >= Links::kSilence) {
        m_world.after(Links::kSilence, [this, &node] { m_world.links().dropAllOf(node.name()); });
    }
    return true;
}

bool Faults::jumpClock(Node& node)
{
    const auto far = static_cast<std::int64_t>(m_world.below(3) == 0 ? 3'600'000 : 5000);
    const auto jump = static_cast<std::int64_t>(m_world.below(static_cast<std::uint64_t>(2 * far)));
    node.jumpClock(milliseconds{jump - far});
    m_world.note(node.name(), "is told another time: " + std::to_string(jump - far) + " ms");
    return true;
}

bool Faults::fillDisk(Node& node)
{
    if (!node.isUp() || node.isSuspended() || node.isDiskFull()) return false;
    m_world.note(node.name(), "has no room on its disk");
    node.fillDisk(m_world.below(2) == 0);
    // Where nothing was to be stored somebody notices all the same, and restarts it.
    m_world.after(milliseconds{500 + m_world.below(3000)}, [this, &node] {
        if (node.isDiskFull()) m_world.kill(node, milliseconds{50 + m_world.below(1000)});
    });
    return true;
}

bool Faults::slowDisk(Node& node)
{
    m_world.note(node.name(), "has a slow disk");
    node.slowDisk(m_world.now() + milliseconds{200 + m_world.below(5000)});
    return true;
}

bool Faults::raiseAlarm(Node& node)
{
    if (node.alarms().isAny()) return false;
    const std::uint64_t which = 1 + m_world.below(3);
    node.setAlarms({.isLowOnMemory = (which & 1) != 0, .isLowOnDisk = (which & 2) != 0});
    m_world.note(node.name(), "is short of memory or disk");
    m_world.after(milliseconds{300 + m_world.below(6000)}, [this, &node] {
        m_world.note(node.name(), "is short of nothing any more");
        node.setAlarms({});
    });
    return true;
}

// ------------------------------------------------------------------------------------------- links

bool Faults::cut(const Node& node, const Node& other)
{
    if (&node == &other) return false;
    const Duration length = milliseconds{100 + m_world.below(6000)};
    m_world.note(node.name(), "is cut off from " + other.name().text());
    m_world.links().cut({node.name(), other.name()}, length);
    if (m_world.below(2) == 0) m_world.links().cut({other.name(), node.name()}, length);
    return true;
}

bool Faults::reset(const Node& node, const Node& other)
{
    const Way way{node.name(), other.name()};
    if (!m_world.links().isUp(way)) return false;
    m_world.note(node.name(), "loses its connection to " + other.name().text());
    m_world.links().drop(way, milliseconds{m_world.below(3) == 0 ? 0 : m_world.below(200)});
    return true;
}

bool Faults::slowLinks(const Node& node)
{
    m_world.note(node.name(), "has slow connections");
    const Duration length = milliseconds{200 + m_world.below(5000)};
    const Duration delay = milliseconds{5 + m_world.below(m_world.below(2) == 0 ? 50 : 700)};
    for (const auto& other : m_world.nodes()) {
        if (other.get() == &node) continue;
        m_world.links().slowDown({node.name(), other->name()}, delay, length);
        if (m_world.below(2) == 0) {
            m_world.links().slowDown({other->name(), node.name()}, delay, length);
        }
    }
    return true;
}

// ------------------------------------------------------------------------------------------ people

bool Faults::moveMaster(Node& node)
{
    if (!node.isServing() || node.isSuspended() || !node.member().isClustered()) return false;
    const auto& placements = node.member().metadata().placements().all();
    if (placements.empty()) return false;
    auto at = placements.begin();
    std::advance(at, static_cast<std::ptrdiff_t>(m_world.below(placements.size())));
    const auto& inSync = at->second.inSync;
    if (inSync.empty()) return false;
    node.member().moveMaster(at->first, inSync[m_world.below(inSync.size())],
                             [](const std::optional<std::string>&) {});
    return true;
}

bool Faults::changePolicy()
{
    Node* leader = m_world.definitionsLeader();
    if (leader == nullptr) return false;
    const MirrorWish wish = drawMirrorWish(m_world);
    m_world.note(leader->name(), "mirrors are to be " + wish.text());
    m_world.topology().putPolicies(leader->broker(), wish);
    leader->turn();
    if (!wish.isSyncManual) return true;
    m_world.after(milliseconds{100 + m_world.below(3000)}, [this] { synchroniseAll(); });
    return true;
}

void Faults::synchroniseAll()
{
    Node* node = m_world.anyServingNode();
    if (node == nullptr || !node->member().isClustered()) return;
    std::vector<QueueId> queues;
    for (const auto& [queue, placement] : node->member().metadata().placements().all())
        queues.push_back(queue);
    for (const QueueId queue : queues)
        node->member().synchronise(queue, [](const std::optional<std::string>&) {});
}

bool Faults::restorePolicies()
{
    if (m_counts[FaultKind::ChangePolicy] == 0) return true;
    Node* leader = m_world.definitionsLeader();
    if (leader == nullptr) return false;
    if (m_world.topology().hasPolicies(leader->broker(), {})) return true;
    m_world.topology().putPolicies(leader->broker(), {});
    leader->turn();
    return false;
}

}  // namespace warren::sim
