#pragma once

#include "core/broker/administration.h"
#include "core/broker/declarations.h"
#include "core/broker/policies.h"
#include "core/broker/state.h"

#include <vector>

namespace warren::broker {

/// Definitions that a cluster has agreed on: they happen here whatever the rules of declaring say,
/// which were asked where the change began. What is there already stays as it is.
/// Thread: the broker's.
class AgreedChanges {
public:
    AgreedChanges(State& state, Declarations& declarations, Administration& administration,
                  Policies& policies)
        : m_state(state),
          m_declarations(declarations),
          m_administration(administration),
          m_policies(policies)
    {
    }

    void apply(const CatalogueChange& change);
    /// Makes the catalogue what the cluster has agreed on, all of it in an order in which it can be
    /// applied; exclusive queues of this node alone go.
    void reconcile(const std::vector<CatalogueChange>& all);

private:
    void carryOut(const PutVhost& change);
    void carryOut(const PutExchange& change);
    void carryOut(const PutQueue& change);
    void carryOut(const PutBinding& change);
    void carryOut(const PutUser& change);
    void carryOut(const PutPermission& change);
    void carryOut(const PutTopicPermission& change);
    void carryOut(const PutPolicy& change);
    void carryOut(const RemoveVhost& change);
    void carryOut(const RemoveExchange& change);
    void carryOut(const RemoveQueue& change);
    void carryOut(const RemoveBinding& change);
    void carryOut(const RemoveUser& change);
    void carryOut(const RemovePermission& change);
    void carryOut(const RemoveTopicPermission& change);
    void carryOut(const RemovePolicy& change);
    void removeSurplus(const std::vector<CatalogueChange>& all);

    State& m_state;
    Declarations& m_declarations;
    Administration& m_administration;
    Policies& m_policies;
};

}  // namespace warren::broker
