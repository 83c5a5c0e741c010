#pragma once

#include "core/base/bytes.h"
#include "core/base/time.h"
#include "core/broker/broker.h"
#include "core/session/session.h"
#include "core/storage/memory_store.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// A broker with its store and its clients in one thread, without sockets and without a clock: what
// node/ puts together, as a test wants to hold it.

namespace warren::test {

class BrokerHarness;

/// An event as one short line, for comparisons that read well: "1 deliver c 2 body!" is a delivery
/// on channel 1 to consumer c with tag 2, redelivered; "1 ack 3+" a multiple confirm.
/// @param consumerTag  of a delivery; other events name theirs themselves
std::string describe(const broker::Event& event, std::string_view consumerTag = {});

/// A message as a client would publish it.
broker::MessagePtr messageOf(std::string_view exchange, std::string_view routingKey,
                             std::string_view body, bool isPersistent = false);

/// Who takes the events of one connection.
class HarnessClient {
public:
    HarnessClient(BrokerHarness& harness, ConnectionId connection)
        : m_harness(harness), m_id(connection)
    {
    }
    virtual ~HarnessClient() = default;
    HarnessClient(const HarnessClient&) = delete;
    HarnessClient& operator=(const HarnessClient&) = delete;

    ConnectionId id() const { return m_id; }
    virtual void receive(std::span<broker::Event> events) = 0;
    virtual void tick() {}
    virtual Instant nextDeadline() const { return Instant::never(); }

    /// The socket has gone, and the broker hears of it.
    void lose();
    bool isLost() const { return m_isLost; }
    /// Whether it takes what is sent to it; a client that doesn't gets no more send credit.
    void setReads(bool reads) { m_reads = reads; }
    bool reads() const { return m_reads; }

protected:
    BrokerHarness& m_harness;

private:
    friend class BrokerHarness;
    ConnectionId m_id;
    bool m_isLost = false;
    bool m_reads = true;
};

/// A client that speaks to the broker in commands and gets events: the broker without any session.
class CommandClient final : public HarnessClient {
public:
    using HarnessClient::HarnessClient;

    /// Asks the broker, which does nothing more before `settle`.
    void apply(ChannelNumber channel, broker::CommandBody body);
    /// Asks, and lets everything follow that follows from it.
    void send(ChannelNumber channel, broker::CommandBody body);

    // What tests ask for most, each with everything that follows from it.
    void openChannel(ChannelNumber channel) { send(channel, broker::OpenChannel{}); }
    void declareQueue(ChannelNumber channel, std::string_view name, bool isDurable = false);
    void publish(ChannelNumber channel, std::string_view queue, std::string_view body,
                 bool isPersistent = false);
    void publishTo(ChannelNumber channel, std::string_view exchange, std::string_view routingKey,
                   std::string_view body, bool isMandatory = false);
    void consume(ChannelNumber channel, std::string_view queue, std::string_view tag,
                 bool noAck = false);
    void get(ChannelNumber channel, std::string_view queue, bool noAck = false);
    void ack(ChannelNumber channel, DeliveryTag tag, bool isMultiple = false);
    void nack(ChannelNumber channel, DeliveryTag tag, bool requeues, bool isMultiple = false);
    void setPrefetch(ChannelNumber channel, std::uint16_t count, bool isGlobal = false);

    /// The events since the last call, described.
    std::vector<std::string> take();
    /// The same, as they are.
    std::vector<broker::Event> takeEvents();
    /// Forgets the events so far.
    void drop() { (void)takeEvents(); }

    void receive(std::span<broker::Event> events) override;

private:
    std::vector<broker::Event> m_events;
    std::vector<std::string> m_texts;
    std::map<std::pair<ChannelNumber, broker::ConsumerSlot>, std::string> m_consumerTags;
};

/// A client that sends and gets bytes: session and broker together, only the socket is missing.
class SessionClient final : public HarnessClient {
public:
    SessionClient(BrokerHarness& harness, ConnectionId connection);

