#pragma once

#include <QString>

#include <cstdint>
#include <optional>

/// Amounts of memory and disk as people type them. Pure; thread: any one.
namespace warren::ui {

/// "50 MB", "1.5 GiB", "4096": `kB MB GB TB` are powers of 1000; `KiB MiB GiB TiB` and the bare
/// `k M G T` are powers of 1024, as in RabbitMQ; upper or lower case. No unit: bytes.
/// @returns nullopt for anything else, and beyond 2^60
std::optional<std::uint64_t> typedBytes(const QString& text);

/// "1.5x" or "1.5 ×": so many times something. @returns nullopt for anything else, and beyond 10^6
std::optional<double> typedFactor(const QString& text);

/// The amount in the largest unit that gives a whole number, so that typedBytes reads it back
/// unchanged: "50 MB", "2 GiB", "1025".
QString exactBytes(std::uint64_t bytes);

}  // namespace warren::ui
