#pragma once

#include <QByteArray>
#include <QString>

#include <optional>

/// Message bodies as a person can read them. Pure; thread: any one.
namespace warren::ui {

enum class BodyView { Text, Json, Hex };

/// Longer bodies are shown cut, so that the window never waits for a text of megabytes.
inline constexpr qsizetype kBodyTextBytesMax = 128 * 1024;
inline constexpr qsizetype kBodyHexBytesMax = 32 * 1024;
/// Laying out one line takes time that grows with the square of its length: 64 KiB take 0.4 s.
inline constexpr qsizetype kBodyLineCharactersMax = 4096;

/// A body in one of its views.
struct BodyText {
    QString text;
    qsizetype shownBytes = 0;  ///< of the body's first bytes
    QString problem;           ///< why the view cannot show it; then `text` is empty
};

/// The view that says most: JSON if it is JSON, text if it is text, else hex.
BodyView suggestedBodyView(const QByteArray& body);

BodyText bodyText(const QByteArray& body, BodyView view);

/// `body` with one entry a line, or nullopt if it is not JSON. Keeps the order of keys and each
/// number as it is written: neither may change by being looked at. Spec: RFC 8259.
std::optional<QString> indentedJson(const QByteArray& body);

/// `text` with the end of each line that is longer than kBodyLineCharactersMax replaced by "…";
/// equal to `text` when there is none.
QString withShortLines(const QString& text);

/// 16 bytes a line: offset, hex, printable ASCII.
QString hexDump(const QByteArray& bytes);

}  // namespace warren::ui
