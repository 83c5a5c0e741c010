#include "core/node/cluster_disk.h"

#include "core/node/log.h"
#include "core/node/value_conversion.h"

#include <QFile>
#include <QSaveFile>

#include <system_error>
#include <utility>

namespace warren::node {

using cluster::NodeType;

ClusterDisk::ClusterDisk(std::filesystem::path folder, Logger& logger)
    : m_folder(std::move(folder)), m_logger(logger)
{
}

Status<std::string> ClusterDisk::openIfThere()
{
    std::error_code error;
    if (!std::filesystem::exists(m_folder / "cluster.db", error)) return {};
    return open();
}

Status<std::string> ClusterDisk::open()
{
    auto store = storage::RaftStore::open(m_folder / "cluster.db");
    if (!store) return store.error().text;
    m_store = std::move(*store);
    m_store->persisted = [this](raft::Ticket ticket) { persisted(ticket); };
    m_store->failed = [this](const storage::IoError& failure) {
        m_logger.error("the cluster's file has failed: " + failure.text);
    };
    return {};
}

// ---------------------------------------------------------------------------------------- identity

member::MemberIdentity ClusterDisk::identity() const
{
    if (isInMemory()) return m_inMemory;
    if (m_store == nullptr) return {};
    return {.id = {m_store->identity().memberId}, .clusterId = m_store->identity().clusterId};
}

bool ClusterDisk::isRamNode() const
{
    std::error_code error;
    return std::filesystem::exists(ramFile(), error);
}

Result<raft::PersistentState, std::string> ClusterDisk::load()
{
    auto state = m_store->load();
    if (!state) return state.error().text;
    return std::move(*state);
}

Status<std::string> ClusterDisk::begin(const member::MemberIdentity& identity,
                                       const raft::PersistentState& state)
{
    if (identity.type == NodeType::Ram) return beginInMemory(identity);
    if (m_store == nullptr) {
        if (auto opened = open(); !opened) return opened;
    }
    const auto begun = m_store->begin({identity.id.value, identity.clusterId}, state);
    if (!begun) return begun.error().text;
    // Only now: a node that ends in between is a RAM node still, and joins again.
    std::error_code error;
    std::filesystem::remove(ramFile(), error);
    m_inMemory = {};
    m_tickets.clear();
    return {};
}

Status<std::string> ClusterDisk::beginInMemory(const member::MemberIdentity& identity)
{
    QSaveFile file(textOf(std::string_view{ramFile().string()}));
    if (!file.open(QIODevice::WriteOnly) || !file.commit()) {
        return "that this is a RAM node could not be saved: " + utf8Of(file.errorString());
    }
    if (m_store != nullptr && m_store->identity().memberId != 0) {
        if (const auto ended = m_store->begin({}, {}); !ended) return ended.error().text;
    }
    m_inMemory = identity;
    m_tickets.clear();
    return {};
}

// ------------------------------------------------------------------------------------------- peers

QString ClusterDisk::peersFile() const
{
    return textOf(std::string_view{(m_folder / "cluster.peers").string()});
}

void ClusterDisk::noteUnsaved(const QString& reason)
{
    m_logger.warning("the addresses of the other nodes could not be saved: " + utf8Of(reason));
}

void ClusterDisk::rememberPeers(const std::vector<member::JoinAnswer::Member>& peers)
{
    QSaveFile file(peersFile());
    if (!file.open(QIODevice::WriteOnly)) return noteUnsaved(file.errorString());
    member::JoinAnswer answer;
    answer.members = peers;
    const std::string bytes = member::encode(answer);
    file.write(bytes.data(), static_cast<qint64>(bytes.size()));
    if (!file.commit()) noteUnsaved(file.errorString());
}

std::vector<member::JoinAnswer::Member> ClusterDisk::knownPeers() const
{
    QFile file(peersFile());
    constexpr qint64 kBytesMax = 64 * 1024;
    if (!file.open(QIODevice::ReadOnly) || file.size() > kBytesMax) return {};
    const QByteArray bytes = file.readAll();
    if (bytes.isEmpty()) return {};
    const auto answer = member::decodeJoinAnswer(bytesOf(
        std::string_view{bytes.constData() + 1, static_cast<std::size_t>(bytes.size() - 1)}));
    return answer ? answer->members : std::vector<member::JoinAnswer::Member>{};
}

// ----------------------------------------------------------------------------------- the agreement

void ClusterDisk::flush()
{
    if (!isInMemory()) {
        if (m_store != nullptr) m_store->flush();
        return;
    }
    for (const raft::Ticket ticket : std::exchange(m_tickets, {}))
        persisted(ticket);
}

bool ClusterDisk::hasWork() const
{
    return isInMemory() ? !m_tickets.empty() : m_store != nullptr && m_store->hasWork();
}

bool ClusterDisk::saveTerm(raft::Term term, raft::MemberId vote)
{
    return isInMemory() || m_store->saveTerm(term, vote);
}

void ClusterDisk::append(raft::Ticket ticket, raft::LogIndex first,
                         std::vector<raft::Entry> entries)
{
    if (isInMemory()) return m_tickets.push_back(ticket);
    m_store->append(ticket, first, std::move(entries));
}

void ClusterDisk::truncate(raft::LogIndex from)
{
    if (!isInMemory()) m_store->truncate(from);
}

void ClusterDisk::storeSnapshot(raft::Ticket ticket, raft::SnapshotPtr snapshot,
                                raft::LogIndex keepFrom)
{
    if (isInMemory()) return m_tickets.push_back(ticket);
    m_store->storeSnapshot(ticket, std::move(snapshot), keepFrom);
}

}  // namespace warren::node
