#pragma once

#include "core/broker/state.h"
#include "core/management/snapshot.h"
#include "core/node/user_store.h"

#include <functional>

/// Users, vhosts, their rights and the last closes, as rows of a snapshot. Thread: the broker's.
namespace warren::node {

/// What a vhost is by definition; the counts are the caller's.
management::VhostRow vhostRow(const broker::State& state, const broker::Vhost& vhost);
QList<management::UserRow> userRows(
    const broker::State& state, const std::function<bool(std::string_view user)>& isLoopbackOnly);
QList<management::PermissionRow> permissionRows(const broker::State& state);
QList<management::TopicPermissionRow> topicPermissionRows(const broker::State& state);
QList<management::ClosedChannelRow> closedChannelRows(const broker::State& state);

}  // namespace warren::node
