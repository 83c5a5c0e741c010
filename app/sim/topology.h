#pragma once

#include "core/amqp/field_table.h"
#include "core/broker/broker.h"

#include <string>
#include <vector>

namespace warren::sim {

class World;

/// What the policies say about mirrors. As constructed: what they say at the beginning and the end.
struct MirrorWish {
    enum class Mode { All, Exactly, Nodes };
    Mode mode = Mode::All;
    std::vector<std::string> nodes{};  ///< of Nodes
    bool isSyncManual = false;

    amqp::FieldTable definition() const;
    std::string text() const;
};
MirrorWish drawMirrorWish(World& world);

/// The queues of a run, and how they are declared. All are mirrored.
class Topology {
public:
    enum class Kind {
        Plain,
        Work,        ///< what is rejected or expires there goes to the next one
        Dead,        ///< the dead letters of Work
        Purged,      ///< a client purges it now and then
        Redeclared,  ///< a client deletes it now and then, and declares it again
    };
    struct Queue {
        std::string name;
        Kind kind = Kind::Plain;
    };

    /// @param losesDeadLetters  the canary: they go to a queue that is not there
    Topology(World& world, bool losesDeadLetters);

    const std::vector<Queue>& queues() const { return m_queues; }
    bool has(Kind kind) const;
    /// Whether each message, or some, of Work have a lifetime.
    bool haveAllLifetimes() const { return m_haveAllLifetimes; }
    bool haveSomeLifetimes() const { return m_haveSomeLifetimes; }
    amqp::FieldTable argumentsOf(Kind kind) const;

    /// @error one sentence
    Status<std::string> declareAll(broker::Broker& broker) const;
    void putPolicies(broker::Broker& broker, const MirrorWish& wish) const;
    bool hasPolicies(const broker::Broker& broker, const MirrorWish& wish) const;
    std::string text() const;

private:
    void add(Kind kind);
    amqp::FieldTable deadLetterSettings(const std::string& prefix) const;
    std::vector<broker::PolicyDefinition> policies(const MirrorWish& wish) const;

    std::vector<Queue> m_queues;
    std::string m_deadLetterKey = "dead";
    bool m_isDeadLetteringByPolicy = false;
    bool m_haveAllLifetimes = false;
    bool m_haveSomeLifetimes = false;
};

}  // namespace warren::sim
