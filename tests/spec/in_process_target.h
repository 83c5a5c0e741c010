#pragma once

#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/broker/broker.h"
#include "core/session/session.h"
#include "core/session/session_config.h"
#include "core/storage/memory_store.h"
#include "tests/spec/in_process_administration.h"
#include "tests/spec/transport.h"

#include <map>
#include <memory>

namespace warren::spec {

/// A broker of ours in this process: sessions, broker and a store without a disk; no socket, no
/// thread, no clock. Time passes only when a client waits and nothing else is left to do, and then
/// at once.
///
/// Thread: one at a time. Outlives its transports.
class InProcessTarget final : public Target {
public:
    InProcessTarget();
    std::unique_ptr<Transport> connect() override;
    Administration* administration() override { return &m_administration; }
    bool provide(const std::string& setting) override;
    void pass(std::chrono::milliseconds duration) override;

private:
    class Link;
    friend class Link;

    struct Client {
        explicit Client(session::Session&& opened) : session(std::move(opened)) {}
        session::Session session;
        Buffer input;
        Buffer output;
    };

    void receive(ConnectionId id, ByteView bytes);
    void close(ConnectionId id);
    /// Lets the broker finish what it has to do.
    void settle();
    WallTime wallNow() const;
    /// Goes on to the next heartbeat or time-out. @returns false if none comes before `limit`
    bool passTime(Instant limit);

    session::SessionConfig m_config;
    broker::Broker m_broker;
    storage::MemoryStore m_store;
    InProcessAdministration m_administration;
    Instant m_now;
    ConnectionId m_lastId;
    std::map<ConnectionId, Client> m_clients;
};

}  // namespace warren::spec
