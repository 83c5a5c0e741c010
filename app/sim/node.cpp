#include "app/sim/node.h"

#include "app/sim/world.h"

#include <algorithm>
#include <utility>

namespace warren::sim {

using cluster::NodeName;
using std::chrono::milliseconds;

Instant Node::Clock::now() { return m_world.now(); }

Node::Node(World& world, std::size_t number)
    : m_world(world),
      m_number(number),
      m_name(*NodeName::parse("n" + std::to_string(number + 1) + "@sim")),
      m_clock(world)
{
}

Node::~Node() = default;

void Node::readClocks()
{
    const WallTime wallNow{m_world.wallNow().sinceEpoch + m_clockError};
    m_process->broker.setNow(m_world.now(), wallNow);
}

// ------------------------------------------------------------------------------------------
// process

void Node::boot()
{
    m_process = std::make_unique<Process>(m_world.draw());
    restore();
    startMember();
    m_store.setCallbacks(
        {.committed =
             [this](broker::LogPosition upTo) {
                 readClocks();
                 m_process->member->storeCommitted(upTo);
                 if (!m_process->member->isClustered()) {
                     m_process->broker.commit(upTo);
                 }
                 m_process->wantsTurn = true;
             },
         .failed = [this](const storage::IoError&) { storeFailed(); },
         .loaded =
             [this](std::vector<broker::LoadedBody>&& bodies) { takeBodies(std::move(bodies)); }});
    if (const auto started = m_process->member->start(); !started) m_world.fail(started.error());
    turn();
}

void Node::restore()
{
    broker::Broker& broker = m_process->broker;
    readClocks();
    if (m_isShortOfMemory) {
        constexpr std::size_t kKeptBytes = 1024;
        constexpr std::size_t kBytesMax = 4096;
        broker.setBodyLimits(kKeptBytes, kBytesMax);
        m_store.setLoads(storage::MemoryStore::Loads::OnDemand);
    }
    storage::RecoveredState recovered = m_store.recover();
    for (const broker::CatalogueChange& change : recovered.definitions)
        broker.restore(change);
    for (storage::RecoveredMessage& message : recovered.messages) {
        broker.restore(message.queue, {.sequence = message.sequence,
                                       .position = message.position,
                                       .message = std::move(message.message),
                                       .bodyBytes = message.bodyBytes,
                                       .priority = message.priority,
                                       .wasDelivered = message.wasDelivered,
                                       .expiresAt = message.expiresAt,
                                       .deliveryCount = message.deliveryCount});
    }
    broker.finishRestore(recovered.lastPosition, recovered.lastQueueId);
    if (!m_disk.identity().id) broker.ensureVhost("/");
}

void Node::startMember()
{
    m_process->member = std::make_unique<member::ClusterMember>(member::MemberEnvironment{
        .self = m_name,
        .broker = m_process->broker,
        .disk = m_disk,
        .links = *this,
        .clock = m_clock,
        .seed = m_world.draw(),
        .load = [this](auto&& requests) { m_store.load(std::move(requests)); },
        .wake = [this] { m_process->wantsTurn = true; },
        .serve =
            [this](bool isServing, const std::string& reason) {
                m_process->isServing = isServing;
                if (isServing) return;
                for (const auto& [id, end] : m_process->clients) {
                    m_process->broker.closeConnection(
                        id, {amqp::ReplyCode::ConnectionForced, reason, {}});
                }
            },
        .setConnectionBase =
            [this](std::uint64_t base) {
                m_process->lastConnection = std::max(m_process->lastConnection, base);
            },
        .keep = [](cluster::NodeType) { return Status<std::string>{}; },
        .emptied = [this] { m_process->broker.ensureVhost("/"); },
        .status =
            [this] {
                return member::Status{.hasMemoryAlarm = m_alarms.isLowOnMemory,
                                      .hasDiskAlarm = m_alarms.isLowOnDisk};
            },
        .note = [this](const std::string& text) { m_world.note(m_name, text); },
        .warn = [this](const std::string& text) { m_world.note(m_name, text); }});
}

void Node::crash()
{
    m_process.reset();
    m_late.clear();
    m_suspendedUntil = {};
    m_store.crash(m_world.below(3), m_world.below(4));
    m_disk.crash();
    m_isDiskFull = false;
    m_world.alarmWatch().looked(m_number, false, m_world.now());
}

void Node::join(const std::string& at)
{
    m_process->member->join(at, cluster::NodeType::Disk,
                            [this](const std::optional<std::string>& refusal) {
                                if (refusal) m_world.fail("could not join: " + *refusal);
                            });
}

void Node::handOver(std::function<void()> done)
{
    happen([done = std::move(done)](member::ClusterMember& member) mutable {
        member.handOver(std::move(done));
    });
}

// ---------------------------------------------------------------------------------------------
// time

void Node::tick()
{
    if (!isUp()) return;
    if (isSuspended()) {
        if (m_world.now() < m_suspendedUntil) return;
        m_suspendedUntil = {};
        for (const auto& late : std::exchange(m_late, {}))
            late();
    }
    readClocks();
    m_process->member->tick();
    housekeep();
    turn();
}

/// As BrokerLoop does it, and as often.
void Node::housekeep()
{
    if (m_world.now() < m_process->housekeepsAt) return;
    m_process->housekeepsAt = m_world.now() + milliseconds{250};
    broker::Alarms alarms = m_alarms;
    const broker::Alarms elsewhere = m_process->member->clusterAlarms();
    alarms.isLowOnMemory |= elsewhere.isLowOnMemory;
    alarms.isLowOnDisk |= elsewhere.isLowOnDisk;
    if (alarms != m_process->broker.state().alarms) m_process->broker.setAlarms(alarms);
    m_world.alarmWatch().looked(m_number, alarms.isAny(), m_world.now());
    for (const auto& [id, end] : m_process->clients) {
        end->tick(m_world.now());
        end->flush();
    }
}

void Node::handOverToStore()
{
    broker::Broker& broker = m_process->broker;
    std::vector<broker::BodyRequest> requests = broker.takeBodyRequests();
    if (!requests.empty()) m_store.load(std::move(requests));
    std::vector<broker::StoredOperation> operations = broker.takeOperations();
    m_process->member->noteOperations(operations);
    if (!operations.empty()) m_store.append(std::move(operations));
}

bool Node::commitSafe()
{
    member::ClusterMember& member = *m_process->member;
    if (!member.isClustered()) return false;
    const broker::LogPosition safe = member.safePosition();
    if (safe <= m_process->broker.state().committed()) return false;
    m_process->broker.commit(safe);
    return true;
}

void Node::turn()
{
    if (!isUp() || isSuspended()) return;
    for (int round = 0; round < 32; ++round) {
        m_process->wantsTurn = false;
        readClocks();
        commitSafe();
        m_process->broker.flush();
        handOverToStore();
        m_process->broker.drainEvents([this](ConnectionId id, std::span<broker::Event> events) {
            const auto at = m_process->clients.find(id);
            if (at == m_process->clients.end()) return m_process->member->takeEvents(id, events);
            // It may go away in there.
            const std::shared_ptr<ClientEnd> end = at->second;
            end->take(events, m_world.now());
            end->flush();
            m_process->broker.setSendCredit(id, broker::Connection::kSendCreditBytes);
        });
        const bool hasMore = m_process->member->endTurn();
        const bool isMoreSafe = commitSafe();
        if (!hasMore && !isMoreSafe && !m_process->broker.hasWork() && !m_process->wantsTurn) break;
    }
}

// --------------------------------------------------------------------------------------- the store

void Node::sync()
{
    if (!isUp() || isSuspended() || m_world.now() < m_nextSync) return;
    if (m_world.now() < m_diskSlowUntil) {
        m_nextSync = m_world.now() + milliseconds{20 + m_world.below(300)};
    }
    const bool hasLoads = m_store.pendingLoadCount() > 0;
    if (m_store.pendingGroupCount() == 0 && !hasLoads) return;
    // What is to be read is read before what was handed over later.
    if (hasLoads) m_store.answerLoads(1 + m_world.below(8));
    if (m_store.pendingGroupCount() > 0) m_store.sync(1 + m_world.below(4));
    turn();
}

void Node::fillDisk(bool withAgreement)
{
    m_isDiskFull = true;
    m_store.failNextCommit({storage::IoError::Kind::DiskFull, "there is no room"});
    if (withAgreement) m_disk.fill();
}

/// The process ends, as the real one does; it takes a moment, in which everything goes on but
/// nothing is durable any more.
void Node::storeFailed()
{
    m_world.note(m_name, "the store has failed; nothing is confirmed any more");
    m_world.after(milliseconds{m_world.below(50)}, [this] {
        if (m_isDiskFull) m_world.kill(*this, milliseconds{500 + m_world.below(3000)});
    });
}

void Node::takeBodies(std::vector<broker::LoadedBody>&& bodies)
{
    readClocks();
    std::vector<broker::LoadedBody> ofBroker;
    std::vector<broker::LoadedBody> ofMirrors;
    for (broker::LoadedBody& body : bodies) {
        const bool isOfBroker = body.request.reader == 0;
        (isOfBroker ? ofBroker : ofMirrors).push_back(std::move(body));
    }
    m_process->broker.provideBodies(std::move(ofBroker));
    if (!ofMirrors.empty()) m_process->member->takeBodies(std::move(ofMirrors));
    m_process->wantsTurn = true;
}

// --------------------------------------------------------------------------------------------
// links

bool Node::send(const NodeName& to, ByteView frame)
{
    std::string bytes{textOf(frame)};
    const bool isStream =
        !bytes.empty() && bytes.front() == static_cast<char>(member::FrameKind::MirrorOperations);
    if (m_world.options().forgetsWrites && isStream) {
        constexpr std::size_t kHeadBytes = 1 + 8;  // kind and number of the frame
        bytes.resize(kHeadBytes);
        bytes.append(4, '\0');  // no operations
    }
    return m_world.links().send({m_name, to}, std::move(bytes));
}

void Node::setPeer(const NodeName& name, const std::string&)
{
    m_world.links().dial({m_name, name});
}
void Node::removePeer(const NodeName& name) { m_world.links().hangUp({m_name, name}); }
bool Node::isUp(const NodeName& name) const { return m_world.links().isUp({m_name, name}); }
bool Node::isHeard(const NodeName& name) const { return m_world.links().isHeard({name, m_name}); }

void Node::introduce(const std::string& address,
                     std::function<void(Result<NodeName, member::NotIntroduced>)> done)
{
    done(*NodeName::parse(address.substr(0, address.find(':'))));
}

void Node::happen(std::function<void(member::ClusterMember&)> event)
{
    if (!isUp()) return;
    if (isSuspended()) {
        m_late.emplace_back([this, event = std::move(event)] { happen(event); });
        return;
    }
    readClocks();
    event(*m_process->member);
    turn();
}

void Node::linkUp(const NodeName& peer)
{
    happen([peer](member::ClusterMember& member) { member.linkUp(peer); });
}

void Node::linkDown(const NodeName& peer)
{
    happen([peer](member::ClusterMember& member) { member.linkDown(peer); });
}

void Node::heard(const NodeName& peer)
{
    happen([peer](member::ClusterMember& member) { member.heard(peer, peer.text() + ":1"); });
}

void Node::silent(const NodeName& peer)
{
    happen([peer](member::ClusterMember& member) { member.silent(peer); });
}

void Node::gone(const NodeName& peer)
{
    happen([peer](member::ClusterMember& member) { member.gone(peer); });
}

void Node::received(const NodeName& from, const std::string& frame)
{
    happen([from, frame](member::ClusterMember& member) {
        member.received(from, from.text() + ":1", bytesOf(frame));
    });
}

// ------------------------------------------------------------------------------------------
// clients

ConnectionId Node::addClient(std::shared_ptr<ClientEnd> end)
{
    readClocks();
    m_process->lastConnection += 1;
    const ConnectionId id{m_process->lastConnection};
    m_process->broker.addConnection(id, "client");
    m_process->clients.emplace(id, std::move(end));
    return id;
}

ConnectionId Node::connect(ClientEnd::TakeEvents take)
{
    return addClient(std::make_shared<ClientEnd>(std::move(take)));
}

ConnectionId Node::connectSession(ClientEnd::TakeBytes take)
{
    return addClient(std::make_shared<ClientEnd>(std::move(take), m_world.now()));
}

void Node::apply(ConnectionId id, broker::Command&& command)
{
    readClocks();
    if (std::holds_alternative<broker::Publish>(command.body)) {
        m_world.alarmWatch().published(m_number, id, m_world.now());
    }
    m_process->broker.apply(id, std::move(command));
    m_process->wantsTurn = true;
}

void Node::receiveBytes(ConnectionId id, ByteView bytes)
{
    const auto at = m_process->clients.find(id);
    if (at == m_process->clients.end()) return;
    const std::shared_ptr<ClientEnd> end = at->second;
    end->receive(bytes, m_world.now(),
                 [&](broker::Command&& command) { apply(id, std::move(command)); });
    end->flush();
}

void Node::loseConnection(ConnectionId id)
{
    if (m_process->clients.erase(id) == 0) return;
    readClocks();
    m_process->broker.apply(id, {0, broker::LoseConnection{}});
    m_process->wantsTurn = true;
}

bool Node::isHeld(ConnectionId id) const
{
    if (m_world.options().ignoresAlarms) return false;
    const broker::Connection* connection = m_process->broker.state().findConnection(id);
    return connection != nullptr && connection->isBlocked;
}

}  // namespace warren::sim
