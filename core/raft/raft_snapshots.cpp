#include "core/base/check.h"
#include "core/raft/library_values.h"
#include "core/raft/raft_core.h"

#include <algorithm>
#include <utility>

namespace warren::raft {

LogIndex RaftCore::keepFrom(const Snapshot& snapshot) const
{
    const LogIndex first = m_log.firstIndex();
    if (snapshot.index <= m_options.snapshotTrailing) return first;
    return std::max(first, snapshot.index - m_options.snapshotTrailing + 1);
}

/// The leader's, which has arrived. The library will be told when it is on the disk.
void RaftCore::installSnapshot(raft_update& update)
{
    raft_configuration_close(&update.snapshot.metadata.configuration);
    raft_free(update.snapshot.chunk.base);
    WARREN_CHECK(m_incoming != nullptr);
    m_taking = nullptr;  // overtaken; its write still happens, before the one below
    m_installing = m_incoming;
    m_appends.truncate(0);
    m_log.reset(m_installing->index + 1);
    m_installingTicket = m_nextTicket++;
    m_environment.disk.storeSnapshot(m_installingTicket, m_installing, 0);
}

void RaftCore::leadersSnapshotPersisted()
{
    m_snapshot = std::move(m_installing);
    m_installing = nullptr;
    // Before the library reports the new commit index: the entries after it build on this state.
    if (!m_environment.state.restore(m_snapshot->index, bytesOf(m_snapshot->data))) {
        return halt("The snapshot of the leader can't be read.");
    }
    m_lastApplied = m_snapshot->index;
    raft_event event{};
    event.type = RAFT_PERSISTED_SNAPSHOT;
    event.persisted_snapshot.metadata = libraryMetadata(*m_snapshot);
    event.persisted_snapshot.last = true;
    stepOrHalt(event);
}

void RaftCore::takeSnapshotIfDue()
{
    if (!m_isStarted || m_taking != nullptr || m_installing != nullptr ||
        m_raft.snapshot.installing) {
        return;
    }
    // Its index is the last applied one: the commit index may be ahead of the state, and the
    // agreed members behind it until they are reported.
    if (m_lastApplied != m_raft.commit_index || m_changesToReport > 0) return;
    const LogIndex last = m_snapshot != nullptr ? m_snapshot->index : 0;
    if (m_lastApplied < last + m_options.snapshotThreshold || !m_log.contains(m_lastApplied)) {
        return;
    }
    auto snapshot = std::make_shared<Snapshot>();
    snapshot->index = m_lastApplied;
    snapshot->term = m_log.at(m_lastApplied).term;
    snapshot->members = membersOf(m_raft.configuration_committed);
    snapshot->membersIndex = m_raft.configuration_committed_index;
    snapshot->data = m_environment.state.snapshot();
    m_taking = snapshot;
    m_takingTicket = m_nextTicket++;
    m_environment.disk.storeSnapshot(m_takingTicket, snapshot, keepFrom(*snapshot));
}

void RaftCore::ownSnapshotPersisted()
{
    m_snapshot = std::move(m_taking);
    m_taking = nullptr;
    raft_event event{};
    event.type = RAFT_SNAPSHOT;
    event.snapshot.metadata = libraryMetadata(*m_snapshot);
    event.snapshot.trailing = m_options.snapshotTrailing;
    m_log.dropBefore(keepFrom(*m_snapshot));
    stepOrHalt(event);
}

}  // namespace warren::raft
