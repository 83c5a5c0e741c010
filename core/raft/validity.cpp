#include "core/raft/validity.h"

#include "core/raft/members_codec.h"

namespace warren::raft {
namespace {

std::optional<std::string> whyInvalid(const std::vector<Entry>& entries, Term atLeast, Term atMost)
{
    for (const Entry& entry : entries) {
        if (entry.term == 0) return "An entry has no term.";
        if (entry.term < atLeast) return "The terms of the entries fall.";
        if (entry.term > atMost) return "An entry is of a later term.";
        if (entry.type == EntryType::Change && !decodeMembers(bytesOf(entry.data))) {
            return "A change of the members can't be read.";
        }
        atLeast = entry.term;
    }
    return std::nullopt;
}

std::optional<std::string> whyInvalid(const Snapshot& snapshot, Term atMost)
{
    if (snapshot.index == 0 || snapshot.index >= kIndexLimit) return "The snapshot has no index.";
    if (snapshot.term == 0) return "The snapshot has no term.";
    if (snapshot.term > atMost) return "The snapshot is of a later term.";
    if (snapshot.membersIndex == 0 || snapshot.membersIndex > snapshot.index) {
        return "The members of the snapshot are not part of it.";
    }
    if (!isValid(snapshot.members)) return "The snapshot has no members that make sense.";
    return std::nullopt;
}

}  // namespace

std::optional<std::string> whyInvalid(const Message& message)
{
    if (!message.from || message.from == message.to) return "The message has no sender.";
    if (message.term == 0 || message.term >= kIndexLimit) return "The message has no term.";
    for (const std::uint64_t number :
         {message.lastIndex, message.lastTerm, message.commit, message.rejected}) {
        if (number >= kIndexLimit) return "A number in the message is out of range.";
    }
    switch (message.type) {
    case Message::Type::AppendEntries:
        return whyInvalid(message.entries, message.lastTerm, message.term);
    case Message::Type::InstallSnapshot:
        if (message.snapshot == nullptr) return "The message lacks its snapshot.";
        return whyInvalid(*message.snapshot, message.term);
    case Message::Type::AppendEntriesResult:
    case Message::Type::RequestVote:
    case Message::Type::RequestVoteResult:
    case Message::Type::TimeoutNow: return std::nullopt;
    }
    return "The message is of no known type.";
}

std::optional<std::string> whyInvalid(const PersistentState& state)
{
    if (state.term >= kIndexLimit) return "The term is out of range.";
    if (state.firstIndex == 0 || state.firstIndex >= kIndexLimit) {
        return "The log begins at no index.";
    }
    Term atLeast = 0;
    if (state.snapshot != nullptr) {
        if (auto why = whyInvalid(*state.snapshot, state.term)) return why;
        if (state.firstIndex > state.snapshot->index + 1) {
            return "Entries are missing between the snapshot and the log.";
        }
        // The trailing ones are older than the snapshot.
        if (state.firstIndex == state.snapshot->index + 1) atLeast = state.snapshot->term;
    } else if (state.firstIndex != 1) {
        return "The beginning of the log is missing, and there is no snapshot.";
    }
    return whyInvalid(state.entries, atLeast, state.term);
}

}  // namespace warren::raft
