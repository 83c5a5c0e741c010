#pragma once

#include "core/management/management_command.h"
#include "core/management/snapshot.h"
#include "core/node/control_command.h"

#include <QByteArray>
#include <QJsonObject>
#include <QString>

/// What a node answers through its control socket: one JSON object per line, its line end included.
/// Pure. Names of fields are rabbitmqctl's where it has the same.
namespace warren::node {

/// {"ok":true,"value":{…}}
QByteArray controlAnswer(const QJsonObject& value);
/// {"ok":false,"error":"…"}
QByteArray controlRefusal(const QString& text);

/// The answer to a command.
QByteArray controlAnswer(const management::CommandResult& result);
/// The answer to a question. @pre the snapshot has what topicsOf(query.question) says
QByteArray controlAnswer(const ControlQuery& query, const management::Snapshot& snapshot);

}  // namespace warren::node