    /// Bytes of the client, in whatever pieces; everything follows that follows from them.
    void send(ByteView bytes);
    /// What was sent to it; the caller consumes.
    Buffer& received() { return m_output; }
    const session::Session& session() const { return m_session; }

    void receive(std::span<broker::Event> events) override;
    void tick() override;
    Instant nextDeadline() const override { return m_session.nextDeadline(); }

private:
    session::Session m_session;
    broker::CommandBatch m_commands;
    Buffer m_input;
    Buffer m_output;
};

/// The node without a node: one broker on one store, restarted as often as a test likes.
class BrokerHarness {
public:
    /// When the store commits: with each settle, or when the test says so.
    enum class Commits { AtOnce, OnDemand };

    explicit BrokerHarness(Commits commits = Commits::AtOnce, std::uint64_t seed = 1);

    broker::Broker& broker() { return *m_broker; }
    const broker::Broker& broker() const { return *m_broker; }
    storage::MemoryStore& store() { return m_store; }
    const storage::MemoryStore& store() const { return m_store; }
    const session::SessionConfig& sessionConfig() const { return m_sessionConfig; }
    session::SessionConfig& sessionConfig() { return m_sessionConfig; }
    const session::Authenticator& authenticator() const { return *m_authenticator; }
    Instant now() const { return m_now; }
    /// The calendar: runs with `now`, from a day in 2023.
    WallTime wallNow() const
    {
        constexpr std::chrono::milliseconds kStart{1'700'000'000'000};
        return {kStart + std::chrono::duration_cast<std::chrono::milliseconds>(m_now.sinceStart)};
    }

    /// A client that has opened the vhost "/", and channels 1 to `channelCount`.
    CommandClient& connect(ChannelNumber channelCount = 1);
    /// The same with capabilities of its own.
    CommandClient& connect(const broker::OpenConnection& open, ChannelNumber channelCount);
    /// A client whose handshake is still to come.
    SessionClient& connectSession();

    /// Delivers, hands operations to the store and events to clients, until nothing moves.
    void settle();
    /// The store commits its oldest groups, and all that waited for it follows.
    void commit(std::size_t groupCountMax = static_cast<std::size_t>(-1));
    /// Time passes, and everybody looks at the clock.
    void advance(Duration by);

    /// Limits of memory, now and after every restart; from then on, restarts begin with all
    /// messages on disk only.
    void setPaging(std::function<void(broker::BodyMemory&)> limits);
    /// Everything leaves memory that can, and nothing comes back ahead of deliveries.
    void pageEverything();
    /// What was asked for comes from the store, and all that waited for it follows.
    void answerLoads(std::size_t countMax = static_cast<std::size_t>(-1));

    /// The process dies and starts again; the clients are gone.
    /// @param survivingGroupCount  so many of the uncommitted groups had reached the disk
    /// @param survivingOperationCount  and so many operations of the next one
    void crash(std::size_t survivingGroupCount = 0, std::size_t survivingOperationCount = 0);
    /// An orderly stop and start.
    void restart();

    /// The queue in the vhost "/", or nullptr.
    const broker::Queue* findQueue(std::string_view name) const;
    /// Bodies of the ready messages, in order, with a trailing ! if redelivered.
    std::vector<std::string> ready(std::string_view queue) const;

private:
    void start();
    /// Who may do everything, as in a fresh node.
    void addGuest();
    template <typename Client>
    Client& add();

    Commits m_commits;
    std::uint64_t m_seed;
    Instant m_now{};
    session::SessionConfig m_sessionConfig;
    std::unique_ptr<session::Authenticator> m_authenticator;
    storage::MemoryStore m_store;
    std::function<void(broker::BodyMemory&)> m_paging;  // empty: there is none
    std::unique_ptr<broker::Broker> m_broker;
    std::vector<std::unique_ptr<HarnessClient>> m_clients;
    std::map<ConnectionId, HarnessClient*> m_byId;  // those that are not lost
    ConnectionId m_lastConnectionId;

    friend class HarnessClient;
};

}  // namespace warren::test
