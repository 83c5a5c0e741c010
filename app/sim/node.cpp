#include "app/sim/node.h"

#include "app/sim/world.h"

#include <algorithm>
#include <utility>

namespace warren::sim {

using cluster::NodeName;

// -------------------------------------------------------------------------------------------- disk

warren::Status<std::string> Disk::begin(const member::MemberIdentity& identity,
                                        const raft::PersistentState& state)
{
    m_identity = identity;
    m_state = state;
    m_writes.clear();
    m_tickets.clear();
    return {};
}

void Disk::write()
{
    for (const auto& one : std::exchange(m_writes, {}))
        one();
}

void Disk::flush()
{
    write();
    for (const raft::Ticket ticket : std::exchange(m_tickets, {}))
        persisted(ticket);
}

bool Disk::saveTerm(raft::Term term, raft::MemberId vote)
{
    write();
    m_state.term = term;
    m_state.vote = vote;
    return true;
}

void Disk::append(raft::Ticket ticket, raft::LogIndex first, std::vector<raft::Entry> entries)
{
    m_writes.emplace_back([this, first, entries = std::move(entries)] {
        if (m_state.entries.empty()) m_state.firstIndex = first;
        m_state.entries.resize(first - m_state.firstIndex);
        m_state.entries.insert(m_state.entries.end(), entries.begin(), entries.end());
    });
    m_tickets.push_back(ticket);
}

void Disk::truncate(raft::LogIndex from)
{
    m_writes.emplace_back([this, from] {
        if (from >= m_state.firstIndex && from - m_state.firstIndex < m_state.entries.size()) {
            m_state.entries.resize(from - m_state.firstIndex);
        }
    });
}

void Disk::storeSnapshot(raft::Ticket ticket, raft::SnapshotPtr snapshot, raft::LogIndex keepFrom)
{
    m_writes.emplace_back([this, snapshot = std::move(snapshot), keepFrom] {
        m_state.snapshot = snapshot;
        if (keepFrom == 0) {
            m_state.entries.clear();
            m_state.firstIndex = snapshot->index + 1;
        } else if (keepFrom > m_state.firstIndex) {
            const std::size_t count =
                std::min<std::size_t>(keepFrom - m_state.firstIndex, m_state.entries.size());
            m_state.entries.erase(m_state.entries.begin(),
                                  m_state.entries.begin() + static_cast<std::ptrdiff_t>(count));
            m_state.firstIndex = keepFrom;
        }
    });
    m_tickets.push_back(ticket);
}

void Disk::crash()
{
    m_writes.clear();
    m_tickets.clear();
}

// -------------------------------------------------------------------------------------------- node

Instant Node::Clock::now() { return m_world.now(); }

Node::Node(World& world, std::size_t number)
    : m_world(world),
      m_name(*NodeName::parse("n" + std::to_string(number + 1) + "@sim")),
      m_clock(world)
{
}

Node::~Node() = default;

void Node::readClocks() { m_process->broker.setNow(m_world.now(), m_world.wallNow()); }

void Node::boot()
{
    m_process = std::make_unique<Process>(m_world.draw());
    Process& process = *m_process;
    readClocks();
    storage::RecoveredState recovered = m_store.recover();
    for (const broker::CatalogueChange& change : recovered.definitions)
        process.broker.restore(change);
    for (storage::RecoveredMessage& message : recovered.messages) {
        process.broker.restore(message.queue, {.sequence = message.sequence,
                                               .position = message.position,
                                               .message = std::move(message.message),
                                               .bodyBytes = message.bodyBytes,
                                               .priority = message.priority,
                                               .wasDelivered = message.wasDelivered,
                                               .expiresAt = message.expiresAt,
                                               .deliveryCount = message.deliveryCount});
    }
    process.broker.finishRestore(recovered.lastPosition, recovered.lastQueueId);
    if (!m_disk.identity().id) process.broker.ensureVhost("/");
    process.member = std::make_unique<member::ClusterMember>(member::MemberEnvironment{
        .self = m_name,
        .broker = process.broker,
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
                for (const auto& [id, take] : m_process->clients) {
                    m_process->broker.closeConnection(
                        id, {amqp::ReplyCode::ConnectionForced, reason, {}});
                }
            },
        .setConnectionBase =
            [this](std::uint64_t base) {
                m_process->lastConnection = std::max(m_process->lastConnection, base);
            },
        .emptied = [this] { m_process->broker.ensureVhost("/"); },
        .status = [] { return member::Status{}; },
        .note = [this](const std::string& text) { m_world.note(m_name, text); },
        .warn = [this](const std::string& text) { m_world.note(m_name, text); }});
    m_store.setCallbacks(
        {.committed =
             [this](broker::LogPosition upTo) {
                 readClocks();
                 m_process->member->storeCommitted(upTo);
                 if (!m_process->member->isClustered()) m_process->broker.commit(upTo);
                 m_process->wantsTurn = true;
             },
         .failed = [](const storage::IoError&) {},
         .loaded =
             [this](std::vector<broker::LoadedBody>&& bodies) {
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
             }});
    if (const auto started = process.member->start(); !started) m_world.fail(started.error());
    turn();
}

