#pragma once

#include "core/broker/broker.h"
#include "tests/spec/administration.h"

#include <functional>
#include <string_view>
#include <utility>

namespace warren::spec {

/// Asks a broker in the same process, by the rules that the management uses too.
///
/// Thread: the broker's. @pre the broker outlives it
class InProcessAdministration final : public Administration {
public:
    /// @param settle  lets the broker finish what an act sets off
    InProcessAdministration(broker::Broker& broker, std::function<void()> settle)
        : m_broker(broker), m_settle(std::move(settle))
    {
    }
    bool knows(std::string_view act) const override;
    Status<Mismatch> perform(const AdminAct& act) override;

private:
    Status<Mismatch> put(const AdminAct& act, bool isOperator);
    Status<Mismatch> remove(const AdminAct& act, bool isOperator);

    broker::Broker& m_broker;
    std::function<void()> m_settle;
};

}  // namespace warren::spec
