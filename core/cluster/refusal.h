#pragma once

#include <cstdint>
#include <string_view>

namespace warren::cluster {

/// Why an agreed command changed nothing. The same everywhere, since every node has the same state.
enum class Refusal : std::uint8_t {
    Malformed,  ///< does not follow the grammar, or names what can't be
    TooMany,    ///< a limit is reached

    NameTaken,       ///< another has this name
    IdUsed,          ///< the id is or was another's
    NoSuchNode,      ///< no member has this name
    NodeRunning,     ///< possible with a stopped node only
    NodeNotRunning,  ///< possible with a running node only
    LastDiskNode,    ///< nobody would be left who keeps anything

    NoSuchVhost,
    NoSuchExchange,
    NoSuchQueue,
    Differs,      ///< what has this name was declared in another way
    Predeclared,  ///< the exchange belongs to its vhost

    AlreadyPlaced,  ///< the queue has a master already
    NotPlaced,      ///< the queue has none yet
    StaleEpoch,     ///< who asks has not heard of the latest promotion
    AlreadyMirror,  ///< the node has the queue already
    NotMirror,      ///< the node doesn't have the queue, or as its master
    AlreadyInSync,  ///< nothing to be done
    NotInSync,      ///< it may lack confirmed messages
    LastInSync,     ///< nobody would be left who has all confirmed messages
    LastReplica,    ///< nobody would have the queue
    StaleNode,      ///< the node has started anew, and empty, since
};

/// As one sentence.
std::string_view textOf(Refusal refusal);

}  // namespace warren::cluster
