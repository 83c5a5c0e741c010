#pragma once

#include "app/sim/alarm_watch.h"
#include "app/sim/client.h"
#include "app/sim/death_watch.h"
#include "app/sim/faults.h"
#include "app/sim/history.h"
#include "app/sim/links.h"
#include "app/sim/node.h"
#include "app/sim/topology.h"
#include "core/base/prng.h"
#include "core/base/time.h"

#include <queue>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace warren::sim {

struct RunOptions {
    std::uint64_t seed = 1;
    bool isVerbose = false;
    // Canaries: what the checkers must find.
    bool forgetsWrites = false;     ///< mirrors say that they have what they don't
    bool losesDeadLetters = false;  ///< they go to a queue that is not there
    bool ignoresAlarms = false;     ///< nodes go on reading from who is blocked
};

struct RunResult {
    std::optional<std::string> violation{};  ///< nothing: every rule holds
    FaultCounts faults{};
    std::size_t confirmedCount = 0;
    std::size_t refusedCount = 0;
    std::size_t redeliveredCount = 0;
    std::size_t deadCount = 0;
    std::size_t missingCount = 0;
};

/// Three nodes, their links and disks, their clients and what befalls them: all of it in one
/// thread, on a time of its own, and all of it following from the seed.
class World {
public:
    explicit World(const RunOptions& options);
    ~World();

    RunResult run();

    // ---- for nodes, links, clients and faults

    const RunOptions& options() const { return m_options; }
    Instant now() const { return m_now; }
    WallTime wallNow() const;
    std::uint64_t draw() { return m_prng.next(); }
    std::uint64_t below(std::uint64_t bound) { return m_prng.below(bound); }
    void after(Duration delay, std::function<void()> happen);
    bool isEnding() const { return m_isEnding; }
    void fail(const std::string& violation);
    void note(const cluster::NodeName& node, const std::string& text);

    Links& links() { return m_links; }
    const Topology& topology() const { return m_topology; }
    AlarmWatch& alarmWatch() { return m_alarmWatch; }
    DeathWatch& deathWatch() { return m_deathWatch; }
    const std::vector<std::unique_ptr<Node>>& nodes() const { return m_nodes; }
    Node* find(const cluster::NodeName& name);
    Node& anyNode() { return *m_nodes[below(m_nodes.size())]; }
    Node* anyServingNode();
    /// The one through which definitions change; nullptr: nobody, at the moment.
    Node* definitionsLeader();
    /// Whether this queue is the same one for all nodes that run.
    bool doNodesAgreeOn(const std::string& queue) const;
    /// The node's process dies, and starts again after a while.
    /// @param withMachine  nobody says so to the others
    void kill(Node& node, Duration length, bool withMachine = false);

private:
    struct Event {
        Instant at;
        std::uint64_t number;
        std::function<void()> happen;
        bool operator<(const Event& other) const
        {
            return at != other.at ? at > other.at : number > other.number;
        }
    };

    void runUntil(Instant end);
    bool runUntilWell(Instant end);
    bool isWell();
    void scheduleTicks();
    void repeat(Duration interval, std::function<void()> act);
    void form();
    void addClients();
    void addClients(const Topology::Queue& queue);
    void watchAlarms();
    void end();
    std::size_t missingCount() const;
    std::optional<std::string> brokenRule(bool isOver) const;
    RunResult result();
    void describe();

    RunOptions m_options;
    Prng m_prng;
    Instant m_now{};
    std::uint64_t m_lastEvent = 0;
    std::priority_queue<Event> m_events;
    std::vector<std::unique_ptr<Node>> m_nodes;
    Links m_links;
    Topology m_topology;
    Faults m_faults;
    AlarmWatch m_alarmWatch;
    DeathWatch m_deathWatch;
    std::map<std::string, History> m_histories;  // by queue; dead letters are in that of their own
    std::vector<std::unique_ptr<Client>> m_clients;
    std::uint32_t m_lastClient = 0;
    bool m_haveClientsSessions = false;
    std::optional<std::string> m_violation;
    bool m_isEnding = false;
};

}  // namespace warren::sim
