#pragma once

#include "app/sim/client.h"
#include "app/sim/history.h"
#include "app/sim/node.h"
#include "core/base/prng.h"
#include "core/base/time.h"

#include <queue>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace warren::sim {

/// What a run is made of; each seed draws which faults it has at all ("swarm").
struct FaultCounts {
    unsigned kills = 0;
    unsigned suspensions = 0;
    unsigned cuts = 0;
    unsigned moves = 0;  ///< of masters, by command

    FaultCounts& operator+=(const FaultCounts& other);
};

struct RunOptions {
    std::uint64_t seed = 1;
    bool isVerbose = false;
    /// The canary: mirrors say that they have what they don't, so messages must get lost.
    bool forgetsWrites = false;
};

struct RunResult {
    std::optional<std::string> violation{};  ///< nothing: every rule holds
    FaultCounts faults{};
    std::size_t confirmedCount = 0;
    std::size_t refusedCount = 0;
    std::size_t redeliveredCount = 0;
    std::size_t missingCount = 0;
};

/// Three nodes, their links and disks, their clients and what befalls them: all of it in one
/// thread, on a time of its own, and all of it following from the seed.
class World {
public:
    explicit World(const RunOptions& options);
    ~World();

    RunResult run();

    // ---- for nodes and clients

    Instant now() const { return m_now; }
    WallTime wallNow() const;
    std::uint64_t draw() { return m_prng.next(); }
    std::uint64_t below(std::uint64_t bound) { return m_prng.below(bound); }
    History& history() { return m_history; }
    bool isEnding() const { return m_isEnding; }
    Node* anyServingNode();
    void fail(const std::string& violation);
    void note(const cluster::NodeName& node, const std::string& text);

    void dial(const cluster::NodeName& from, const cluster::NodeName& to);
    void hangUp(const cluster::NodeName& from, const cluster::NodeName& to);
    bool isLinkUp(const cluster::NodeName& from, const cluster::NodeName& to) const;
    bool send(const cluster::NodeName& from, const cluster::NodeName& to, std::string&& frame);

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
    /// One way from a node to another.
    struct Link {
        bool isWanted = false;
        bool isUp = false;
        bool isCut = false;
        std::uint64_t generation = 0;  // of its connection
        Instant lastArrival{};
        std::vector<std::string> stuck{};  // sent while it was cut
    };
    using Way = std::pair<cluster::NodeName, cluster::NodeName>;

    void after(Duration delay, std::function<void()> happen);
    void runUntil(Instant end);
    bool runUntilWell(Instant end);
    bool isWell();
    void scheduleTicks();
    void prepare();
    void injectFault();
    void kill(Node& node);
    void cut(const Way& way, Duration length);
    void heal(const Way& way);
    void drop(const Way& way);
    void reconnect();
    Node* find(const cluster::NodeName& name);
    RunResult result();
    void describe();

    RunOptions m_options;
    Prng m_prng;
    Instant m_now{};
    std::uint64_t m_lastEvent = 0;
    std::priority_queue<Event> m_events;
    std::vector<std::unique_ptr<Node>> m_nodes;
    std::vector<std::unique_ptr<Client>> m_clients;
    std::map<Way, Link> m_links;
    History m_history;
    FaultCounts m_faults;
    std::vector<int> m_kinds;  // of faults that this run has
    std::optional<std::string> m_violation;
    bool m_isEnding = false;
};

}  // namespace warren::sim
