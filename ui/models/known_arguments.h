#pragma once

#include "ui/models/argument_values.h"

#include <QString>
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
    const char* suggestion;  ///< a value to begin with, as text; may be empty
};

/// Spec: RabbitMQ documentation, "Queues and Optional Arguments"; tags as in its queue list.
std::span<const KnownArgument> knownQueueArguments();

/// Spec: RabbitMQ documentation, "Alternate Exchanges".
std::span<const KnownArgument> knownExchangeArguments();

/// The entry of `name`, or null.
const KnownArgument* findKnownArgument(std::span<const KnownArgument> known, const QString& name);

QString knownArgumentLabel(const KnownArgument& argument);
QString knownArgumentExplanation(const KnownArgument& argument);

/// `suggestion` as a value of the argument's type.
QVariant knownArgumentSuggestion(const KnownArgument& argument);

}  // namespace warren::ui
