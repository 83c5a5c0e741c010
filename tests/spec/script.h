#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Conversations with a broker, written down as text: what the client sends and what must come
/// back. tests/spec/README.md describes the language.
namespace warren::spec {

struct ValueEntry;

/// A value as a script writes it; what it means depends on the wire type that it stands for.
struct Value {
    enum class Kind {
        Any,    ///< *: matches everything
        Text,   ///< a string, a number or a truth value
        Glob,   ///< a string with * for any run of characters
        Table,  ///< {key: T value, …}
        Array,  ///< [T value, …]
    };
    Kind kind = Kind::Text;
    std::string text = {};
    std::vector<ValueEntry> entries = {};  ///< of a table or an array
    bool isOpen = false;                   ///< a table that may have more entries ("...")
};

struct ValueEntry {
    std::string key;  ///< empty in arrays
    char type = '*';  ///< wire type of the value; *: any
    Value value;
};

/// One `name=value`, `name~=glob` or `name` (true) of a line.
struct Field {
    std::string name;
    Value value;
};

/// One line of a conversation.
struct Step {
    enum class Verb {
        Connect,         ///< connect NAME option=value …: a socket and the handshake
        Socket,          ///< socket NAME: a socket only
        Disconnect,      ///< disconnect NAME: cuts the socket
        Send,            ///< C CHANNEL METHOD field=value …
        Expect,          ///< S CHANNEL METHOD field=value …
        SendHeader,      ///< H CHANNEL size=N …: a content header frame on its own
        SendBody,        ///< B CHANNEL TEXT: a body frame on its own
        SendFrame,       ///< frame CHANNEL TYPE BYTES …: a frame with any payload
        SendBytes,       ///< bytes BYTES …: anything
        ExpectBytes,     ///< expect bytes BYTES …
        ExpectClose,     ///< expect close: the broker closes the socket
        ExpectConfirms,  ///< confirms CHANNEL FIRST..LAST: each tag acknowledged once, however
                         ///< grouped
        Wait,            ///< wait Nms: lets time pass
        Admin,   ///< admin ACT word=value …: an administrator changes policies, users, vhosts …
        Repeat,  ///< repeat NAME FIRST..LAST: the lines up to `end`, with a variable that counts
    };
    Verb verb = Verb::Send;
    std::size_t line = 0;    ///< index into Script::lines
    std::string product;     ///< applies to this product only; empty: to all
    std::string connection;  ///< "a" unless named
    std::uint16_t channel = 0;
    std::string method;  ///< a method's name, or "heartbeat"; the act of Admin
    std::vector<Field> fields;
    std::string bytes;  ///< payload, bytes or body
    std::uint8_t frameType = 0;
    std::uint64_t first = 0;  ///< of confirms and of Repeat; milliseconds of Wait
    std::uint64_t last = 0;
    std::string variable;     ///< of Repeat
    std::vector<Step> steps;  ///< of Repeat
};

/// One conversation: `test NAME` up to the next one.
struct Case {
    std::string name;
    std::size_t line = 0;
    bool startsConnected = true;          ///< false (`raw`): the script opens its sockets itself
    std::vector<std::string> rules = {};  ///< names of the specification's rules that it shows
    /// Settings of the broker without which it can't be held (`needs consumer-timeout=1000`).
    std::vector<std::string> needs = {};
    std::vector<Step> steps = {};
    std::size_t endLine = 0;  ///< one past its last step
};

struct Script {
    std::vector<std::string> lines;
    std::vector<Case> cases;
};

struct ScriptError {
    std::size_t line = 0;  ///< counted from 1
    std::string text;
};

Result<Script, ScriptError> parseScript(std::string_view text);

/// The shortest way to write a string: bare where that can't be misread, else quoted.
std::string formatText(std::string_view text);

}  // namespace warren::spec
