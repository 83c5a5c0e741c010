#pragma once

#include <QJsonObject>
#include <QString>

namespace warren::ctl {

/// The answer to a verb for people: tables whose columns are as wide as they have to be. Empty if
/// there is nothing to say but that it is done. Pure. Names can't control the terminal: what is no
/// printable character is written as \x…
QString tablesOf(const QString& verb, const QJsonObject& value);

}  // namespace warren::ctl
