#pragma once

#include <QDateTime>
#include <QString>

#include <chrono>
#include <cstdint>

/// Numbers, amounts and times as the window writes them: short, aligned and without surprises.
///
/// Digits are grouped by a narrow no-break space (as in SI), the decimal sign is a point: a figure
/// reads the same in every locale and in RabbitMQ's own pages. Figures go right-aligned.
/// Pure; thread: any one.
namespace warren::ui::format {

/// "1 234 567".
QString count(std::uint64_t value);

/// A count in at most five characters for badges and axes: "999", "1.2k", "34k", "5.6M".
QString shortCount(double value);

/// Messages (or anything) per second: "0", "0.4", "12.3", "1 234", "1.25M"; the unit stands in the
/// heading.
QString rate(double perSecond);

/// As `rate`, with its unit: "12.3/s".
QString rateWithUnit(double perSecond);

/// Binary units: "0 B", "512 B", "1.5 KiB", "23 MiB", "1.2 GiB".
QString bytes(std::uint64_t value);

/// "1.5 KiB/s".
QString bytesRate(double perSecond);

/// The two largest units: "12 s", "3 min 20 s", "2 h 5 min", "4 d 3 h".
QString duration(std::chrono::seconds value);

/// Local time with milliseconds, "12:34:56.789".
QString timeOfDay(const QDateTime& at);

/// Local date and time, "2025-03-01 12:34:56"; "–" when invalid.
QString dateTime(const QDateTime& at);

/// Local time without a date when it is that of `now`: "12:34:56", else as dateTime.
QString moment(const QDateTime& at, const QDateTime& now);

/// "34 %"; "–" when there is no whole.
QString percent(double part, double whole);

/// `text`, or "–" when it is empty.
QString orDash(const QString& text);

/// "3 queues", "1 queue": chooses between two ready-made translations. `many` holds %1.
QString counted(std::uint64_t value, const QString& one, const QString& many);

}  // namespace warren::ui::format
