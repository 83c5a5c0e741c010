#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace warren::raft {

/// Protections against defects of the library; the README says against which. Always on: the
/// switches are there so that a test can show what each is needed for.
struct RaftGuards {
    bool splitsChanges = true;          ///< G1
    bool dropsLateRejections = true;    ///< G2
    bool skipsWhatIsCompacted = true;   ///< G3
    bool tellsTerm = true;              ///< G4
    bool votesBeforePromotion = true;   ///< G5
    bool bindsChangesToTerm = true;     ///< G6
    bool clockOnlyRises = true;         ///< G7
    bool raisesTermOfLoneVoter = true;  ///< G8
};

struct RaftOptions {
    /// Also the interval at which RaftNode::tick must be called, and not faster. Must exceed the
    /// time a message takes to the others and back.
    std::chrono::milliseconds heartbeat{100};
    /// Without a leader for this long, a member asks to lead; drawn between one and two times this.
    std::chrono::milliseconds election{600};
    std::chrono::milliseconds snapshotTimeout{5000};  ///< for one to be sent and installed
    unsigned snapshotThreshold = 1024;                ///< entries applied since the last snapshot
    unsigned snapshotTrailing = 256;                  ///< entries kept although it covers them
    unsigned entriesInFlightMax = 512;                ///< on the way to one follower
    /// Commands and barriers of this leader without an outcome; more are Busy. A long log that
    /// nobody else has is slow to mend, so there is little of it.
    std::size_t proposalsMax = 256;
    std::size_t commandBytesMax = 256 * 1024;  ///< larger ones are Refused
    bool asksBeforeElection = true;            ///< pre-vote: who was cut off disturbs nobody
    /// Forgets everything when it stops: never votes, never leads, comes back under a new id.
    bool isVolatile = false;
    std::uint32_t seed = 0;  ///< of the elections' random times; different on each node
    RaftGuards guards;
};

}  // namespace warren::raft
