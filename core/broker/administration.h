#pragma once

#include "core/broker/connections.h"
#include "core/broker/declarations.h"
#include "core/broker/errors.h"
#include "core/broker/state.h"

#include <string_view>

namespace warren::broker {

/// Who may be there and what they may do: vhosts, users, permissions, as people change them.
///
/// Functions return the log position to wait for before the change may be called done.
/// Thread: the broker's.
class Administration {
public:
    Administration(State& state, Declarations& declarations, Connections& connections)
        : m_state(state), m_declarations(declarations), m_connections(connections)
    {
    }

    using Outcome = Result<LogPosition, Refusal>;

    /// Creates it, or changes its properties. @error PreconditionFailed  no or too long a name
    Outcome putVhost(VhostDefinition vhost);
    /// With everything in it; its connections are closed.
    /// @error NotFound  @error PreconditionFailed  it is protected
    Outcome removeVhost(std::string_view name);
    /// @error PreconditionFailed  no or too long a name
    Outcome putUser(UserDefinition user);
    /// Its connections are closed. @error NotFound
    Outcome removeUser(std::string_view name);
    /// @error NotFound  no such vhost or user  @error PreconditionFailed  a pattern is none
    Outcome putPermission(PermissionDefinition permission);
    Outcome removePermission(std::string_view vhost, std::string_view user);
    Outcome putTopicPermission(TopicPermissionDefinition permission);
    Outcome removeTopicPermission(std::string_view vhost, std::string_view user,
                                  std::string_view exchange);

private:
    Verdict judgeNames(std::string_view vhost, std::string_view user) const;
    /// Ends the connections for which `isMeant(connection)` holds.
    template <typename IsMeant>
    void closeConnections(IsMeant isMeant, std::string_view reason);

    State& m_state;
    Declarations& m_declarations;
    Connections& m_connections;
};

}  // namespace warren::broker
