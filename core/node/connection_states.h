#pragma once

#include "core/base/time.h"
#include "core/broker/connection.h"
#include "core/management/snapshot.h"
#include "core/session/session.h"

#include <QDateTime>
#include <QList>

#include <chrono>

namespace warren::node {

/// What one connection has been through, in RabbitMQ's states.
///
/// Thread: the broker's. Memory: nothing but two words while the connection just runs.
class ConnectionStates {
public:
    /// Whoever was held back for want of credit shows it so long. Source: RabbitMQ 3.10.8.
    static constexpr Duration kFlowShown = std::chrono::seconds{5};
    static constexpr qsizetype kKept = 16;

    /// What the connection is now.
    /// @param isHeld  not read for want of credit
    /// @param hasAlarm  publishers are blocked
    management::ConnectionState look(const session::Session& session,
                                     const broker::Connection& connection, bool isHeld,
                                     bool hasAlarm, Instant now, const QDateTime& at);

    /// The last states, oldest first; the last one is the present one.
    const QList<management::ConnectionStateChange>& history() const { return m_history; }

private:
    QList<management::ConnectionStateChange> m_history;
    Instant m_heldUntil{};  // shows as flow before this
};

}  // namespace warren::node
