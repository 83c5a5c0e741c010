#pragma once

#include "core/base/bytes.h"
#include "core/base/ids.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

/// Agreement of a cluster's nodes on one order of commands. Which algorithm or library does it is
/// not to be seen here.
namespace warren::cluster {

/// A member of the agreeing group for ever: an id is never used twice, not even by a node that lost
/// its disk or keeps nothing on it. 0 is none.
using MemberId = StrongId<struct MemberTag>;
/// Position in the agreed order, from 1. Not every position holds a command.
using LogIndex = std::uint64_t;
/// A reign: in each at most one member leads. Rises, from 1.
using Term = std::uint64_t;

enum class MemberRole : std::uint8_t {
    Standby,  ///< gets and applies everything, has no vote
    Voter,    ///< counts for the majority and can lead
    Spare,    ///< is known, gets nothing
};

struct Member {
    MemberId id;
    MemberRole role = MemberRole::Spare;
    bool operator==(const Member&) const = default;
};
using Members = std::vector<Member>;

/// What became of something asked for. Only `Done` says that it happened, only `Unknown` leaves it
/// open.
enum class Outcome : std::uint8_t {
    Done,       ///< agreed on by a majority, and applied on this node
    NotLeader,  ///< refused: has no effect and never will; ask the leader
    Refused,    ///< breaks a rule (unknown member, last voter, too large …): no effect
    Busy,       ///< no effect: too much or another change is under way; try again
    Unknown,    ///< leadership was lost or the node stopped: it may still happen, or not
};
/// Called once, on the caller's thread, maybe before the function it was given to returns. It may
/// call the Consensus again.
using Done = std::function<void(Outcome)>;

/// What the agreed commands change. Deterministic: the same commands in the same order make the
/// same state on every node.
class ReplicatedState {
public:
    virtual ~ReplicatedState() = default;

    /// Indices rise strictly. A command that makes no sense must change nothing, everywhere.
    virtual void apply(LogIndex index, ByteView command) = 0;
    /// All there is, for a node that is to be brought to here.
    virtual std::string snapshot() const = 0;
    /// Becomes what `snapshot` gave after `index`.
    /// @returns whether it could; if not, the state is as before and the node stops taking part
    [[nodiscard]] virtual bool restore(LogIndex index, ByteView snapshot) = 0;
};

/// One node's part in the agreement. Single-threaded: everything happens inside its calls.
class Consensus {
public:
    virtual ~Consensus() = default;

    /// Asks for commands to be agreed on, in this order and as one group as far as the log goes;
    /// each has an outcome of its own. Only the leader takes them.
    /// @pre as many outcomes as commands
    virtual void propose(std::vector<std::string> commands, std::vector<Done> done) = 0;
    /// `Done` means: whatever was reported as done anywhere before this call is applied here. What
    /// is read then is current.
    virtual void barrier(Done done) = 0;

    // One change of the members at a time. Only the leader makes them.

    /// As spare or standby; voters are made by assign. @pre the id was never used
    virtual void addMember(MemberId id, MemberRole role, Done done) = 0;
    /// Becoming a voter waits until the member has caught up. The leader and the last voter keep
    /// their vote.
    virtual void assignRole(MemberId id, MemberRole role, Done done) = 0;
    /// Never the leader: it hands over first.
    virtual void removeMember(MemberId id, Done done) = 0;
    /// `Done`: another member leads. No id: whoever is most up to date.
    virtual void transferLeadership(MemberId to, Done done) = 0;

    /// Whether it believes so. Another may have been chosen that it has not heard of; what needs
    /// certainty asks for a barrier.
    virtual bool isLeader() const = 0;
    virtual MemberId leader() const = 0;  ///< none: not known
    virtual Term term() const = 0;
    /// The latest this node knows of, agreed on or not.
    virtual Members members() const = 0;
    virtual LogIndex lastIndex() const = 0;
    virtual LogIndex commitIndex() const = 0;
    virtual LogIndex lastApplied() const = 0;

    /// It found its own rules broken and takes no further part; why, as one sentence.
    virtual bool hasHalted() const = 0;
    virtual const std::string& haltReason() const = 0;

    /// Called when this node learns of another leader, of none, or of a new term.
    std::function<void(MemberId leader, Term term)> leaderChanged;
};

}  // namespace warren::cluster
