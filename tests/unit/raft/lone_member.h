#pragma once

#include "core/raft/raft_node.h"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace warren::raft {

/// Member 1, and a test that plays the other members, the disk, the clock and the state.
///
/// The disk keeps what is handed over and reports it when `flush` is called. The state is the list
/// of commands; a snapshot has them one per line.
class LoneMember final : private RaftClock,
                         private RaftDisk,
                         private RaftLinks,
                         private cluster::ReplicatedState {
public:
    static constexpr MemberId kSelf{1};

    explicit LoneMember(const RaftOptions& options = quick(), const PersistentState& state = {});
    static RaftOptions quick();
    static Members voters(unsigned count);

    // ---- time
    void advance(std::chrono::milliseconds time) { m_now = m_now + time; }
    /// One heartbeat passes.
    void tick();

    // ---- messages
    /// What it has sent since the last call, of this type and to this member.
    std::vector<Message> take(Message::Type type, MemberId to);
    void forgetMessages() { m_sent.clear(); }
    static Message appendEntries(Term term, LogIndex previous, Term previousTerm, LogIndex commit,
                                 std::vector<Entry> entries = {});
    void acknowledge(MemberId from, LogIndex last);
    void reject(MemberId from, LogIndex rejected, LogIndex last);
    /// Lets it be elected, with a vote of member 2, and acknowledge nothing yet.
    void elect();

    // ---- disk
    /// Everything handed over is durable, and so is what that leads to.
    void flush();
    PersistentState disk;
    bool isDiskBroken = false;

    // ---- state
    std::vector<std::string> applied;

    /// Remembers the outcome under a name.
    cluster::Done note(const std::string& name);
    std::map<std::string, cluster::Outcome> outcomes;

private:
    Instant now() override { return m_now; }
    void send(Message message) override { m_sent.push_back(std::move(message)); }
    bool saveTerm(Term term, MemberId vote) override;
    void append(Ticket ticket, LogIndex first, std::vector<Entry> entries) override;
    void truncate(LogIndex from) override;
    void storeSnapshot(Ticket ticket, SnapshotPtr snapshot, LogIndex keepFrom) override;
    void apply(LogIndex index, ByteView command) override;
    std::string snapshot() const override;
    bool restore(LogIndex index, ByteView snapshot) override;

    std::chrono::milliseconds m_heartbeat;
    Instant m_now{std::chrono::hours(100)};
    std::vector<Message> m_sent;
    std::vector<Ticket> m_tickets;

public:
    RaftNode node;  // uses all of the above, also when it ends
};

}  // namespace warren::raft
