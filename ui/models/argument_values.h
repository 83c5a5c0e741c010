#pragma once

#include "core/management/snapshot.h"

#include <QString>
#include <QVariant>

/// The typed values of queue, exchange and binding arguments and of message headers, as the window
/// names, shows and checks them.
namespace warren::ui {

/// What a person may choose for an argument; see warren::management::Arguments for how each is
/// kept.
enum class ArgumentType { String, Number, Decimal, Boolean, List, Table };

inline constexpr ArgumentType kArgumentTypes[] = {ArgumentType::String,  ArgumentType::Number,
                                                  ArgumentType::Decimal, ArgumentType::Boolean,
                                                  ArgumentType::List,    ArgumentType::Table};

/// Longest name of an argument, in bytes of UTF-8. Spec: AMQP 0-9-1 §4.2.5.3 (short string).
inline constexpr int kArgumentNameBytesMax = 255;

/// The type that a value has. Integers of any width are Number; what no type fits is a String.
ArgumentType argumentTypeOf(const QVariant& value);

/// The type in one translated word: "Text", "Number", …
QString argumentTypeName(ArgumentType type);

/// A value on one line: text bare, lists in [brackets], tables in {braces}; text inside of those is
/// quoted.
QString argumentText(const QVariant& value);

/// All arguments on one line: `x-max-length = 5, x-overflow = drop-head`; empty when there are
/// none.
QString argumentsText(const management::Arguments& arguments);

/// `name: value` lines, sorted by name, as a tool tip shows them.
QString argumentsLines(const management::Arguments& arguments);

}  // namespace warren::ui
