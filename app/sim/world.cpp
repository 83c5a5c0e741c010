#include "app/sim/world.h"

#include "app/sim/consumer.h"
#include "app/sim/publisher.h"
#include "app/sim/queue_keeper.h"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace warren::sim {

using cluster::NodeName;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr std::size_t kNodeCount = 3;

}  // namespace

World::World(const RunOptions& options)
    : m_options(options),
      m_prng(options.seed),
      m_links(*this),
      m_topology(*this, options.losesDeadLetters),
      m_faults(*this),
      m_deathWatch(*this)
{
    const bool areShortOfMemory = below(4) == 0;
    for (std::size_t i = 0; i < kNodeCount; ++i) {
        m_nodes.push_back(std::make_unique<Node>(*this, i));
        if (areShortOfMemory) m_nodes.back()->setShortOfMemory();
    }
    m_haveClientsSessions = below(2) == 0;
    for (const Topology::Queue& queue : m_topology.queues()) {
        const bool isWork = queue.kind == Topology::Kind::Work;
        m_histories.emplace(
            queue.name, History(isWork ? History::Fate::AckedOrDead : History::Fate::Delivered));
    }
    m_faults.drawKinds();
    note(m_nodes[0]->name(), "queues " + m_topology.text() + "; faults " + m_faults.text() +
                                 (areShortOfMemory ? "; short of memory" : "") +
                                 (m_haveClientsSessions ? "; sessions" : ""));
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

// ---------------------------------------------------------------------------------------------
// time

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
        if (!m_violation) m_violation = brokenRule(false);
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

void World::repeat(Duration interval, std::function<void()> act)
{
    after(interval, [this, interval, act = std::move(act)] {
        act();
        repeat(interval, act);
    });
}

void World::scheduleTicks()
{
    for (const auto& node : m_nodes) {
        repeat(milliseconds{100}, [&one = *node] { one.tick(); });
        repeat(std::chrono::microseconds{700 + below(1500)}, [&one = *node] { one.sync(); });
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
    repeat(milliseconds{60}, [this] { m_links.reconnect(); });
    repeat(milliseconds{100}, [this] { watchAlarms(); });
}

// --------------------------------------------------------------------------------------------
// nodes

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

Node* World::definitionsLeader()
{
    for (const auto& node : m_nodes) {
        const bool canAnswer = node->isServing() && !node->isSuspended();
        if (canAnswer && node->member().isClustered() &&
            node->broker().state().definitionsLeader == NodeId{}) {
            return node.get();
        }
    }
    return nullptr;
}

bool World::doNodesAgreeOn(const std::string& name) const
{
    std::optional<QueueId> agreed;
    for (const auto& node : m_nodes) {
        if (!node->isUp()) continue;
        const broker::Vhost* vhost = node->broker().findVhost("/");
        const broker::Queue* queue = vhost == nullptr ? nullptr : vhost->findQueue(name);
        if (queue == nullptr || (agreed && queue->id() != *agreed)) return false;
        agreed = queue->id();
    }
    return agreed.has_value();
}

void World::kill(Node& node, Duration length, bool withMachine)
{
    if (!node.isUp()) return;
    note(node.name(), "is killed");
    if (withMachine) {
        m_deathWatch.disturbed();
    } else {
        m_deathWatch.dies(node, length);
    }
    node.crash();
    for (const auto& client : m_clients)
        client->loseNode(&node);
    m_links.noteDeath(node.name(), withMachine);
    after(length, [this, &node] {
        if (node.isUp()) return;
        note(node.name(), "starts again");
        m_links.noteStart(node.name());
        node.boot();
    });
}

void World::watchAlarms()
{
    for (std::size_t to = 0; to < kNodeCount; ++to) {
        for (std::size_t from = 0; from < kNodeCount; ++from) {
            Node& source = *m_nodes[from];
            Node& node = *m_nodes[to];
            const bool areThere = source.isServing() && !source.isSuspended() && node.isServing() &&
                                  !node.isSuspended();
            const bool isNear = from == to || (m_links.isGood({source.name(), node.name()}) &&
                                               m_links.isGood({node.name(), source.name()}));
            const bool shouldKnow = source.alarms().isAny() && areThere && isNear;
            m_alarmWatch.expected(to, from, shouldKnow, node.knowsOfAlarm(), m_now);
        }
    }
}

// ----------------------------------------------------------------------------------------------
// run

/// Every node serves, every mirror has everything, nothing is wrong any more, and clients have said
/// all that they have to say.
bool World::isWell()
{
    for (const auto& node : m_nodes) {
        if (!node->isServing() || !node->member().isClustered()) return false;
        const auto& metadata = node->member().metadata();
        if (metadata.membership().nodes().size() != kNodeCount) return false;
        for (const auto& [name, one] : metadata.membership().nodes()) {
            if (one.state != cluster::NodeState::Running) return false;
        }
        if (metadata.placements().all().size() != m_topology.queues().size()) return false;
        for (const auto& [queue, placement] : metadata.placements().all()) {
            if (placement.inSync.size() != kNodeCount) return false;
        }
        if (node->knowsOfAlarm()) return false;
    }
    return !m_isEnding ||
           std::ranges::all_of(m_clients, [](const auto& client) { return client->isAtRest(); });
}

void World::form()
{
    for (const auto& node : m_nodes)
        node->boot();
    scheduleTicks();
    // Sessions have users; without one, everything is allowed.
    broker::Administration& people = m_nodes[0]->broker().administration();
    const auto user = people.putUser({.name = "guest"});
    const auto permission = people.putPermission(
        {.vhost = "/", .user = "guest", .configure = ".*", .write = ".*", .read = ".*"});
    if (!user || !permission) return fail("there is no user");
    m_nodes[1]->join(m_nodes[0]->address());
    m_nodes[2]->join(m_nodes[0]->address());
    runUntil(m_now + seconds{5});
    if (m_violation) return;
    const auto declared = m_topology.declareAll(m_nodes[0]->broker());
    if (!declared) return fail(declared.error());
    m_nodes[0]->turn();
    if (!runUntilWell(m_now + seconds{30})) fail("the cluster does not form");
}

void World::addClients()
{
    for (const Topology::Queue& queue : m_topology.queues())
        addClients(queue);
}

void World::addClients(const Topology::Queue& queue)
{
    using Kind = Topology::Kind;
    History& history = m_histories.at(queue.kind == Kind::Dead ? "work" : queue.name);
    const auto part = [&] {
        return Client::Part{.world = *this,
                            .history = history,
                            .queue = queue.name,
                            .number = ++m_lastClient,
                            .speaksAmqp = m_haveClientsSessions && below(2) == 0};
    };
    const auto publish = [&](int count, Publisher::Lifetimes lifetimes) {
        for (int i = 0; i < count; ++i)
            m_clients.push_back(std::make_unique<Publisher>(part(), lifetimes));
    };
    const auto consume = [&](Consumer::Manner manner) {
        m_clients.push_back(std::make_unique<Consumer>(part(), manner));
    };
    switch (queue.kind) {
    case Kind::Plain: publish(2, {}); return consume(Consumer::Manner::Acks);
    case Kind::Work:
        publish(2, {.haveSome = m_topology.haveSomeLifetimes(),
                    .haveAll = m_topology.haveAllLifetimes()});
        consume(Consumer::Manner::RejectsSome);
        return consume(Consumer::Manner::RejectsSome);
    case Kind::Dead: return consume(Consumer::Manner::TakesDead);
    case Kind::Purged:
    case Kind::Redeclared:
        publish(1, {});
        consume(Consumer::Manner::Acks);
        m_clients.push_back(std::make_unique<QueueKeeper>(
            part(), queue.kind == Kind::Purged ? QueueKeeper::Manner::Purges
                                               : QueueKeeper::Manner::Redeclares));
        return;
    }
}

RunResult World::run()
{
    form();
    if (!m_violation) addClients();
    const Instant end = m_now + seconds{8 + below(20)};
    while (m_now < end && !m_violation) {
        runUntil(m_now + milliseconds{200 + below(4000)});
        m_faults.inject();
    }
    this->end();
    return result();
}

/// Everything heals, and what is there is delivered.
void World::end()
{
    m_faults.endAll();
    m_isEnding = true;
    runUntil(m_now + seconds{6});
    const Instant limit = m_now + seconds{60};
    while (m_now < limit && !m_violation && !m_faults.restorePolicies())
        runUntil(m_now + milliseconds{500});
    if (!m_violation && !runUntilWell(limit)) fail("not well a minute after the last fault");
    for (int i = 0; i < 40 && !m_violation && missingCount() > 0; ++i)
        runUntil(m_now + milliseconds{500});
    if (!m_violation) m_violation = brokenRule(true);
}

// -------------------------------------------------------------------------------------------
// result

std::size_t World::missingCount() const
{
    std::size_t count = 0;
    for (const auto& [queue, history] : m_histories)
        count += history.missingCount();
    return count;
}

std::optional<std::string> World::brokenRule(bool isOver) const
{
    if (m_alarmWatch.violation()) return m_alarmWatch.violation();
    for (const auto& [queue, history] : m_histories) {
        auto violation = history.violation(isOver);
        // Where a queue is deleted, publishes to others may be refused too.
        const bool isDisturbed = !m_faults.isGentle() || m_topology.has(Topology::Kind::Redeclared);
        if (!violation && isOver && !isDisturbed) violation = history.disturbance();
        if (violation) return "queue " + queue + ": " + *violation;
    }
    return std::nullopt;
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
    RunResult result{.violation = m_violation, .faults = m_faults.counts()};
    for (const auto& [queue, history] : m_histories) {
        result.confirmedCount += history.confirmedCount();
        result.refusedCount += history.refusedCount();
        result.redeliveredCount += history.redeliveredCount();
        result.deadCount += history.deadCount();
    }
    result.missingCount = missingCount();
    return result;
}

}  // namespace warren::sim
