#include "app/ctl/tables.h"

#include <QJsonArray>
#include <QJsonValue>
#include <QList>
#include <QStringList>

#include <algorithm>
#include <functional>

namespace warren::ctl {

namespace {

/// A column: its heading, and the text that an object has in it.
struct Column {
    QString heading;
    std::function<QString(const QJsonObject&)> textOf;
};

QString printable(const QString& text)
{
    QString result;
    for (const QChar one : text) {
        result += one.isPrint() || one.isSurrogate()
                      ? QString(one)
                      : QStringLiteral("\\x%1").arg(one.unicode(), 2, 16, QLatin1Char('0'));
    }
    return result;
}

QString textOf(const QJsonValue& value)
{
    if (value.isBool()) return value.toBool() ? QStringLiteral("yes") : QStringLiteral("no");
    if (value.isDouble()) return value.toVariant().toString();
    if (value.isArray()) {
        QStringList all;
        for (const QJsonValue& one : value.toArray())
            all << textOf(one);
        return all.join(QLatin1Char(' '));
    }
    return printable(value.toString());
}

Column field(const QString& name, const QString& heading)
{
    return {heading, [name](const QJsonObject& row) { return textOf(row.value(name)); }};
}

Column field(const QString& name) { return field(name, name); }

/// "n1:master n2:in_sync n3:synchronising(40%)"
QString replicasOf(const QJsonObject& queue)
{
    QStringList all;
    for (const QJsonValue& value : queue.value(QStringLiteral("replicas")).toArray()) {
        const QJsonObject replica = value.toObject();
        const QString state = textOf(replica.value(QStringLiteral("state")));
        QString text = textOf(replica.value(QStringLiteral("node"))) + QLatin1Char(':') + state;
        if (state == QStringLiteral("synchronising")) {
            const double progress = replica.value(QStringLiteral("progress")).toDouble();
            text += QStringLiteral("(%1%)").arg(progress * 100, 0, 'f', 0);
        }
        all << text;
    }
    return all.join(QLatin1Char(' '));
}

QString table(const QList<Column>& columns, const QJsonArray& rows)
{
    QList<QStringList> lines{{}};
    for (const Column& column : columns)
        lines.front() << column.heading;
    for (const QJsonValue& row : rows) {
        QStringList line;
        for (const Column& column : columns)
            line << column.textOf(row.toObject());
        lines << line;
    }
    QString text;
    for (const QStringList& line : lines) {
        QString written;
        for (qsizetype column = 0; column < columns.size(); ++column) {
            qsizetype width = 0;
            for (const QStringList& other : lines)
                width = std::max(width, other.at(column).size());
            written += line.at(column).leftJustified(width + 2);
        }
        while (written.endsWith(QLatin1Char(' ')))
            written.chop(1);
        text += written + QLatin1Char('\n');
    }
    return text;
}

QString statusText(const QJsonObject& value)
{
    QJsonArray rows;
    for (auto at = value.begin(); at != value.end(); ++at) {
        rows.append(QJsonObject{{QStringLiteral("name"), at.key()},
                                {QStringLiteral("value"), textOf(at.value())}});
    }
    return table({field(QStringLiteral("name")), field(QStringLiteral("value"))}, rows);
}

QString clusterText(const QJsonObject& value)
{
    const QString pausedReason = textOf(value.value(QStringLiteral("paused_reason")));
    QString text = QStringLiteral("cluster  %1\naddress  %2\n")
                       .arg(textOf(value.value(QStringLiteral("cluster_name"))),
                            textOf(value.value(QStringLiteral("cluster_address"))));
    if (!pausedReason.isEmpty()) text += QStringLiteral("paused   %1\n").arg(pausedReason);
    text += QLatin1Char('\n') +
            table({field(QStringLiteral("name"), QStringLiteral("node")),
                   field(QStringLiteral("type")), field(QStringLiteral("state")),
                   field(QStringLiteral("address")), field(QStringLiteral("masters")),
                   field(QStringLiteral("mirrors")), field(QStringLiteral("connections")),
                   field(QStringLiteral("leads_definitions"), QStringLiteral("leads"))},
                  value.value(QStringLiteral("nodes")).toArray());
    const QJsonArray links = value.value(QStringLiteral("links")).toArray();
    if (!links.isEmpty()) {
        text += QLatin1Char('\n') +
                table({field(QStringLiteral("from")), field(QStringLiteral("to")),
                       field(QStringLiteral("state")), field(QStringLiteral("encrypted")),
                       field(QStringLiteral("reason"))},
                      links);
    }
    const QJsonArray queues = value.value(QStringLiteral("queues")).toArray();
    if (queues.isEmpty()) return text;
    return text + QLatin1Char('\n') +
           table({field(QStringLiteral("vhost")),
                  field(QStringLiteral("name"), QStringLiteral("queue")),
                  field(QStringLiteral("policy")),
                  field(QStringLiteral("epoch")),
                  field(QStringLiteral("losses")),
                  {QStringLiteral("replicas"), replicasOf}},
                 queues);
}

QString queuesText(const QJsonObject& value)
{
    return table({field(QStringLiteral("vhost")),
                  field(QStringLiteral("name")),
                  field(QStringLiteral("messages_ready"), QStringLiteral("ready")),
                  field(QStringLiteral("messages_unacknowledged"), QStringLiteral("unacked")),
                  field(QStringLiteral("consumers")),
                  field(QStringLiteral("policy")),
                  field(QStringLiteral("master")),
                  {QStringLiteral("replicas"), replicasOf}},
                 value.value(QStringLiteral("queues")).toArray());
}

}  // namespace

QString tablesOf(const QString& verb, const QJsonObject& value)
{
    if (verb == QStringLiteral("status")) return statusText(value);
    if (verb == QStringLiteral("cluster_status")) return clusterText(value);
    if (verb == QStringLiteral("list_queues")) return queuesText(value);
    return {};
}

}  // namespace warren::ctl
