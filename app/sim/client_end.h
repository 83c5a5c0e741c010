#pragma once

#include "core/base/bytes.h"
#include "core/broker/broker.h"
#include "core/session/session.h"

#include <functional>
#include <memory>
#include <span>
#include <utility>

namespace warren::sim {

/// A node's end of a client's connection: the client gets the broker's events, or a session turns
/// them into bytes for it.
class ClientEnd {
public:
    using TakeEvents = std::function<void(std::span<broker::Event> events)>;
    /// @param isClosed  the node closes the connection behind these bytes
    using TakeBytes = std::function<void(ByteView bytes, bool isClosed)>;

    explicit ClientEnd(TakeEvents take) : m_takeEvents(std::move(take)) {}
    ClientEnd(TakeBytes take, Instant now);

    /// Bytes of the client. Calls `apply(Command&&)` for what they ask for.
    template <typename Apply>
    void receive(ByteView bytes, Instant now, Apply apply)
    {
        if (m_session == nullptr || m_session->isClosed()) return;
        m_input.append(bytes);
        broker::CommandBatch commands;
        do {
            commands.clear();
            const std::size_t used = m_session->receive(m_input.view(), now, commands, m_output);
            for (broker::Command& command : commands)
                apply(std::move(command));
            m_input.consume(used);
        } while (!commands.empty());
    }
    /// Events for the client.
    void take(std::span<broker::Event> events, Instant now);
    void tick(Instant now);
    /// Hands the client what the session has said meanwhile.
    void flush();

private:
    TakeEvents m_takeEvents;
    TakeBytes m_takeBytes;
    std::unique_ptr<session::Session> m_session;
    Buffer m_input;
    Buffer m_output;
};

}  // namespace warren::sim
