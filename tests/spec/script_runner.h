#pragma once

#include "tests/spec/script.h"
#include "tests/spec/transport.h"

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace warren::spec {

struct RunOptions {
    /// Which lines marked with a product count: "RabbitMQ", "Warren".
    std::string product = {};
    /// How long an answer may take.
    std::chrono::milliseconds patience{10'000};
    /// Writes down what the broker answers instead of judging it.
    bool isRecording = false;
    /// Recording: how long nothing must come until the broker is taken to have said everything.
    std::chrono::milliseconds settling{250};
};

/// What recording changes in a script: the lines that take the place of a line.
using Edits = std::map<std::size_t, std::vector<std::string>>;

/// Why this conversation can't be held with that broker; nothing: it can.
std::optional<std::string> obstacleTo(const Case& test, Target& target);

struct Outcome {
    std::optional<std::string> failure;  ///< "line 12: …"; nothing: as written
    Edits edits;
};

/// Runs one conversation, on connections of its own. Queues and exchanges that it names are deleted
/// before and after.
Outcome run(const Case& test, Target& target, const RunOptions& options);

/// Names of conversations, or "SCRIPT.*", one a line; lines with # are comments.
using Exceptions = std::vector<std::string>;
Exceptions parseExceptions(std::string_view text);
/// Whether "SCRIPT.NAME" is among them.
bool isException(std::string_view name, const Exceptions& exceptions);

/// What the broker calls itself; empty if nobody answers.
std::string productOf(Target& target);

/// The script with the edits made, as one text.
std::string applyEdits(const Script& script, const Edits& edits);

}  // namespace warren::spec
