#pragma once

#include "core/broker/alarm.h"
#include "core/broker/command.h"
#include "core/broker/consuming.h"
#include "core/broker/declarations.h"
#include "core/broker/errors.h"
#include "core/broker/relaying.h"
#include "core/broker/state.h"

#include <string>
#include <string_view>

namespace warren::broker {

/// The lives of connections and channels: open, fail, close, and what goes with them. Thread: the
/// broker's.
class Connections {
public:
    Connections(State& state, Consuming& consuming, Declarations& declarations, Relaying& relaying)
        : m_state(state), m_consuming(consuming), m_declarations(declarations), m_relaying(relaying)
    {
    }

    void add(ConnectionId id, std::string name, bool usesTls);
    void open(Connection& connection, const OpenConnection& command);
    /// A client's connection to another node gets its counterpart here.
    void addRelayed(ConnectionId id, const RelayRequest::Open& request);
    /// The client's own connection.close.
    void close(Connection& connection);
    /// The broker ends it, with a reason for the client.
    void fail(Connection& connection, amqp::AmqpError error);
    /// The socket has gone. The connection is forgotten.
    void lose(ConnectionId id);

    void openChannel(Connection& connection, ChannelNumber number);
    void closeChannel(Channel& channel);
    void failChannel(Channel& channel, amqp::AmqpError error);
    /// @pre the channel failed, and its client was told
    void confirmChannelClosed(Channel& channel);

    /// It publishes: an alarm blocks it.
    void notePublish(Connection& connection);
    void setAlarms(Alarms alarms);

private:
    /// Whether this user may open one more connection to the vhost. @error NotAllowed
    Verdict judgeOpen(const Vhost& vhost, std::string_view user) const;
    /// Whether the connection's user may have one more channel.
    bool hasChannelForUser(const Connection& connection) const;
    void removeEverything(Connection& connection);
    void removeExclusiveQueues(Connection& connection);

    State& m_state;
    Consuming& m_consuming;
    Declarations& m_declarations;
    Relaying& m_relaying;
};

}  // namespace warren::broker