void Node::crash()
{
    m_process.reset();
    m_late.clear();
    m_suspendedUntil = {};
    m_store.crash(m_world.below(3), m_world.below(4));
    m_disk.crash();
}

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
    turn();
}

void Node::handOver()
{
    broker::Broker& broker = m_process->broker;
    std::vector<broker::BodyRequest> requests = broker.takeBodyRequests();
    if (!requests.empty()) m_store.load(std::move(requests));
    std::vector<broker::StoredOperation> operations = broker.takeOperations();
    m_process->member->noteOperations(operations);
    if (!operations.empty()) m_store.append(std::move(operations));
}

void Node::turn()
{
    if (!isUp() || isSuspended()) return;
    for (int round = 0; round < 32; ++round) {
        m_process->wantsTurn = false;
        readClocks();
        const auto noteSafe = [this] {
            member::ClusterMember& member = *m_process->member;
            if (!member.isClustered()) return false;
            const broker::LogPosition safe = member.safePosition();
            if (safe <= m_process->broker.state().committed()) return false;
            m_process->broker.commit(safe);
            return true;
        };
        noteSafe();
        m_process->broker.flush();
        handOver();
        m_process->broker.drainEvents([this](ConnectionId id, std::span<broker::Event> events) {
            const auto at = m_process->clients.find(id);
            if (at == m_process->clients.end()) return m_process->member->takeEvents(id, events);
            // It may go away in there.
            const TakeEvents take = at->second;
            take(events);
            m_process->broker.setSendCredit(id, broker::Connection::kSendCreditBytes);
        });
        const bool hasMore = m_process->member->endTurn();
        const bool isMoreSafe = noteSafe();
        if (!hasMore && !isMoreSafe && !m_process->broker.hasWork() && !m_process->wantsTurn) break;
    }
}

void Node::sync()
{
    if (!isUp() || isSuspended() || m_store.pendingGroupCount() == 0) return;
    m_store.sync(1 + m_world.below(4));
    turn();
}

void Node::join(const std::string& at)
{
    m_process->member->join(at, cluster::NodeType::Disk,
                            [this](const std::optional<std::string>& refusal) {
                                if (refusal) m_world.fail("could not join: " + *refusal);
                            });
}

// ------------------------------------------------------------------------------------------- links

bool Node::send(const NodeName& to, ByteView frame)
{
    return m_world.send(m_name, to, std::string{textOf(frame)});
}

void Node::setPeer(const NodeName& name, const std::string&) { m_world.dial(m_name, name); }
void Node::removePeer(const NodeName& name) { m_world.hangUp(m_name, name); }
bool Node::isUp(const NodeName& name) const { return m_world.isLinkUp(m_name, name); }
bool Node::isHeard(const NodeName& name) const { return m_world.isLinkUp(name, m_name); }

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

void Node::received(const NodeName& from, const std::string& frame)
{
    happen([from, frame](member::ClusterMember& member) {
        member.received(from, from.text() + ":1", bytesOf(frame));
    });
}

// ----------------------------------------------------------------------------------------- clients

ConnectionId Node::connect(TakeEvents take)
{
    readClocks();
    m_process->lastConnection += 1;
    const ConnectionId id{m_process->lastConnection};
    m_process->broker.addConnection(id, "client");
    m_process->clients.emplace(id, std::move(take));
    return id;
}

void Node::apply(ConnectionId id, broker::Command&& command)
{
    readClocks();
    m_process->broker.apply(id, std::move(command));
    m_process->wantsTurn = true;
}

void Node::loseConnection(ConnectionId id)
{
    if (m_process->clients.erase(id) == 0) return;
    readClocks();
    m_process->broker.apply(id, {0, broker::LoseConnection{}});
    m_process->wantsTurn = true;
}

}  // namespace warren::sim
