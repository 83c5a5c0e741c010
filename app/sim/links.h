#pragma once

#include "core/base/time.h"
#include "core/cluster/node_name.h"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace warren::sim {

class World;

/// From a node to another.
using Way = std::pair<cluster::NodeName, cluster::NodeName>;

/// The connections between the nodes, one per way, as TCP has them: what arrives does so once, in
/// order, and is a prefix of what was sent. What may befall one: it is slow, it is cut for a while,
/// it is lost. Its two ends need not notice the loss at once: what was on its way may still arrive
/// when who sent it has given it up. Who dials a machine on which the process has died is refused;
/// who dials one that is off, or over a cut way, hears nothing.
class Links {
public:
    /// Without an answer for this long, a connection counts as lost.
    static constexpr std::chrono::milliseconds kSilence{1500};

    explicit Links(World& world) : m_world(world) {}

    // ---- what nodes do

    void dial(const Way& way);
    void hangUp(const Way& way);
    bool isUp(const Way& way) const;
    /// Whether the far end believes that it is up.
    bool isHeard(const Way& way) const;
    bool send(const Way& way, std::string&& frame);

    // ---- what befalls them

    void cut(const Way& way, Duration length);
    void slowDown(const Way& way, Duration delay, Duration length);
    /// The connection is lost: who sends hears of it, and after `lateness` who receives.
    void drop(const Way& way, Duration lateness = Duration{0});
    void dropAllOf(const cluster::NodeName& node);
    /// The node's process has died. @param withMachine  nobody answers for it until it starts again
    void noteDeath(const cluster::NodeName& node, bool withMachine);
    void noteStart(const cluster::NodeName& node) { m_silentMachines.erase(node); }
    /// Everything that is wanted and possible is up again in a moment.
    void reconnect();
    void healAll();
    /// Up, and nothing is wrong with it.
    bool isGood(const Way& way) const;
    /// And nothing that was sent while it was slow is on its way any more.
    bool isPrompt(const Way& way) const;

private:
    struct Link {
        bool isWanted = false;
        bool isUp = false;
        bool isGreeted = false;  // the far end has it, and who dialled does not know yet
        bool isCut = false;
        bool isDraining = false;       // lost, and the far end has not noticed yet
        std::uint64_t generation = 0;  // of its connection
        Duration delay{0};
        Instant lastArrival{};
        std::vector<std::string> stuck{};  // sent while it was cut
    };

    bool isRefused(const Way& way) const;
    void dialInVain(const Way& way);
    void heal(const Way& way);
    void transmit(const Way& way, Link& link, std::string&& frame);
    void greet(const Way& way, Link& link);
    void endGreeting(const Way& way, Link& link);
    void endDraining(const Way& way, std::uint64_t generation);

    World& m_world;
    std::map<Way, Link> m_links;
    std::set<cluster::NodeName> m_silentMachines;
};

}  // namespace warren::sim
