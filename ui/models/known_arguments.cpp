#include "ui/models/known_arguments.h"

#include <QCoreApplication>

#include <algorithm>
#include <array>
#include <string_view>

namespace warren::ui {

namespace {

constexpr const char* kContext = "KnownArguments";

/// In the order of the tags in RabbitMQ's list of queues.
constexpr std::array kQueueArguments{
    KnownArgument{"x-message-ttl", QT_TRANSLATE_NOOP("KnownArguments", "Message TTL"), "TTL",
                  QT_TRANSLATE_NOOP("KnownArguments",
                                    "How long a message may stay in the queue, in milliseconds."),
                  ArgumentType::Number, "60000"},
    KnownArgument{"x-expires", QT_TRANSLATE_NOOP("KnownArguments", "Auto expire"), "Exp",
                  QT_TRANSLATE_NOOP(
                      "KnownArguments",
                      "How long the queue may stay unused before it is deleted, in milliseconds."),
                  ArgumentType::Number, "1800000"},
    KnownArgument{"x-max-length", QT_TRANSLATE_NOOP("KnownArguments", "Max length"), "Lim",
                  QT_TRANSLATE_NOOP("KnownArguments", "How many ready messages the queue keeps."),
                  ArgumentType::Number, "10000"},
    KnownArgument{
        "x-max-length-bytes", QT_TRANSLATE_NOOP("KnownArguments", "Max length bytes"), "Lim B",
        QT_TRANSLATE_NOOP("KnownArguments",
                          "How many bytes the bodies of the ready messages may have together."),
        ArgumentType::Number, "104857600"},
    KnownArgument{
        "x-overflow", QT_TRANSLATE_NOOP("KnownArguments", "Overflow behaviour"), "Ovfl",
        QT_TRANSLATE_NOOP(
            "KnownArguments",
            "What happens at the length limit: drop-head, reject-publish or reject-publish-dlx."),
        ArgumentType::String, "drop-head", "drop-head|reject-publish|reject-publish-dlx"},
    KnownArgument{
        "x-dead-letter-exchange", QT_TRANSLATE_NOOP("KnownArguments", "Dead letter exchange"),
        "DLX",
        QT_TRANSLATE_NOOP("KnownArguments",
                          "Where rejected, expired and dropped messages are published again."),
        ArgumentType::String, ""},
    KnownArgument{
        "x-dead-letter-routing-key", QT_TRANSLATE_NOOP("KnownArguments", "Dead letter routing key"),
        "DLK",
        QT_TRANSLATE_NOOP("KnownArguments",
                          "The routing key of dead letters; without it they keep their own."),
        ArgumentType::String, ""},
    KnownArgument{"x-max-priority", QT_TRANSLATE_NOOP("KnownArguments", "Max priority"), "Pri",
                  QT_TRANSLATE_NOOP("KnownArguments",
                                    "The highest priority that the queue tells apart, 1 to 255."),
                  ArgumentType::Number, "10"},
    KnownArgument{"x-single-active-consumer",
                  QT_TRANSLATE_NOOP("KnownArguments", "Single active consumer"), "SAC",
                  QT_TRANSLATE_NOOP(
                      "KnownArguments",
                      "Only one consumer at a time gets messages; the others wait to take over."),
                  ArgumentType::Boolean, "true"},
    KnownArgument{
        "x-delivery-limit", QT_TRANSLATE_NOOP("KnownArguments", "Delivery limit"), "DlL",
        QT_TRANSLATE_NOOP(
            "KnownArguments",
            "How often a message may be delivered again before it is dead-lettered or dropped."),
        ArgumentType::Number, "20"},
    KnownArgument{
        "x-queue-mode", QT_TRANSLATE_NOOP("KnownArguments", "Lazy mode"), "Mode",
        QT_TRANSLATE_NOOP("KnownArguments",
                          "default, or lazy to keep as many messages as possible on disk."),
        ArgumentType::String, "lazy", "default|lazy"},
    KnownArgument{"x-queue-version", QT_TRANSLATE_NOOP("KnownArguments", "Queue version"), "Ver",
                  QT_TRANSLATE_NOOP("KnownArguments",
                                    "The storage that RabbitMQ uses for the queue, 1 or 2."),
                  ArgumentType::Number, "2", "1|2"},
    KnownArgument{
        "x-queue-master-locator", QT_TRANSLATE_NOOP("KnownArguments", "Master locator"), "ML",
        QT_TRANSLATE_NOOP("KnownArguments",
                          "Which node becomes the master: min-masters, client-local or random."),
        ArgumentType::String, "client-local", "min-masters|client-local|random"},
    KnownArgument{"x-queue-leader-locator", QT_TRANSLATE_NOOP("KnownArguments", "Leader locator"),
                  "LL",
                  QT_TRANSLATE_NOOP("KnownArguments",
                                    "Which node becomes the leader: client-local or balanced."),
                  ArgumentType::String, "client-local", "client-local|balanced"},
    KnownArgument{
        "x-max-in-memory-length", QT_TRANSLATE_NOOP("KnownArguments", "Max in memory length"),
        "Mem",
        QT_TRANSLATE_NOOP("KnownArguments", "How many messages a quorum queue keeps in memory."),
        ArgumentType::Number, "1000"},
    KnownArgument{"x-max-in-memory-bytes",
                  QT_TRANSLATE_NOOP("KnownArguments", "Max in memory bytes"), "Mem B",
                  QT_TRANSLATE_NOOP("KnownArguments",
                                    "How many bytes of messages a quorum queue keeps in memory."),
                  ArgumentType::Number, "10485760"},
    KnownArgument{
        "x-dead-letter-strategy", QT_TRANSLATE_NOOP("KnownArguments", "Dead letter strategy"),
        "DLS",
        QT_TRANSLATE_NOOP(
            "KnownArguments",
            "at-most-once or at-least-once; within one node dead letters are never lost."),
        ArgumentType::String, "at-least-once", "at-most-once|at-least-once"},
    KnownArgument{"x-quorum-initial-group-size",
                  QT_TRANSLATE_NOOP("KnownArguments", "Initial cluster size"), "Size",
                  QT_TRANSLATE_NOOP("KnownArguments", "How many nodes a quorum queue begins with."),
                  ArgumentType::Number, "3"},
};

constexpr std::array kExchangeArguments{
    KnownArgument{
        "alternate-exchange", QT_TRANSLATE_NOOP("KnownArguments", "Alternate exchange"), "AE",
        QT_TRANSLATE_NOOP("KnownArguments", "Where messages go that this exchange cannot route."),
        ArgumentType::String, ""},
    KnownArgument{
        "hash-header", QT_TRANSLATE_NOOP("KnownArguments", "Hash header"), "HashH",
        QT_TRANSLATE_NOOP("KnownArguments",
                          "The header whose value is hashed, instead of the routing key."),
        ArgumentType::String, ""},
    KnownArgument{
        "hash-property", QT_TRANSLATE_NOOP("KnownArguments", "Hash property"), "HashP",
        QT_TRANSLATE_NOOP("KnownArguments",
                          "The property that is hashed: message_id, correlation_id or timestamp."),
        ArgumentType::String, "message_id", "message_id|correlation_id|timestamp"},
    KnownArgument{"x-recent-history-length", QT_TRANSLATE_NOOP("KnownArguments", "History length"),
                  "Hist",
                  QT_TRANSLATE_NOOP("KnownArguments",
                                    "How many of the last messages a newly bound queue gets."),
                  ArgumentType::Number, "20"},
};

/// A queue argument as the policy key of the same meaning: the name without its "x-".
constexpr KnownArgument policyKey(std::string_view argumentName)
{
    for (KnownArgument each : kQueueArguments) {
        if (argumentName != each.name) continue;
        each.name += 2;
        return each;
    }
    // Not reached: a wrong name does not compile.
    return kQueueArguments.at(kQueueArguments.size());
}

constexpr std::array kAllQueueKeys{
    policyKey("x-message-ttl"),
    policyKey("x-expires"),
    policyKey("x-max-length"),
    policyKey("x-max-length-bytes"),
    policyKey("x-overflow"),
    policyKey("x-dead-letter-exchange"),
    policyKey("x-dead-letter-routing-key"),
    policyKey("x-delivery-limit"),
};

constexpr std::array kClassicKeys{
    policyKey("x-queue-mode"),
    policyKey("x-queue-version"),
    policyKey("x-queue-master-locator"),
};

constexpr std::array kQuorumKeys{
    policyKey("x-max-in-memory-length"),
    policyKey("x-max-in-memory-bytes"),
    policyKey("x-dead-letter-strategy"),
    policyKey("x-queue-leader-locator"),
};

constexpr std::array kMirroringKeys{
    KnownArgument{"ha-mode", QT_TRANSLATE_NOOP("KnownArguments", "HA mode"), "HA",
                  QT_TRANSLATE_NOOP("KnownArguments",
                                    "How many mirrors a classic queue has: all, exactly or nodes."),
                  ArgumentType::String, "exactly", "all|exactly|nodes"},
    KnownArgument{
        "ha-params", QT_TRANSLATE_NOOP("KnownArguments", "HA params"), "HA",
        QT_TRANSLATE_NOOP("KnownArguments",
                          "The number of copies with exactly, the list of nodes with nodes."),
        ArgumentType::Number, "2"},
    KnownArgument{
        "ha-sync-mode", QT_TRANSLATE_NOOP("KnownArguments", "HA sync mode"), "HA",
        QT_TRANSLATE_NOOP(
            "KnownArguments",
            "Whether a new mirror gets the messages that are there: manual or automatic."),
        ArgumentType::String, "automatic", "manual|automatic"},
    KnownArgument{
        "ha-sync-batch-size", QT_TRANSLATE_NOOP("KnownArguments", "HA sync batch size"), "HA",
        QT_TRANSLATE_NOOP("KnownArguments", "How many messages go to a new mirror at once."),
        ArgumentType::Number, "4096"},
    KnownArgument{"ha-promote-on-shutdown",
                  QT_TRANSLATE_NOOP("KnownArguments", "HA promotion on shutdown"), "HA",
                  QT_TRANSLATE_NOOP("KnownArguments",
                                    "Whether a mirror that lacks messages may take over from a "
                                    "master that is shut down: always or when-synced."),
                  ArgumentType::String, "when-synced", "always|when-synced"},
    KnownArgument{"ha-promote-on-failure",
                  QT_TRANSLATE_NOOP("KnownArguments", "HA promotion on failure"), "HA",
                  QT_TRANSLATE_NOOP("KnownArguments",
                                    "Whether a mirror that lacks messages may take over from a "
                                    "master that fails: always or when-synced."),
                  ArgumentType::String, "when-synced", "always|when-synced"},
};

constexpr std::array kExchangeKeys{kExchangeArguments.at(0)};

constexpr std::array kPolicyGroups{
    KnownArgumentGroup{QT_TRANSLATE_NOOP("KnownArguments", "All queues"), kAllQueueKeys},
    KnownArgumentGroup{QT_TRANSLATE_NOOP("KnownArguments", "Exchanges"), kExchangeKeys},
    KnownArgumentGroup{QT_TRANSLATE_NOOP("KnownArguments", "Classic"), kClassicKeys},
    KnownArgumentGroup{QT_TRANSLATE_NOOP("KnownArguments", "Mirrors (HA)"), kMirroringKeys},
    KnownArgumentGroup{QT_TRANSLATE_NOOP("KnownArguments", "Quorum"), kQuorumKeys},
};

constexpr std::array kOperatorAllKeys{
    policyKey("x-message-ttl"),      policyKey("x-expires"),        policyKey("x-max-length"),
    policyKey("x-max-length-bytes"), policyKey("x-delivery-limit"),
};

constexpr std::array kOperatorQuorumKeys{
    policyKey("x-max-in-memory-length"),
    policyKey("x-max-in-memory-bytes"),
};

constexpr std::array kOperatorGroups{
    KnownArgumentGroup{QT_TRANSLATE_NOOP("KnownArguments", "All queues"), kOperatorAllKeys},
    KnownArgumentGroup{QT_TRANSLATE_NOOP("KnownArguments", "Quorum"), kOperatorQuorumKeys},
};

}  // namespace

std::span<const KnownArgument> knownQueueArguments() { return kQueueArguments; }

std::span<const KnownArgument> knownExchangeArguments() { return kExchangeArguments; }

std::span<const KnownArgumentGroup> policyKeyGroups() { return kPolicyGroups; }

std::span<const KnownArgumentGroup> operatorPolicyKeyGroups() { return kOperatorGroups; }

const KnownArgument* findPolicyKey(const QString& key)
{
    for (const KnownArgumentGroup& group : kPolicyGroups) {
        if (const auto* found = findKnownArgument(group.arguments, key)) return found;
    }
    return nullptr;
}

const KnownArgument* findKnownArgument(std::span<const KnownArgument> known, const QString& name)
{
    const auto found = std::ranges::find_if(
        known, [&](const KnownArgument& each) { return name == QLatin1String(each.name); });
    return found == known.end() ? nullptr : &*found;
}

QString knownArgumentGroupTitle(const KnownArgumentGroup& group)
{
    // The translation of nothing is not nothing.
    return *group.title ? QCoreApplication::translate(kContext, group.title) : QString{};
}

QString knownArgumentLabel(const KnownArgument& argument)
{
    return QCoreApplication::translate(kContext, argument.label);
}

QString knownArgumentExplanation(const KnownArgument& argument)
{
    return QCoreApplication::translate(kContext, argument.explanation);
}

QStringList knownArgumentChoices(const KnownArgument& argument)
{
    return QString(QLatin1String(argument.choices)).split(u'|', Qt::SkipEmptyParts);
}

QStringList choicesOf(const QString& name)
{
    const KnownArgument* known = findKnownArgument(kQueueArguments, name);
    if (!known) known = findKnownArgument(kExchangeArguments, name);
    if (!known) known = findPolicyKey(name);
    return known ? knownArgumentChoices(*known) : QStringList{};
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
