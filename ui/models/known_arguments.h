#pragma once

#include "ui/models/argument_values.h"

#include <QString>
#include <QStringList>
#include <QVariant>

#include <span>

/// The arguments that RabbitMQ gives a meaning, with the words the window uses for them.
namespace warren::ui {

/// One argument with a known meaning. Texts are untranslated; ask the functions below.
struct KnownArgument {
    const char* name;         ///< "x-message-ttl"
    const char* label;        ///< on a button: "Message TTL"
    const char* tag;          ///< in a list of features: "TTL"
    const char* explanation;  ///< one sentence
    ArgumentType type;
    const char* suggestion;    ///< a value to begin with, as text; may be empty
    const char* choices = "";  ///< the values that make sense, between bars; empty: any
};

/// Arguments that stand together, under a title; an empty title shows none.
struct KnownArgumentGroup {
    const char* title;
    std::span<const KnownArgument> arguments;
};

/// Spec: RabbitMQ documentation, "Queues and Optional Arguments"; tags as in its queue list.
std::span<const KnownArgument> knownQueueArguments();

/// Spec: RabbitMQ documentation, "Alternate Exchanges"; its plugins of exchange types.
std::span<const KnownArgument> knownExchangeArguments();

/// What a policy may define, by what it applies to. Spec: RabbitMQ documentation, "Parameters and
/// Policies", "Classic Mirrored Queues".
std::span<const KnownArgumentGroup> policyKeyGroups();

/// What an operator policy may define: limits that owners of queues cannot exceed.
std::span<const KnownArgumentGroup> operatorPolicyKeyGroups();

/// The entry of a policy key, or null.
const KnownArgument* findPolicyKey(const QString& key);

/// The entry of `name`, or null.
const KnownArgument* findKnownArgument(std::span<const KnownArgument> known, const QString& name);

QString knownArgumentGroupTitle(const KnownArgumentGroup& group);
QString knownArgumentLabel(const KnownArgument& argument);
QString knownArgumentExplanation(const KnownArgument& argument);

/// `choices` one by one.
QStringList knownArgumentChoices(const KnownArgument& argument);

/// The choices of an argument or policy key of that name; none when it takes any value.
QStringList choicesOf(const QString& name);

/// `suggestion` as a value of the argument's type.
QVariant knownArgumentSuggestion(const KnownArgument& argument);

}  // namespace warren::ui
