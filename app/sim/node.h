#pragma once

#include "core/base/time.h"
#include "core/broker/broker.h"
#include "core/member/cluster_member.h"
#include "core/storage/memory_store.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace warren::sim {

class World;

/// The agreement's disk: what was handed over is durable with the next flush, and survives a crash.
class Disk final : public member::MemberDisk {
public:
    member::MemberIdentity identity() const override { return m_identity; }
    Result<raft::PersistentState, std::string> load() override { return m_state; }
    warren::Status<std::string> begin(const member::MemberIdentity& identity,
                                      const raft::PersistentState& state) override;
    void rememberPeers(const std::vector<member::JoinAnswer::Member>& peers) override
    {
        m_peers = peers;
    }
    std::vector<member::JoinAnswer::Member> knownPeers() const override { return m_peers; }
    void flush() override;
    bool hasWork() const override { return !m_writes.empty() || !m_tickets.empty(); }

    bool saveTerm(raft::Term term, raft::MemberId vote) override;
    void append(raft::Ticket ticket, raft::LogIndex first,
                std::vector<raft::Entry> entries) override;
    void truncate(raft::LogIndex from) override;
    void storeSnapshot(raft::Ticket ticket, raft::SnapshotPtr snapshot,
                       raft::LogIndex keepFrom) override;
    /// What was not flushed is lost.
    void crash();

private:
    void write();

    member::MemberIdentity m_identity;
    raft::PersistentState m_state;
    std::vector<member::JoinAnswer::Member> m_peers;
    std::vector<std::function<void()>> m_writes;
    std::vector<raft::Ticket> m_tickets;
};

/// One node: what core/node puts together, on simulated time. The process may die and come again;
/// store and disk stay.
class Node final : private member::MemberLinks {
public:
    Node(World& world, std::size_t number);
    ~Node() override;

    const cluster::NodeName& name() const { return m_name; }
    std::string address() const { return m_name.text() + ":1"; }
    bool isUp() const { return m_process != nullptr; }
    bool isServing() const { return isUp() && m_process->isServing; }
    bool isSuspended() const { return m_suspendedUntil > Instant{}; }

    void boot();
    void crash();
    /// Nothing happens in it until then; what comes waits.
    void suspend(Instant until) { m_suspendedUntil = until; }
    void tick();
    void turn();
    /// The store's disk has made some progress.
    void sync();
    void join(const std::string& at);

    void linkUp(const cluster::NodeName& peer);
    void linkDown(const cluster::NodeName& peer);
    void heard(const cluster::NodeName& peer);
    void silent(const cluster::NodeName& peer);
    void received(const cluster::NodeName& from, const std::string& frame);

    // ---- clients

    using TakeEvents = std::function<void(std::span<broker::Event>)>;
    ConnectionId connect(TakeEvents take);
    void apply(ConnectionId id, broker::Command&& command);
    void loseConnection(ConnectionId id);
    broker::Broker& broker() { return m_process->broker; }
    member::ClusterMember& member() { return *m_process->member; }

private:
    class Clock final : public raft::RaftClock {
    public:
        explicit Clock(World& world) : m_world(world) {}
        Instant now() override;

    private:
        World& m_world;
    };
    /// What dies with it.
    struct Process {
        explicit Process(std::uint64_t seed) : broker(seed) {}
        broker::Broker broker;
        std::unique_ptr<member::ClusterMember> member;
        std::map<ConnectionId, TakeEvents> clients;
        std::uint64_t lastConnection = 0;
        bool isServing = true;
        bool wantsTurn = false;
    };
    void readClocks();
    void happen(std::function<void(member::ClusterMember&)> event);
    void handOver();

    // MemberLinks
    bool send(const cluster::NodeName& to, ByteView frame) override;
    void setPeer(const cluster::NodeName& name, const std::string& address) override;
    void removePeer(const cluster::NodeName& name) override;
    bool isUp(const cluster::NodeName& name) const override;
    bool isHeard(const cluster::NodeName& name) const override;
    void introduce(
        const std::string& address,
        std::function<void(Result<cluster::NodeName, member::NotIntroduced>)> done) override;
    std::string ownAddress() const override { return address(); }

    World& m_world;
    cluster::NodeName m_name;
    Clock m_clock;
    storage::MemoryStore m_store;
    Disk m_disk;
    std::unique_ptr<Process> m_process;
    Instant m_suspendedUntil{};
    std::vector<std::function<void()>> m_late;  // while it was suspended
};

}  // namespace warren::sim
