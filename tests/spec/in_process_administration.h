#pragma once

#include "core/broker/broker.h"
#include "core/session/session_config.h"
#include "tests/spec/administration.h"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace warren::spec {

/// Asks a broker in the same process, by the rules that the management uses too. Knows the
/// passwords of the users that it has made, and lets them in; guest is there from the beginning.
///
/// Thread: the broker's. @pre the broker outlives it
class InProcessAdministration final : public Administration, public session::Authenticator {
public:
    /// @param settle  lets the broker finish what an act sets off
    InProcessAdministration(broker::Broker& broker, std::function<void()> settle)
        : m_broker(broker), m_settle(std::move(settle))
    {
    }
    /// Makes the default vhost and user. @pre the broker is restored
    void addDefaults();

    Status<Mismatch> perform(const AdminAct& act) override;

    bool accepts(std::string_view user, std::string_view password, bool isLoopback) const override;

private:
    using Answer = broker::Administration::Outcome;

    Answer performOnPolicies(const AdminAct& act);
    Answer put(const AdminAct& act, bool isOperator);
    Answer putUser(const AdminAct& act);
    Answer limitUser(const AdminAct& act);
    Answer putVhost(const AdminAct& act);
    Answer limitVhost(const AdminAct& act);
    Answer clearTopicPermissions(const AdminAct& act);

    broker::Broker& m_broker;
    std::function<void()> m_settle;
    std::map<std::string, std::string, std::less<>> m_passwords;  // by user
};

}  // namespace warren::spec
