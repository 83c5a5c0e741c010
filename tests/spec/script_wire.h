#pragma once

#include "core/amqp/constants.h"
#include "core/amqp/field_table.h"
#include "core/amqp/properties.h"
#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "tests/spec/script.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// Between the words of a script and the wire: methods and properties by name.
namespace warren::spec {

/// An argument of a method as it came: integers and bits widened to their kind.
using WireValue = std::variant<std::uint64_t, bool, std::string, amqp::FieldTable>;

struct WireField {
    std::string_view name;
    WireValue value;
};

/// A decoded method, or a heartbeat.
struct WireMethod {
    std::string_view name;
    std::vector<WireField> fields;
};

/// Variables of a running script.
using Variables = std::map<std::string, std::string, std::less<>>;

/// What is wrong with a line of a script, or with an answer.
struct Mismatch {
    std::string text;
};

/// Names of a method's arguments in wire order, as scripts write them; nullptr if there is no such
/// method.
const std::vector<std::string_view>* argumentNames(std::string_view method);

/// Whether content follows the method.
bool hasContent(std::string_view method);

/// Appends a method frame; arguments that are not named are zero, empty or false.
/// @error  unknown method or argument, or a value that its type can't hold
Status<Mismatch> appendMethodFrame(Buffer& to, ChannelNumber channel, std::string_view method,
                                   const std::vector<Field>& fields, const Variables& variables);

/// A table as a line writes it.
Result<amqp::FieldTable, Mismatch> tableOf(const Value& value, const Variables& variables);

/// @error  what decodeMethod says
Result<WireMethod, Mismatch> readMethod(ByteView payload);

/// Properties from the fields whose names begin with "prop.".
Result<amqp::Properties, Mismatch> propertiesOf(const std::vector<Field>& fields,
                                                const Variables& variables);

/// The properties that are there, as fields with "prop." names.
std::vector<WireField> fieldsOf(const amqp::Properties& properties);

/// Whether `got` is what `wanted` says. An unset variable on its own ($name) takes the value.
bool matches(const Value& wanted, const WireValue& got, Variables& variables);

/// Whether it is what an argument is that nobody mentions: zero, empty, false.
bool isZero(const WireValue& value);

/// A value as a script writes it. Values of variables are written as the variables.
std::string format(const WireValue& value, const Variables& variables);

/// What ${letters:N} and body-bytes=N stand for: letters that go on counting, so that a piece out
/// of place shows.
std::string generatedText(std::size_t bytes);

/// `text` with the variables in it replaced: "$name" as a whole, "${name}" anywhere.
/// @error  unknown variable
Result<std::string, Mismatch> expand(std::string_view text, const Variables& variables);

}  // namespace warren::spec
