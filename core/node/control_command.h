#pragma once

#include "core/base/result.h"
#include "core/management/management_command.h"
#include "core/management/snapshot.h"

#include <QByteArray>
#include <QString>

#include <variant>

namespace warren::node {

/// What is answered from a snapshot.
enum class ControlQuestion { Status, ClusterStatus, ListQueues };

struct ControlQuery {
    ControlQuestion question = ControlQuestion::Status;
    QString vhost{};  ///< of ListQueues; empty: all
};

/// The whole program ends, in order.
struct ControlStop {};

/// What somebody asks of a node through its control socket.
using ControlRequest = std::variant<ControlQuery, management::ManagementCommand, ControlStop>;

/// Understands one line of the control protocol, a JSON object:
/// {"verb":"join_cluster","address":…}. Pure: the same line gives the same request.
///
/// Verbs are those of rabbitmqctl; what else they take stands beside them in the source. What the
/// broker judges (patterns, names, limits) is left to it.
/// @error  one sentence for people: no JSON object, an unknown verb, an argument that is missing,
/// of the wrong type, or unknown
Result<ControlRequest, QString> parseControlRequest(const QByteArray& line);

/// What has to be sampled to answer the question.
management::Topics topicsOf(ControlQuestion question);

}  // namespace warren::node
