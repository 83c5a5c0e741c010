#pragma once

#include "core/management/snapshot.h"

/// Clusters as the window may see them; for fake_broker_client.
namespace warren::test {

/// A node that is alone, and could become a cluster.
management::ClusterView aloneView();
/// "shop": three nodes that are well, and five queues.
management::ClusterView threeNodeView();
/// The same, fallen apart: see brokenClusterSnapshot.
management::ClusterView brokenView();
/// The same: a node is about to stop, two don't reach each other, and one only hears a third.
management::ClusterView restlessView();
/// Of these queues, each mirrored once.
QList<management::QueueReplicasRow> manyReplicas(const QList<management::QueueRow>& queues);

}  // namespace warren::test
