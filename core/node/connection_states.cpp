#include "core/node/connection_states.h"

namespace warren::node {

using management::ConnectionState;

namespace {

ConnectionState stateOf(const session::Session& session, const broker::Connection& connection,
                        bool isInFlow, bool hasAlarm)
{
    using Phase = session::Session::Phase;
    switch (session.phase()) {
    case Phase::AwaitsProtocolHeader:
    case Phase::AwaitsStartOk: return ConnectionState::Starting;
    case Phase::AwaitsTuneOk: return ConnectionState::Tuning;
    case Phase::AwaitsOpen:
    case Phase::Opening: return ConnectionState::Opening;
    case Phase::Running: break;
    case Phase::AwaitsCloseOk:
    case Phase::Closed: return ConnectionState::Closing;
    }
    // Source: RabbitMQ 3.10.8: flow is what holds only while nothing worse does.
    if (connection.isBlocked) return ConnectionState::Blocked;
    if (hasAlarm) return ConnectionState::Blocking;
    return isInFlow ? ConnectionState::Flow : ConnectionState::Running;
}

}  // namespace

ConnectionState ConnectionStates::look(const session::Session& session,
                                       const broker::Connection& connection, bool isHeld,
                                       bool hasAlarm, Instant now, const QDateTime& at)
{
    if (isHeld) m_heldUntil = now + kFlowShown;
    const ConnectionState state = stateOf(session, connection, now < m_heldUntil, hasAlarm);
    if (!m_history.isEmpty() && m_history.back().state == state) return state;
    if (m_history.size() >= kKept) m_history.removeFirst();
    m_history.append({state, at});
    return state;
}

}  // namespace warren::node
