#include "app/sim/world.h"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace warren::sim {

using cluster::NodeName;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr std::size_t kNodeCount = 3;
constexpr const char* kQueues[] = {"q1", "q2"};
/// Without an answer for this long, a connection between nodes counts as lost.
constexpr milliseconds kSilence{1500};

enum FaultKind { Kill, Suspend, CutBoth, CutOneWay, MoveMaster, FaultKindCount };

}  // namespace

FaultCounts& FaultCounts::operator+=(const FaultCounts& other)
{
    kills += other.kills;
    suspensions += other.suspensions;
    cuts += other.cuts;
    moves += other.moves;
    return *this;
}

World::World(const RunOptions& options) : m_options(options), m_prng(options.seed)
{
    for (std::size_t i = 0; i < kNodeCount; ++i)
        m_nodes.push_back(std::make_unique<Node>(*this, i));
}

World::~World() = default;

WallTime World::wallNow() const
{
    constexpr seconds kStart{1'700'000'000};
    return {std::chrono::duration_cast<milliseconds>(kStart + m_now.sinceStart)};
}

void World::fail(const std::string& violation)
{
    if (!m_violation) m_violation = violation;
}

void World::note(const NodeName& node, const std::string& text)
{
    if (!m_options.isVerbose) return;
    const double at = std::chrono::duration<double>(m_now.sinceStart).count();
    std::fprintf(stderr, "%9.3f %s: %s\n", at, node.text().c_str(), text.c_str());
}

// -------------------------------------------------------------------------------------------- time

void World::after(Duration delay, std::function<void()> happen)
{
    m_events.push({m_now + delay, ++m_lastEvent, std::move(happen)});
}

void World::runUntil(Instant end)
{
    while (!m_events.empty() && m_events.top().at <= end && !m_violation) {
        const Event event = m_events.top();
        m_events.pop();
        m_now = event.at;
        event.happen();
        m_violation = m_violation ? m_violation : m_history.violation(false);
    }
    m_now = std::max(m_now, end);
}

bool World::runUntilWell(Instant end)
{
    while (m_now < end && !m_violation) {
        if (isWell()) return true;
        runUntil(m_now + milliseconds{50});
    }
    return isWell();
}

void World::scheduleTicks()
{
    for (const auto& node : m_nodes) {
        const auto repeat = [this, &node](auto&& self, Duration interval, auto act) -> void {
            after(interval, [this, self, interval, act] {
                act();
                self(self, interval, act);
            });
        };
        repeat(repeat, milliseconds{100}, [&node] { node->tick(); });
        repeat(repeat, std::chrono::microseconds{700 + below(1500)}, [&node] { node->sync(); });
    }
    const auto act = [this](auto&& self) -> void {
        after(std::chrono::microseconds{2000 + below(3000)}, [this, self] {
            for (const auto& client : m_clients)
                client->act();
            for (const auto& node : m_nodes)
                node->turn();
            self(self);
        });
    };
    act(act);
    const auto redial = [this](auto&& self) -> void {
        after(milliseconds{60}, [this, self] {
            reconnect();
            self(self);
        });
    };
    redial(redial);
}

// ------------------------------------------------------------------------------------------- links

Node* World::find(const NodeName& name)
{
    const auto at =
        std::ranges::find_if(m_nodes, [&](const auto& node) { return node->name() == name; });
    return at == m_nodes.end() ? nullptr : at->get();
}

Node* World::anyServingNode()
{
    std::vector<Node*> serving;
    for (const auto& node : m_nodes) {
        if (node->isServing() && !node->isSuspended()) serving.push_back(node.get());
    }
    return serving.empty() ? nullptr : serving[below(serving.size())];
}

void World::dial(const NodeName& from, const NodeName& to)
{
    if (from != to) m_links[{from, to}].isWanted = true;
}

void World::hangUp(const NodeName& from, const NodeName& to)
{
    drop({from, to});
    drop({to, from});
    m_links[{from, to}].isWanted = false;
}

bool World::isLinkUp(const NodeName& from, const NodeName& to) const
{
    const auto at = m_links.find({from, to});
    return at != m_links.end() && at->second.isUp;
}

bool World::send(const NodeName& from, const NodeName& to, std::string&& frame)
{
    Link& link = m_links[{from, to}];
    if (!link.isUp) return false;
    const bool isStream =
        !frame.empty() && frame.front() == static_cast<char>(member::FrameKind::MirrorOperations);
    if (m_options.forgetsWrites && isStream) {
        constexpr std::size_t kHeadBytes = 1 + 8;  // kind and number of the frame
        frame.resize(kHeadBytes);
        frame.append(4, '\0');  // no operations
    }
    if (link.isCut) {
        link.stuck.push_back(std::move(frame));
        return true;
    }
    const Instant arrival =
        std::max(m_now + std::chrono::microseconds{50 + below(below(20) == 0 ? 20000 : 800)},
                 link.lastArrival);
    link.lastArrival = arrival;
    const std::uint64_t generation = link.generation;
    after(arrival - m_now, [this, from, to, generation, frame = std::move(frame)] {
        const Link& way = m_links[{from, to}];
        if (!way.isUp || way.generation != generation) return;
        if (Node* node = find(to)) node->received(from, frame);
    });
    return true;
}

/// The connection is lost: both ends hear of it.
void World::drop(const Way& way)
{
    Link& link = m_links[way];
    if (!link.isUp) return;
    link.isUp = false;
    link.generation += 1;
    link.stuck.clear();
    after(Duration{0}, [this, way] {
        if (Node* from = find(way.first)) from->linkDown(way.second);
        if (Node* to = find(way.second)) to->silent(way.first);
    });
}

void World::reconnect()
{
    for (auto& [way, link] : m_links) {
        if (!link.isWanted || link.isUp || link.isCut) continue;
        Node* from = find(way.first);
        Node* to = find(way.second);
        if (!from->isUp() || !to->isUp() || to->isSuspended() || from->isSuspended()) continue;
        link.isUp = true;
        link.generation += 1;
        link.lastArrival = m_now;
        const std::uint64_t generation = link.generation;
        const Way ends = way;
        after(std::chrono::microseconds{200}, [this, ends, generation] {
            const Link& now = m_links[ends];
            if (!now.isUp || now.generation != generation) return;
            find(ends.second)->heard(ends.first);
            find(ends.first)->linkUp(ends.second);
        });
    }
}

// ------------------------------------------------------------------------------------------ faults

void World::kill(Node& node)
{
    note(node.name(), "is killed");
    node.crash();
    for (const auto& client : m_clients)
        client->loseNode(&node);
    for (auto& [way, link] : m_links) {
        if (way.first == node.name()) link.isWanted = false;
        if (way.first == node.name() || way.second == node.name()) drop(way);
    }
    after(milliseconds{50 + below(3000)}, [this, &node] {
        if (node.isUp()) return;
        note(node.name(), "starts again");
        node.boot();
    });
}

void World::cut(const Way& way, Duration length)
{
    m_links[way].isCut = true;
    after(kSilence, [this, way] {
        if (m_links[way].isCut) drop(way);
    });
    after(length, [this, way] { heal(way); });
}

/// What was sent meanwhile arrives, unless the connection was given up.
void World::heal(const Way& way)
{
    Link& link = m_links[way];
    link.isCut = false;
    for (std::string& frame : std::exchange(link.stuck, {}))
        send(way.first, way.second, std::move(frame));
}

void World::injectFault()
{
    Node& node = *m_nodes[below(m_nodes.size())];
    Node& other = *m_nodes[below(m_nodes.size())];
    switch (m_kinds[below(m_kinds.size())]) {
    case Kill:
        if (!node.isUp()) return;
        m_faults.kills += 1;
        return kill(node);
    case Suspend: {
        if (!node.isUp() || node.isSuspended()) return;
        m_faults.suspensions += 1;
        const Duration length = milliseconds{100 + below(5000)};
        note(node.name(), "is suspended");
        node.suspend(m_now + length);
        if (length < kSilence) return;
        after(kSilence, [this, &node] {
            for (auto& [way, link] : m_links) {
                if (way.first == node.name() || way.second == node.name()) drop(way);
            }
        });
        return;
    }
    case CutBoth:
    case CutOneWay: {
        if (&node == &other) return;
        m_faults.cuts += 1;
        const Duration length = milliseconds{100 + below(6000)};
        note(node.name(), "is cut off from " + other.name().text());
        cut({node.name(), other.name()}, length);
        if (below(2) == 0) cut({other.name(), node.name()}, length);
        return;
    }
    case MoveMaster: {
        if (!node.isServing() || node.isSuspended() || !node.member().isClustered()) return;
        const auto& placements = node.member().metadata().placements().all();
        if (placements.empty()) return;
        auto at = placements.begin();
        std::advance(at, static_cast<std::ptrdiff_t>(below(placements.size())));
        const auto& inSync = at->second.inSync;
        if (inSync.empty()) return;
        m_faults.moves += 1;
        node.member().moveMaster(at->first, inSync[below(inSync.size())],
                                 [](const std::optional<std::string>&) {});
        return;
    }
    default: return;
    }
}

// --------------------------------------------------------------------------------------------- run

/// Every node serves, and every mirror has everything.
bool World::isWell()
{
    for (const auto& node : m_nodes) {
        if (!node->isServing() || !node->member().isClustered()) return false;
        const auto& metadata = node->member().metadata();
        if (metadata.membership().nodes().size() != kNodeCount) return false;
        for (const auto& [name, one] : metadata.membership().nodes()) {
            if (one.state != cluster::NodeState::Running) return false;
        }
        if (metadata.placements().all().size() != std::size(kQueues)) return false;
        for (const auto& [queue, placement] : metadata.placements().all()) {
            if (placement.inSync.size() != kNodeCount) return false;
        }
    }
    return true;
}

void World::prepare()
{
    for (const auto& node : m_nodes)
        node->boot();
    scheduleTicks();
    m_nodes[1]->join(m_nodes[0]->address());
    m_nodes[2]->join(m_nodes[0]->address());
    const auto declare = [this] {
        Node& node = *m_nodes[0];
        broker::Broker& broker = node.broker();
        amqp::FieldTable definition;
        definition.append("ha-mode", std::string{"all"});
        definition.append("ha-sync-mode", std::string{"automatic"});
        const auto put = broker.policies().put({.vhost = "/",
                                                .name = "ha",
                                                .pattern = ".*",
                                                .applyTo = broker::PolicyTarget::Queues,
                                                .definition = definition});
        if (!put) fail(put.error().text);
        for (const char* queue : kQueues) {
            const auto declared = broker.declarations().declareQueue(
                *broker.findVhost("/"), {}, {.name = queue, .isDurable = true});
            if (!declared) fail(declared.error().text);
        }
        node.turn();
    };
    runUntil(m_now + seconds{5});
    declare();
    if (!runUntilWell(m_now + seconds{30})) fail("the cluster does not form");
    std::uint32_t number = 0;
    for (const char* queue : kQueues) {
        for (int i = 0; i < 2; ++i)
            m_clients.push_back(std::make_unique<Publisher>(*this, queue, ++number));
        m_clients.push_back(std::make_unique<Consumer>(*this, queue));
    }
}

RunResult World::run()
{
    // Some kinds only, so that one that hides another does not do so always.
    for (int kind = 0; kind < FaultKindCount; ++kind) {
        if (below(2) == 0) m_kinds.push_back(kind);
    }
    if (m_kinds.empty()) m_kinds.push_back(Kill);
    prepare();
    const Instant end = m_now + seconds{8 + below(20)};
    while (m_now < end && !m_violation) {
        runUntil(m_now + milliseconds{200 + below(4000)});
        injectFault();
    }
    // Everything heals, and what is there is delivered.
    std::vector<Way> ways;
    for (const auto& [way, link] : m_links)
        ways.push_back(way);
    for (const Way& way : ways)
        heal(way);
    m_isEnding = true;
    runUntil(m_now + seconds{6});
    if (!m_violation && !runUntilWell(m_now + seconds{60})) {
        fail("not well a minute after the last fault");
    }
    for (int i = 0; i < 40 && !m_violation && m_history.missingCount() > 0; ++i)
        runUntil(m_now + milliseconds{500});
    if (!m_violation) m_violation = m_history.violation(true);
    return result();
}

/// How the queues are, for whoever looks for a fault.
void World::describe()
{
    for (const auto& node : m_nodes) {
        if (!node->isUp()) continue;
        for (const auto& [id, placement] : node->member().metadata().placements().all()) {
            const broker::Queue* queue = node->broker().findQueue(id);
            if (queue == nullptr) continue;
            note(node->name(), queue->definition().name + ": role " +
                                   std::to_string(static_cast<int>(queue->role)) + ", ready " +
                                   std::to_string(queue->readyCount()) + ", unacked " +
                                   std::to_string(queue->unackedCount()) + ", consumers " +
                                   std::to_string(queue->consumers.count()) + ", master " +
                                   placement.master.text() + ", in sync " +
                                   std::to_string(placement.inSync.size()) + ", epoch " +
                                   std::to_string(placement.epoch));
        }
        for (const auto& [id, connection] : node->broker().state().connections) {
            connection->forEachChannel([&](const broker::Channel& channel) {
                std::string text = "connection " + std::to_string(id.value) +
                                   (connection->isRelayed ? " relayed" : "") +
                                   (connection->isClosed ? " closed" : "") +
                                   (channel.isClosing ? " closing" : "") + ", consumers " +
                                   std::to_string(channel.consumers.size()) + ", unacked " +
                                   std::to_string(channel.unacked.count());
                if (channel.relays != nullptr) {
                    for (const auto& [tag, consumer] : channel.relays->consumers) {
                        text += ", remote of queue " + std::to_string(consumer.queue.value) +
                                " at " + std::to_string(consumer.node.value);
                    }
                    for (const auto& [peer, side] : channel.relays->counterparts) {
                        text += ", " + std::to_string(side.expected.size()) + " expected of " +
                                std::to_string(peer.value);
                    }
                }
                note(node->name(), text);
            });
        }
        note(node->name(), "last position " + std::to_string(node->broker().lastPosition()) +
                               ", committed " + std::to_string(node->broker().state().committed()) +
                               ", safe " + std::to_string(node->member().safePosition()));
    }
}

RunResult World::result()
{
    if (m_violation) describe();
    return {.violation = m_violation,
            .faults = m_faults,
            .confirmedCount = m_history.confirmedCount(),
            .refusedCount = m_history.refusedCount(),
            .redeliveredCount = m_history.redeliveredCount(),
            .missingCount = m_history.missingCount()};
}

}  // namespace warren::sim
