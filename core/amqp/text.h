#pragma once

#include "core/base/bytes.h"

#include <cstddef>
#include <string>
#include <string_view>

// Text as it goes into reply texts: UTF-8, and bytes in the notation in which RabbitMQ shows them.

namespace warren::amqp {

/// Whether `text` is well-formed UTF-8 (no overlong forms, no surrogates).
bool isUtf8(std::string_view text);

/// The longest part of `text` from its front that has at most `bytesMax` bytes and cuts no
/// character in two.
std::string_view cutUtf8(std::string_view text, std::size_t bytesMax);

/// Appends bytes as an Erlang term, by number: <<1,2,255>>.
void appendErlangBytes(std::string& to, ByteView bytes);

/// Appends bytes as an Erlang term, as text where they are printable ASCII: <<"abc">>, else by
/// number.
void appendErlangBinary(std::string& to, ByteView bytes);

/// Appends a number as Erlang prints it: shortest digits, with a decimal point always: 1.0, 1.0e10.
void appendErlangFloat(std::string& to, double value);

}  // namespace warren::amqp
