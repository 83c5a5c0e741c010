#include "ui/models/closed_channel_model.h"

#include "ui/format.h"

#include <QCoreApplication>

#include <algorithm>
#include <array>

namespace warren::ui {

using management::ClosedChannelRow;

namespace {

QString tr(const char* text) { return QCoreApplication::translate("ClosedChannels", text); }

struct Explanation {
    const char* occurs;  ///< in the text of the close
    const char* sentence;
};

/// The common ones, the more special first.
constexpr std::array kByText{
    Explanation{
        "inequivalent arg",
        QT_TRANSLATE_NOOP("ClosedChannels",
                          "The client declares something that exists with other properties. "
                          "Declare it with the same ones, or delete what is there.")},
    Explanation{
        "unknown delivery tag",
        QT_TRANSLATE_NOOP("ClosedChannels",
                          "The client acknowledges a message twice, on another channel than "
                          "it came by, or although it consumes without acknowledgement. "
                          "Acknowledge each message once, on its own channel.")},
    Explanation{
        "invalid arg",
        QT_TRANSLATE_NOOP("ClosedChannels",
                          "An argument has a wrong type or value; the text names it. Put it "
                          "right in the client's declaration.")},
    Explanation{
        "no exchange",
        QT_TRANSLATE_NOOP("ClosedChannels",
                          "The client uses an exchange that does not exist. Declare it "
                          "first, or look for a typing error in its name or virtual host.")},
    Explanation{"no queue",
                QT_TRANSLATE_NOOP("ClosedChannels",
                                  "The client uses a queue that does not exist (any more). Declare "
                                  "it first, or look for a typing error in its name or virtual "
                                  "host.")},
    Explanation{"exclusive access to locked queue",
                QT_TRANSLATE_NOOP("ClosedChannels",
                                  "The queue is exclusive to another connection. Use it on that "
                                  "connection, or declare it without the exclusive property.")},
    Explanation{"in exclusive use",
                QT_TRANSLATE_NOOP("ClosedChannels",
                                  "Another consumer has the queue for itself. Wait until it has "
                                  "gone, or consume without the exclusive flag.")},
    Explanation{"reserved prefix",
                QT_TRANSLATE_NOOP("ClosedChannels",
                                  "Names that begin with “amq.” belong to the broker. Choose "
                                  "another name, or an empty one for a name of the broker's.")},
    Explanation{"default exchange",
                QT_TRANSLATE_NOOP("ClosedChannels",
                                  "The default exchange cannot be changed: every queue is bound to "
                                  "it by its name already. Leave the operation out.")},
    Explanation{"internal exchange",
                QT_TRANSLATE_NOOP("ClosedChannels",
                                  "Clients cannot publish to an internal exchange. Publish to the "
                                  "one that it is bound to.")},
    Explanation{
        "Login was refused",
        QT_TRANSLATE_NOOP("ClosedChannels",
                          "User name or password is wrong, or the user may log in only from "
                          "this machine. See the page Users.")},
    Explanation{"access to",
                QT_TRANSLATE_NOOP("ClosedChannels",
                                  "The user lacks a permission. Give it on the page Users, and try "
                                  "it there under “Can this user…?”.")},
    Explanation{"timed out", QT_TRANSLATE_NOOP(
                                 "ClosedChannels",
                                 "A consumer held a message longer than the broker waits for an "
                                 "acknowledgement. Acknowledge sooner, take fewer messages at once "
                                 "(prefetch), or raise consumer_timeout.")},
    Explanation{"not empty",
                QT_TRANSLATE_NOOP("ClosedChannels",
                                  "The client deletes a queue only if it is empty, and it was not. "
                                  "Consume or purge it first.")},
    Explanation{"in use",
                QT_TRANSLATE_NOOP("ClosedChannels",
                                  "The client deletes something only if it is unused, and it was "
                                  "not. Remove its consumers or bindings first.")},
    Explanation{"expiration",
                QT_TRANSLATE_NOOP("ClosedChannels",
                                  "The property expiration must be a whole number of milliseconds, "
                                  "written as text.")},
    Explanation{"user_id property",
                QT_TRANSLATE_NOOP("ClosedChannels",
                                  "The property user_id must name the user that the connection has "
                                  "logged in as. Set it right, or not at all.")},
    Explanation{"unknown exchange type",
                QT_TRANSLATE_NOOP("ClosedChannels",
                                  "This broker does not have that type of exchange. Types are "
                                  "listed in the dialog “New exchange”.")},
    Explanation{
        "reuse consumer tag",
        QT_TRANSLATE_NOOP("ClosedChannels",
                          "Each consumer of a channel needs a tag of its own. Leave the tag "
                          "empty, and the broker makes one.")},
    Explanation{"fast reply consumer",
                QT_TRANSLATE_NOOP("ClosedChannels",
                                  "A request asks for a direct reply without consuming replies. "
                                  "Consume from amq.rabbitmq.reply-to on the same channel first.")},
    Explanation{"cannot switch from",
                QT_TRANSLATE_NOOP("ClosedChannels",
                                  "A channel is either transactional or in confirm mode. Use one "
                                  "channel for each.")},
    Explanation{"not transactional",
                QT_TRANSLATE_NOOP("ClosedChannels",
                                  "The client commits or rolls back without a transaction. Call "
                                  "tx.select first.")},
    Explanation{"missed heartbeats",
                QT_TRANSLATE_NOOP("ClosedChannels",
                                  "Nothing came from the client for two heartbeats: it hangs, or "
                                  "the network does. Do not block the thread that serves the "
                                  "connection.")},
    Explanation{"is reached",
                QT_TRANSLATE_NOOP("ClosedChannels",
                                  "A limit of the virtual host or of the user is reached. Raise it "
                                  "on the page Users or Virtual hosts, or use less.")},
};

const char* explanationOfCode(std::uint16_t code)
{
    switch (code) {
    case 311:
        return QT_TRANSLATE_NOOP(
            "ClosedChannels",
            "The message is larger than the broker takes. Send it in parts, or "
            "keep it elsewhere and send where.");
    case 320:
        return QT_TRANSLATE_NOOP("ClosedChannels",
                                 "Somebody closed it from outside, or the broker stopped. Clients "
                                 "may simply connect again.");
    case 402:
        return QT_TRANSLATE_NOOP("ClosedChannels",
                                 "The name of the virtual host makes no sense. Put the path of the "
                                 "connection string right.");
    case 403:
        return QT_TRANSLATE_NOOP("ClosedChannels",
                                 "The user may not do that. Look at the user's permissions on the "
                                 "page Users.");
    case 404:
        return QT_TRANSLATE_NOOP("ClosedChannels",
                                 "What the client asks for does not exist. Declare it first, or "
                                 "look for a typing error.");
    case 405:
        return QT_TRANSLATE_NOOP("ClosedChannels",
                                 "Something is locked by another connection. Use it there, or wait "
                                 "until it is free.");
    case 406:
        return QT_TRANSLATE_NOOP("ClosedChannels",
                                 "Something stands against the request; the text says what. Put it "
                                 "right in the client, then try again.");
    case 501:
        return QT_TRANSLATE_NOOP("ClosedChannels",
                                 "The bytes make no frame of AMQP 0-9-1. Look for a proxy in "
                                 "between, another protocol, or two threads that share a "
                                 "connection.");
    case 502:
        return QT_TRANSLATE_NOOP("ClosedChannels",
                                 "A field of a method cannot be read. Look for an error in the "
                                 "client library, or update it.");
    case 503:
        return QT_TRANSLATE_NOOP("ClosedChannels",
                                 "The client sent a method that makes no sense here, or with a "
                                 "value that does not exist.");
    case 504:
        return QT_TRANSLATE_NOOP("ClosedChannels",
                                 "The client uses a channel that is not open. Often two threads "
                                 "share it: give each thread its own.");
    case 505:
        return QT_TRANSLATE_NOOP("ClosedChannels",
                                 "Frames came in an order that the protocol forbids. Often two "
                                 "threads publish on one channel: give each its own.");
    case 506:
        return QT_TRANSLATE_NOOP("ClosedChannels",
                                 "The broker lacks something that it needs: memory, disk or open "
                                 "files. See the Overview.");
    case 530:
        return QT_TRANSLATE_NOOP("ClosedChannels",
                                 "The request is not allowed here: a virtual host that does not "
                                 "exist or that the user has no access to, or a limit.");
    case 540:
        return QT_TRANSLATE_NOOP("ClosedChannels",
                                 "RabbitMQ does not have this part of the protocol, and neither "
                                 "does Warren. Do without it, as the text says.");
    case 541:
        return QT_TRANSLATE_NOOP("ClosedChannels",
                                 "Something went wrong inside the broker; the page Log may say "
                                 "more.");
    default:
        return QT_TRANSLATE_NOOP("ClosedChannels",
                                 "The text is all that is known; the page Log may say more.");
    }
}

/// In the order of ClosedChannelColumn.
std::vector<TableColumn<ClosedChannelRow>> closedChannelColumns()
{
    auto time = textColumn<ClosedChannelRow>(
        tr("Time"), [](const ClosedChannelRow& row) { return format::timeOfDay(row.at); });
    time.isLess = [](const ClosedChannelRow& left, const ClosedChannelRow& right) {
        return left.sequence < right.sequence;
    };
    time.toolTip = [](const ClosedChannelRow& row) { return format::dateTime(row.at); };
    auto connection = textColumn<ClosedChannelRow>(tr("Connection"), &ClosedChannelRow::connection);
    connection.toolTip = connection.text;
    auto channel =
        numberColumn<ClosedChannelRow>(tr("Channel"), &ClosedChannelRow::channel,
                                       [](std::uint16_t number) { return format::count(number); });
    channel.text = &closedChannelText;
    channel.headerToolTip = tr("“all” when the whole connection was closed");
    auto code =
        numberColumn<ClosedChannelRow>(tr("Code"), &ClosedChannelRow::code,
                                       [](std::uint16_t value) { return QString::number(value); });
    code.isSearched = true;
    auto text = textColumn<ClosedChannelRow>(tr("Text"), &ClosedChannelRow::text);
    text.toolTip = [](const ClosedChannelRow& row) {
        return row.text + QStringLiteral("\n\n") + closeExplanation(row.code, row.text);
    };
    return {time,
            connection,
            channel,
            textColumn<ClosedChannelRow>(tr("Virtual host"), &ClosedChannelRow::vhost),
            textColumn<ClosedChannelRow>(tr("User"), &ClosedChannelRow::user),
            code,
            text};
}

}  // namespace

QString closedChannelText(const ClosedChannelRow& close)
{
    return close.channel == 0 ? tr("all") : format::count(close.channel);
}

QString closeExplanation(std::uint16_t code, const QString& text)
{
    // Names that clients chose must not decide: only what stands outside of quotation marks counts.
    const QStringList parts = text.split(u'\'');
    QString words;
    for (qsizetype index = 0; index < parts.size(); index += 2) {
        words += parts.at(index);
    }
    const auto found = std::ranges::find_if(kByText, [&](const Explanation& each) {
        return words.contains(QLatin1String(each.occurs));
    });
    return tr(found != kByText.end() ? found->sentence : explanationOfCode(code));
}

ClosedChannelModel::ClosedChannelModel(QObject* parent)
    : SnapshotTableModel(closedChannelColumns(), parent)
{
}

}  // namespace warren::ui
