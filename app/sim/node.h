#pragma once

#include "app/sim/client_end.h"
#include "app/sim/disk.h"
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
    /// To the other nodes, before it stops. Nothing comes of it if the process dies first.
    void handOver(std::function<void()> done);

    // ---- what befalls the machine

    /// Its calendar goes wrong by so much more.
    void jumpClock(std::chrono::milliseconds by) { m_clockError += by; }
    /// The store fails with its next commit. @param withAgreement  the agreement's disk fails too
    void fillDisk(bool withAgreement);
    bool isDiskFull() const { return m_isDiskFull; }
    /// Until then the store's commits take long.
    void slowDisk(Instant until) { m_diskSlowUntil = until; }
    /// What it is short of.
    void setAlarms(broker::Alarms alarms) { m_alarms = alarms; }
    broker::Alarms alarms() const { return m_alarms; }
    /// Whether the broker knows of any alarm, its own or another node's.
    bool knowsOfAlarm() const { return isUp() && m_process->broker.state().alarms.isAny(); }
    /// Messages leave memory when there are more than a few.
    void setShortOfMemory() { m_isShortOfMemory = true; }

    void linkUp(const cluster::NodeName& peer);
    void linkDown(const cluster::NodeName& peer);
    void heard(const cluster::NodeName& peer);
    void silent(const cluster::NodeName& peer);
    void gone(const cluster::NodeName& peer);
    void received(const cluster::NodeName& from, const std::string& frame);

    // ---- clients

    ConnectionId connect(ClientEnd::TakeEvents take);
    ConnectionId connectSession(ClientEnd::TakeBytes take);
    void apply(ConnectionId id, broker::Command&& command);
    void receiveBytes(ConnectionId id, ByteView bytes);
    void loseConnection(ConnectionId id);
    /// Whether it does not read what this client says, because of an alarm.
    bool isHeld(ConnectionId id) const;
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
        std::map<ConnectionId, std::shared_ptr<ClientEnd>> clients;
        std::uint64_t lastConnection = 0;
        bool isServing = true;
        bool wantsTurn = false;
        Instant housekeepsAt{};
    };
    void restore();
    void startMember();
    void readClocks();
    void happen(std::function<void(member::ClusterMember&)> event);
    void handOverToStore();
    void housekeep();
    void storeFailed();
    void takeBodies(std::vector<broker::LoadedBody>&& bodies);
    bool commitSafe();
    ConnectionId addClient(std::shared_ptr<ClientEnd> end);

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
    const std::size_t m_number;
    cluster::NodeName m_name;
    Clock m_clock;
    storage::MemoryStore m_store;
    Disk m_disk;
    std::unique_ptr<Process> m_process;
    Instant m_suspendedUntil{};
    std::vector<std::function<void()>> m_late;  // while it was suspended
    std::chrono::milliseconds m_clockError{0};
    Instant m_diskSlowUntil{};
    Instant m_nextSync{};
    bool m_isDiskFull = false;
    bool m_isShortOfMemory = false;
    broker::Alarms m_alarms;
};

}  // namespace warren::sim
