#pragma once

#include "app/sim/fault_counts.h"
#include "core/base/time.h"

#include <string>
#include <vector>

namespace warren::sim {

class Node;
class World;

/// Lets things go wrong, of the kinds that its run has.
class Faults {
public:
    explicit Faults(World& world) : m_world(world) {}

    /// Some kinds only, so that one that hides another does not do so always; now and then none
    /// that may cost anybody a connection.
    void drawKinds();
    /// One of them, or nothing if it can't happen just now.
    void inject();
    /// Nothing is wrong any more from now on.
    void endAll();
    /// Brings the cluster's policy to what it is at the end, if it is not. @returns whether it is
    bool restorePolicies();

    const FaultCounts& counts() const { return m_counts; }
    /// Whether clients can have noticed nothing but delay.
    bool isGentle() const { return m_isGentle; }
    std::string text() const;

private:
    bool happen(FaultKind kind);
    bool kill(Node& node);
    bool stop(Node& node);
    bool losePower();
    bool suspend(Node& node);
    bool cut(const Node& node, const Node& other);
    bool reset(const Node& node, const Node& other);
    bool slowLinks(const Node& node);
    bool jumpClock(Node& node);
    bool fillDisk(Node& node);
    bool slowDisk(Node& node);
    bool raiseAlarm(Node& node);
    bool moveMaster(Node& node);
    bool changePolicy();
    void synchroniseAll();

    World& m_world;
    std::vector<FaultKind> m_kinds;
    FaultCounts m_counts;
    bool m_isGentle = true;
};

}  // namespace warren::sim
