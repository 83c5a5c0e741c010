#include "core/raft/raft_core.h"

#include "core/base/check.h"
#include "core/raft/library_values.h"
#include "core/raft/members_codec.h"

#include <algorithm>
#include <utility>

namespace warren::raft {
namespace {

constexpr unsigned short kCapacity = 0xFFFF;  // of the disk, for the library: plenty

unsigned milliseconds(std::chrono::milliseconds duration)
{
    return static_cast<unsigned>(duration.count());
}

}  // namespace

RaftCore::RaftCore(MemberId id, const RaftOptions& options, RaftEnvironment environment,
                   std::function<void(MemberId, Term)> leaderChanged)
    : m_id(id),
      m_options(options),
      m_environment(environment),
      m_leaderChanged(std::move(leaderChanged)),
      m_clock(environment.clock, options.guards.clockOnlyRises)
{
    WARREN_CHECK(id);
    WARREN_CHECK(raft_init(&m_raft, nullptr, nullptr, id.value, std::to_string(id.value).c_str()) ==
                 0);
    m_raft.tracer = nullptr;  // the default one formats every message into one static buffer
    m_raft.now = m_clock.milliseconds();
    raft_seed(&m_raft, m_options.seed);
    raft_set_heartbeat_timeout(&m_raft, milliseconds(m_options.heartbeat));
    raft_set_election_timeout(&m_raft, milliseconds(m_options.election));
    raft_set_install_snapshot_timeout(&m_raft, milliseconds(m_options.snapshotTimeout));
    raft_set_pre_vote(&m_raft, m_options.asksBeforeElection);
    raft_set_max_inflight_entries(&m_raft, m_options.entriesInFlightMax);
}

RaftCore::~RaftCore()
{
    m_isEnding = true;
    finishAllAsUnknown();
    raft_close(&m_raft, nullptr);
}

void RaftCore::post(std::function<void()> work)
{
    m_work.push_back(std::move(work));
    if (m_isDraining) return;
    m_isDraining = true;
    while (!m_work.empty()) {
        const auto next = std::move(m_work.front());
        m_work.pop_front();
        next();
    }
    m_isDraining = false;
}

MemberId RaftCore::leader() const
{
    raft_id id = 0;
    const char* address = nullptr;
    // The library asks for a pointer to what it doesn't change.
    raft_leader(const_cast<::raft*>(&m_raft), &id, &address);
    return MemberId{id};
}

Members RaftCore::members() const { return membersOf(m_raft.configuration); }

/// Guard G8. A sole voter that starts makes itself the leader, and in the term it had: there it may
/// have sent entries to others that its disk then lost, and now it makes new ones with the same
/// index and term. So it begins a term of its own.
bool RaftCore::beginTermOfLoneVoter(PersistentState& state)
{
    Members members;
    if (state.snapshot != nullptr) members = state.snapshot->members;
    for (const Entry& entry : state.entries) {
        if (entry.type == EntryType::Change) members = *decodeMembers(bytesOf(entry.data));
    }
    const auto isVoter = [](const Member& member) { return member.role == MemberRole::Voter; };
    const auto voter = std::find_if(members.begin(), members.end(), isVoter);
    if (voter == members.end() || voter->id != m_id ||
        std::count_if(members.begin(), members.end(), isVoter) != 1) {
        return true;
    }
    state.term += 1;
    state.vote = {};
    return m_environment.disk.saveTerm(state.term, state.vote);
}

void RaftCore::start(PersistentState state)
{
    if (m_options.guards.raisesTermOfLoneVoter && !beginTermOfLoneVoter(state)) {
        return halt("The term could not be written to the disk.");
    }
    m_snapshot = state.snapshot;
    m_log.reset(state.firstIndex, state.entries);
    raft_snapshot_metadata metadata{};
    raft_event event{};
    event.type = RAFT_START;
    if (m_snapshot != nullptr) {
        if (m_log.lastIndex() < m_snapshot->index) m_log.reset(m_snapshot->index + 1);
        if (!m_environment.state.restore(m_snapshot->index, bytesOf(m_snapshot->data))) {
            return halt("The snapshot on the disk can't be read.");
        }
        m_lastApplied = m_snapshot->index;
        metadata = libraryMetadata(*m_snapshot);
        event.start.metadata = &metadata;
    }
    std::vector<Entry> kept;
    for (LogIndex at = m_log.firstIndex(); at <= m_log.lastIndex(); ++at) {
        kept.push_back(m_log.at(at));
    }
    LibraryEntries entries(kept);
    event.start.term = state.term;
    event.start.voted_for = state.vote.value;
    event.start.start_index = m_log.firstIndex();
    event.start.entries = entries.array();
    event.start.n_entries = entries.count();
    m_isStarted = true;
    stepOrHalt(event);
    entries.freeBlock();
}

void RaftCore::tick()
{
    if (!m_isStarted || m_hasHalted) return;
    raft_event event{};
    event.type = RAFT_TIMEOUT;
    // Ticks come a little early at times, or after something else was sent. Without a heartbeat
    // then a follower has nothing to answer, counts as silent at the next tick, and is probed: new
    // entries wait for a tick.
    raft_set_heartbeat_timeout(&m_raft, 0);
    stepOrHalt(event,
               [this] { raft_set_heartbeat_timeout(&m_raft, milliseconds(m_options.heartbeat)); });
}

void RaftCore::persisted(Ticket ticket)
{
    if (!m_isStarted || m_hasHalted) return;
    if (m_taking != nullptr && ticket == m_takingTicket) return ownSnapshotPersisted();
    if (m_installing != nullptr && ticket == m_installingTicket) return leadersSnapshotPersisted();
    const std::optional<LogIndex> index = m_appends.end(ticket);
    if (!index) return;
    raft_event event{};
    event.type = RAFT_PERSISTED_ENTRIES;
    event.persisted_entries.index = *index;
    stepOrHalt(event);
}

/// One event. @returns the library's code: 0, or why it refuses what was submitted
/// @param afterwards runs when the library is done and before its orders are carried out
int RaftCore::step(raft_event& event, const std::function<void()>& afterwards)
{
    event.time = m_clock.milliseconds();
    event.capacity = kCapacity;
    raft_update update{};
    const int code = raft_step(&m_raft, &event, &update);
    if (afterwards) afterwards();
    if (code == 0) carryOut(update);
    return code;
}

void RaftCore::stepOrHalt(raft_event& event, const std::function<void()>& afterwards)
{
    const int code = step(event, afterwards);
    if (code != 0) halt("The Raft library gave up: " + std::string(raft_strerror(code)) + ".");
}

void RaftCore::carryOut(raft_update& update)
{
    const auto has = [&](unsigned flag) { return (update.flags & flag) != 0; };
    // Term and vote are durable before anybody hears of them.
    if (has((RAFT_UPDATE_CURRENT_TERM) | (RAFT_UPDATE_VOTED_FOR)) &&
        !m_environment.disk.saveTerm(m_raft.current_term, MemberId{m_raft.voted_for})) {
        return halt("The term could not be written to the disk.");
    }
    if (has(RAFT_UPDATE_STATE)) noticeState();
    if (has(RAFT_UPDATE_ENTRIES)) {
        storeEntries(update.entries.index, update.entries.batch, update.entries.n);
    }
    if (has(RAFT_UPDATE_SNAPSHOT)) installSnapshot(update);
    if (has(RAFT_UPDATE_MESSAGES)) {
        for (unsigned i = 0; i < update.messages.n && !m_hasHalted; ++i) {
            send(update.messages.batch[i]);
        }
    }
    if (has(RAFT_UPDATE_COMMIT_INDEX)) applyCommitted();
    if (m_hasHalted) return;
    checkCatchUp();
    checkTransfer();
    reportLeader();
    takeSnapshotIfDue();
}

void RaftCore::halt(std::string reason)
{
    if (m_hasHalted) return;
    m_hasHalted = true;
    m_haltReason = std::move(reason);
    finishAllAsUnknown();
}

void RaftCore::storeEntries(LogIndex first, const raft_entry* batch, unsigned count)
{
    if (first <= m_log.lastIndex()) {
        m_log.truncate(first);
        m_appends.truncate(first);
        m_environment.disk.truncate(first);
    }
    std::vector<Entry> entries;
    entries.reserve(count);
    for (unsigned i = 0; i < count; ++i) {
        entries.push_back(entryOf(batch[i]));
    }
    raft_free(batch[0].batch);  // ours since the library handed the entries back
    m_log.append(entries);
    const Ticket ticket = m_nextTicket++;
    m_appends.begin(ticket, first, entries.size());
    m_environment.disk.append(ticket, first, std::move(entries));
}

void RaftCore::applyCommitted()
{
    std::vector<raft_event> changes;
    while (m_lastApplied < m_raft.commit_index) {
        const LogIndex index = m_lastApplied + 1;
        if (!m_log.contains(index)) break;  // a snapshot is being installed
        m_lastApplied = index;
        applyEntry(index, m_log.at(index), changes);
    }
    for (raft_event& event : changes) {  // the library now counts these members as agreed on
        m_changesToReport -= 1;
        stepOrHalt(event);
    }
}

void RaftCore::applyEntry(LogIndex index, const Entry& entry, std::vector<raft_event>& changes)
{
    switch (entry.type) {
    case EntryType::Command: m_environment.state.apply(index, bytesOf(entry.data)); break;
    case EntryType::Barrier: break;
    case EntryType::Change: {
        std::string data = entry.data;
        raft_buffer buffer{data.data(), data.size()};
        raft_event event{};
        event.type = RAFT_CONFIGURATION;
        event.configuration.index = index;
        WARREN_CHECK(raft_configuration_decode(&buffer, &event.configuration.conf) == 0);
        m_changesToReport += 1;
        changes.push_back(event);
        break;
    }
    }
    if (isLeader() && entry.term == m_raft.current_term) m_readyTerm = entry.term;
    if (const auto at = m_proposals.find(index); at != m_proposals.end()) {
        const Proposal proposal = std::move(at->second);
        m_proposals.erase(at);
        const bool isOurs = proposal.term == entry.term;
        finish(proposal.done, isOurs ? cluster::Outcome::Done : cluster::Outcome::Unknown);
    }
    if (m_change && m_change->index == index) {
        const cluster::Done done = std::move(m_change->done);
        m_change.reset();
        finish(done, cluster::Outcome::Done);
    }
}

void RaftCore::noticeState()
{
    if (m_lastState == RAFT_LEADER && m_raft.state != RAFT_LEADER) finishAllAsUnknown();
    if (m_lastState != RAFT_LEADER && m_raft.state == RAFT_LEADER &&
        m_options.guards.bindsChangesToTerm) {
        // Guard G6, with mayChange: members change only once an entry of this term is committed.
        m_work.push_back([this] {
            if (!isLeader() || m_readyTerm == m_raft.current_term) return;
            (void)submit({{0, EntryType::Barrier, {}}}, {});  // lost leadership tells of itself
        });
    }
    m_lastState = m_raft.state;
}

void RaftCore::reportLeader()
{
    const MemberId leader = this->leader();
    if (leader == m_reportedLeader && m_raft.current_term == m_reportedTerm) return;
    m_reportedLeader = leader;
    m_reportedTerm = m_raft.current_term;
    m_work.push_back([this, leader, term = m_reportedTerm] { m_leaderChanged(leader, term); });
}

}  // namespace warren::raft
