#include "ui/models/known_arguments.h"

#include <QCoreApplication>

#include <algorithm>
#include <array>

namespace warren::ui {

namespace {

constexpr const char* kContext = "KnownArguments";

constexpr std::array kQueueArguments{
    KnownArgument{"x-message-ttl", QT_TRANSLATE_NOOP("KnownArguments", "Message TTL"), "TTL",
                  QT_TRANSLATE_NOOP("KnownArguments",
                                    "How long a message may stay in the queue, in milliseconds."),
                  ArgumentType::Number, "60000"},
    KnownArgument{"x-expires", QT_TRANSLATE_NOOP("KnownArguments", "Auto expire"), "Exp",
                  QT_TRANSLATE_NOOP("KnownArguments",
                                    "How long the queue may stay unused before it is deleted, in "
                                    "milliseconds."),
                  ArgumentType::Number, "1800000"},
    KnownArgument{"x-max-length", QT_TRANSLATE_NOOP("KnownArguments", "Max length"), "Lim",
                  QT_TRANSLATE_NOOP("KnownArguments", "How many ready messages the queue keeps."),
                  ArgumentType::Number, "10000"},
    KnownArgument{
        "x-max-length-bytes", QT_TRANSLATE_NOOP("KnownArguments", "Max length bytes"), "Lim B",
        QT_TRANSLATE_NOOP("KnownArguments",
                          "How many bytes the bodies of the ready messages may have together."),
        ArgumentType::Number, "104857600"},
    KnownArgument{"x-overflow", QT_TRANSLATE_NOOP("KnownArguments", "Overflow"), "Ovfl",
                  QT_TRANSLATE_NOOP("KnownArguments",
                                    "What happens at the length limit: drop-head, reject-publish "
                                    "or reject-publish-dlx."),
                  ArgumentType::String, "drop-head"},
    KnownArgument{
        "x-dead-letter-exchange", QT_TRANSLATE_NOOP("KnownArguments", "Dead letter exchange"),
        "DLX",
        QT_TRANSLATE_NOOP("KnownArguments",
                          "Where rejected, expired and dropped messages are published again."),
        ArgumentType::String, ""},
    KnownArgument{"x-dead-letter-routing-key",
                  QT_TRANSLATE_NOOP("KnownArguments", "Dead letter key"), "DLK",
                  QT_TRANSLATE_NOOP("KnownArguments",
                                    "The routing key of dead letters; without it they keep "
                                    "their own."),
                  ArgumentType::String, ""},
    KnownArgument{"x-single-active-consumer",
                  QT_TRANSLATE_NOOP("KnownArguments", "Single active consumer"), "SAC",
                  QT_TRANSLATE_NOOP("KnownArguments",
                                    "Only one consumer at a time gets messages; the others wait "
                                    "to take over."),
                  ArgumentType::Boolean, "true"},
    KnownArgument{"x-max-priority", QT_TRANSLATE_NOOP("KnownArguments", "Max priority"), "Pri",
                  QT_TRANSLATE_NOOP("KnownArguments",
                                    "The highest priority that the queue tells apart, 1 to 255."),
                  ArgumentType::Number, "10"},
    KnownArgument{"x-queue-mode", QT_TRANSLATE_NOOP("KnownArguments", "Queue mode"), "Mode",
                  QT_TRANSLATE_NOOP("KnownArguments",
                                    "default, or lazy to keep as many messages as possible on "
                                    "disk."),
                  ArgumentType::String, "lazy"},
    KnownArgument{"x-queue-type", QT_TRANSLATE_NOOP("KnownArguments", "Queue type"), "Type",
                  QT_TRANSLATE_NOOP("KnownArguments", "classic, quorum or stream."),
                  ArgumentType::String, "classic"},
    KnownArgument{"x-delivery-limit", QT_TRANSLATE_NOOP("KnownArguments", "Delivery limit"), "DlL",
                  QT_TRANSLATE_NOOP("KnownArguments",
                                    "How often a message may be delivered before it is "
                                    "dead-lettered."),
                  ArgumentType::Number, "20"},
    KnownArgument{"x-queue-master-locator", QT_TRANSLATE_NOOP("KnownArguments", "Master locator"),
                  "ML",
                  QT_TRANSLATE_NOOP("KnownArguments",
                                    "Which node becomes the master: min-masters, client-local or "
                                    "random."),
                  ArgumentType::String, "client-local"},
};

constexpr std::array kExchangeArguments{
    KnownArgument{
        "alternate-exchange", QT_TRANSLATE_NOOP("KnownArguments", "Alternate exchange"), "AE",
        QT_TRANSLATE_NOOP("KnownArguments", "Where messages go that this exchange cannot route."),
        ArgumentType::String, ""},
};

}  // namespace

std::span<const KnownArgument> knownQueueArguments() { return kQueueArguments; }

std::span<const KnownArgument> knownExchangeArguments() { return kExchangeArguments; }

const KnownArgument* findKnownArgument(std::span<const KnownArgument> known, const QString& name)
{
    const auto found = std::ranges::find_if(
        known, [&](const KnownArgument& each) { return name == QLatin1String(each.name); });
    return found == known.end() ? nullptr : &*found;
}

QString knownArgumentLabel(const KnownArgument& argument)
{
    return QCoreApplication::translate(kContext, argument.label);
}

QString knownArgumentExplanation(const KnownArgument& argument)
{
    return QCoreApplication::translate(kContext, argument.explanation);
}

QVariant knownArgumentSuggestion(const KnownArgument& argument)
{
    const QString text = QLatin1String(argument.suggestion);
    switch (argument.type) {
    case ArgumentType::String: return text;
    case ArgumentType::Number: return text.toLongLong();
    case ArgumentType::Decimal: return text.toDouble();
    case ArgumentType::Boolean: return text == QLatin1String("true");
    case ArgumentType::List: return QVariantList{};
    case ArgumentType::Table: return QVariantMap{};
    }
    return {};
}

}  // namespace warren::ui
