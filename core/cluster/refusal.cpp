#include "core/cluster/refusal.h"

namespace warren::cluster {

std::string_view textOf(Refusal refusal)
{
    switch (refusal) {
    case Refusal::Malformed: return "The command makes no sense.";
    case Refusal::TooMany: return "The cluster's limit is reached.";
    case Refusal::NameTaken: return "The name is taken.";
    case Refusal::IdUsed: return "The id has been used before.";
    case Refusal::NoSuchNode: return "The node is not a member of the cluster.";
    case Refusal::NodeRunning: return "The node is running; it must be stopped first.";
    case Refusal::NodeNotRunning: return "The node is not running.";
    case Refusal::LastDiskNode: return "It is the last disk node of the cluster.";
    case Refusal::NoSuchVhost: return "The vhost is not there.";
    case Refusal::NoSuchExchange: return "The exchange is not there.";
    case Refusal::NoSuchQueue: return "The queue is not there.";
    case Refusal::Differs: return "It is declared already, in another way.";
    case Refusal::Predeclared: return "The exchange is predeclared.";
    case Refusal::AlreadyPlaced: return "The queue has a place already.";
    case Refusal::NotPlaced: return "The queue has no place yet.";
    case Refusal::StaleEpoch: return "The queue's master has changed.";
    case Refusal::AlreadyMirror: return "The node has the queue already.";
    case Refusal::NotMirror: return "The node is no mirror of the queue.";
    case Refusal::AlreadyInSync: return "The mirror is synchronised already.";
    case Refusal::NotInSync: return "The mirror is not synchronised.";
    case Refusal::LastInSync: return "It is the last one that has all messages of a queue.";
    case Refusal::LastReplica: return "Nobody else has the queue.";
    case Refusal::StaleNode: return "The node has started anew since.";
    }
    return {};
}

}  // namespace warren::cluster
