#pragma once

#include "core/raft/members_codec.h"
#include "core/raft/raft_types.h"
#include "core/storage/raft_store.h"
#include "tests/unit/storage/temporary_folder.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// What a RaftStore is given in tests, and what its file holds, in words.
namespace warren::storage {

using namespace warren::test;
using namespace raft;
using Tickets = std::vector<Ticket>;

inline const Members kMembers{{MemberId{1}, MemberRole::Voter}, {MemberId{2}, MemberRole::Standby}};
inline constexpr MemberId kNobody{};

inline Entry command(Term term, std::string data)
{
    return {term, EntryType::Command, std::move(data)};
}

inline SnapshotPtr snapshotAt(LogIndex index, Term term, std::string data)
{
    return std::make_shared<const Snapshot>(Snapshot{index, term, kMembers, 1, std::move(data)});
}

/// Short enough to read when two differ.
inline std::string described(const std::string& data)
{
    if (data.size() <= 30) return "'" + data + "'";
    return std::to_string(data.size()) + " bytes #" +
           std::to_string(std::hash<std::string>{}(data));
}

inline std::string described(const PersistentState& state)
{
    std::string text = "term " + std::to_string(state.term) + " vote " +
                       std::to_string(state.vote.value) + " first " +
                       std::to_string(state.firstIndex);
    if (state.snapshot != nullptr) {
        text += " snapshot " + std::to_string(state.snapshot->index) + ":" +
                std::to_string(state.snapshot->term) + ":" +
                std::to_string(state.snapshot->membersIndex) + ":" +
                described(encodeMembers(state.snapshot->members)) + ":" +
                described(state.snapshot->data);
    }
    for (const Entry& entry : state.entries) {
        text += " " + std::to_string(entry.term) + ":" +
                std::to_string(static_cast<int>(entry.type)) + ":" + described(entry.data);
    }
    return text;
}

/// What is loaded, described; or why nothing is.
inline std::string loadedFrom(RaftStore& store)
{
    const auto state = store.load();
    return state ? described(*state) : state.error().text;
}

inline std::string loadedFrom(const std::filesystem::path& file)
{
    const auto store = RaftStore::open(file);
    return store ? loadedFrom(**store) : store.error().text;
}

/// How opening and loading goes wrong; nothing if it doesn't.
inline std::optional<IoError> errorOf(const std::filesystem::path& file)
{
    const auto store = RaftStore::open(file);
    if (!store) return store.error();
    const auto state = (*store)->load();
    if (!state) return state.error();
    return std::nullopt;
}

inline void copyFiles(const TemporaryFolder& from, const TemporaryFolder& to)
{
    for (const auto& entry : std::filesystem::directory_iterator(from.path())) {
        std::filesystem::copy(entry.path(), to.path() / entry.path().filename(),
                              std::filesystem::copy_options::overwrite_existing);
    }
}

/// What a crash of the process would leave now, loaded.
inline std::string loadedAfterCrash(const TemporaryFolder& folder)
{
    const TemporaryFolder copied;
    copyFiles(folder, copied);
    return loadedFrom(copied / "cluster.db");
}

}  // namespace warren::storage
