#include "tests/spec/in_process_target.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace warren::spec {

namespace {

constexpr std::uint64_t kNameSeed = 1;
constexpr std::chrono::milliseconds kFirstDay = std::chrono::days{20'000};  // in 2024
constexpr std::int64_t kSendCreditBytes = std::int64_t{1} << 40;  // no socket is ever full here

}  // namespace

/// One client's end.
class InProcessTarget::Link final : public Transport {
public:
    Link(InProcessTarget& target, ConnectionId id) : m_target(target), m_id(id) {}
    ~Link() override { m_target.close(m_id); }
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    void send(ByteView bytes) override { m_target.receive(m_id, bytes); }

    Received receive(Buffer& into, std::chrono::milliseconds patience) override
    {
        Client& client = m_target.m_clients.at(m_id);
        const Instant limit = m_target.m_now + patience;
        while (client.output.isEmpty()) {
            if (client.session.isClosed()) return Received::Closed;
            if (!m_target.passTime(limit)) return Received::Nothing;
        }
        into.append(client.output.view());
        client.output.clear();
        return Received::Bytes;
    }

private:
    InProcessTarget& m_target;
    ConnectionId m_id;
};

InProcessTarget::InProcessTarget()
    : m_broker(kNameSeed),
      m_store(storage::MemoryStore::Sync::Immediate),
      m_administration(m_broker, [this] { settle(); })
{
    m_config.serverProperties = session::serverProperties(WARREN_VERSION, "warren@spec");
    m_store.setCallbacks(
        {.committed = [this](broker::LogPosition upTo) { m_broker.commit(upTo); }, .failed = {}});
    m_broker.finishRestore(0, {});
    m_administration.addDefaults();
    settle();
}

std::unique_ptr<Transport> InProcessTarget::connect()
{
    m_lastId.value += 1;
    m_clients.emplace(
        m_lastId, Client(session::Session(m_config, m_administration, /*isLoopback=*/true, m_now)));
    m_broker.addConnection(m_lastId);
    return std::make_unique<Link>(*this, m_lastId);
}

void InProcessTarget::receive(ConnectionId id, ByteView bytes)
{
    Client& client = m_clients.at(id);
    if (client.session.isClosed()) return;  // nobody reads any more
    client.input.append(bytes);
    broker::CommandBatch commands;
    m_broker.setNow(m_now, wallNow());
    do {
        commands.clear();
        const std::size_t used =
            client.session.receive(client.input.view(), m_now, commands, client.output);
        for (broker::Command& command : commands) {
            m_broker.apply(id, std::move(command));
        }
        client.input.consume(used);
    } while (!commands.empty());
    settle();
}

void InProcessTarget::close(ConnectionId id)
{
    m_broker.apply(id, {0, broker::LoseConnection{}});
    m_clients.erase(id);
    settle();
}

WallTime InProcessTarget::wallNow() const
{
    return {kFirstDay + std::chrono::duration_cast<std::chrono::milliseconds>(m_now.sinceStart)};
}

void InProcessTarget::settle()
{
    m_broker.setNow(m_now, wallNow());
    bool isBusy = true;
    while (isBusy) {
        isBusy = false;
        for (const auto& [id, client] : m_clients) {
            m_broker.setSendCredit(id, kSendCreditBytes);
        }
        m_broker.flush();
        auto operations = m_broker.takeOperations();
        if (!operations.empty()) {
            isBusy = true;
            m_store.append(std::move(operations));
        }
        m_broker.drainEvents([&](ConnectionId id, std::span<const broker::Event> events) {
            isBusy = true;
            const auto client = m_clients.find(id);
            if (client == m_clients.end()) return;
            client->second.session.encode(events, m_now, client->second.output);
        });
        isBusy = isBusy || m_broker.hasWork();
    }
}

bool InProcessTarget::provide(const std::string& setting)
{
    constexpr std::string_view kConsumerTimeout = "consumer-timeout=";
    if (!setting.starts_with(kConsumerTimeout)) return false;
    const std::chrono::milliseconds timeout(std::stol(setting.substr(kConsumerTimeout.size())));
    m_broker.setConsumerTimeout(timeout);
    return true;
}

void InProcessTarget::pass(std::chrono::milliseconds duration)
{
    const Instant limit = m_now + duration;
    while (passTime(limit)) {
    }
}

bool InProcessTarget::passTime(Instant limit)
{
    Instant next = m_broker.nextDeadline();
    for (const auto& [id, client] : m_clients) {
        next = std::min(next, client.session.nextDeadline());
    }
    const bool isReached = next <= limit;
    m_now = std::max(m_now, std::min(next, limit));
    for (auto& [id, client] : m_clients) {
        client.session.tick(m_now, client.output);
    }
    settle();
    return isReached;
}

}  // namespace warren::spec
