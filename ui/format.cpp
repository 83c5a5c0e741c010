#include "ui/format.h"

#include <array>
#include <cmath>

namespace warren::ui::format {
namespace {

constexpr QChar kGroupMark{0x202F};  // narrow no-break space
constexpr int kGroupDigits = 3;
const QString kDash = QStringLiteral("–");

/// A number with at most `decimals` digits after the point, without trailing zeros.
QString decimal(double value, int decimals)
{
    QString text = QString::number(value, 'f', decimals);
    if (!text.contains(u'.')) return text;
    while (text.endsWith(u'0'))
        text.chop(1);
    if (text.endsWith(u'.')) text.chop(1);
    return text;
}

/// Three significant digits below 100, whole numbers above.
int decimalsFor(double value)
{
    if (value < 10) return 2;
    return value < 100 ? 1 : 0;
}

QString twoUnits(std::int64_t large, const QString& largeUnit, std::int64_t small,
                 const QString& smallUnit)
{
    const QString first = QStringLiteral("%1 %2").arg(large).arg(largeUnit);
    return small == 0 ? first : QStringLiteral("%1 %2 %3").arg(first).arg(small).arg(smallUnit);
}

}  // namespace

QString count(std::uint64_t value)
{
    QString text = QString::number(value);
    for (qsizetype at = text.size() - kGroupDigits; at > 0; at -= kGroupDigits) {
        text.insert(at, kGroupMark);
    }
    return text;
}

QString shortCount(double value)
{
    constexpr std::array kSuffixes{u"", u"k", u"M", u"G", u"T"};
    std::size_t step = 0;
    double scaled = value;
    // 999.5 would be written as 1000: take the next suffix from there on.
    while (scaled >= 999.5 && step + 1 < kSuffixes.size()) {
        scaled /= 1000;
        step += 1;
    }
    const int decimals = scaled < 9.95 ? 1 : 0;
    return decimal(scaled, decimals) + QString::fromUtf16(kSuffixes[step]);
}

QString rate(double perSecond)
{
    if (perSecond < 0.05) return perSecond > 0 ? QStringLiteral("<0.1") : QStringLiteral("0");
    if (perSecond < 99.95) return QString::number(perSecond, 'f', 1);
    constexpr double kMillion = 1e6;
    if (perSecond >= kMillion) {
        return QString::number(perSecond / kMillion, 'f', 2) + QStringLiteral("M");
    }
    return count(static_cast<std::uint64_t>(std::llround(perSecond)));
}

QString rateWithUnit(double perSecond) { return rate(perSecond) + QStringLiteral("/s"); }

QString bytes(std::uint64_t value)
{
    constexpr std::array kUnits{u"B", u"KiB", u"MiB", u"GiB", u"TiB", u"PiB"};
    constexpr double kStep = 1024;
    std::size_t unit = 0;
    double scaled = static_cast<double>(value);
    while (scaled >= 999.5 && unit + 1 < kUnits.size()) {
        scaled /= kStep;
        unit += 1;
    }
    const int decimals = unit == 0 ? 0 : decimalsFor(scaled);
    return decimal(scaled, decimals) + QChar(QChar::Nbsp) + QString::fromUtf16(kUnits[unit]);
}

QString bytesRate(double perSecond)
{
    return bytes(static_cast<std::uint64_t>(std::llround(std::max(perSecond, 0.0)))) +
           QStringLiteral("/s");
}

QString duration(std::chrono::seconds value)
{
    using namespace std::chrono;
    const auto total = std::max(value, seconds{0});
    const auto dayCount = duration_cast<days>(total);
    const auto hourCount = duration_cast<hours>(total - dayCount);
    const auto minuteCount = duration_cast<minutes>(total - dayCount - hourCount);
    const auto secondCount = total - dayCount - hourCount - minuteCount;
    const auto d = QStringLiteral("d");
    const auto h = QStringLiteral("h");
    const auto min = QStringLiteral("min");
    const auto s = QStringLiteral("s");
    if (dayCount.count() > 0) return twoUnits(dayCount.count(), d, hourCount.count(), h);
    if (hourCount.count() > 0) return twoUnits(hourCount.count(), h, minuteCount.count(), min);
    if (minuteCount.count() > 0) return twoUnits(minuteCount.count(), min, secondCount.count(), s);
    return QStringLiteral("%1 %2").arg(secondCount.count()).arg(s);
}

QString timeOfDay(const QDateTime& at)
{
    return at.isValid() ? at.toLocalTime().toString(QStringLiteral("HH:mm:ss.zzz")) : kDash;
}

QString dateTime(const QDateTime& at)
{
    return at.isValid() ? at.toLocalTime().toString(QStringLiteral("yyyy-MM-dd HH:mm:ss")) : kDash;
}

QString moment(const QDateTime& at, const QDateTime& now)
{
    const bool isToday = at.isValid() && at.toLocalTime().date() == now.toLocalTime().date();
    return isToday ? at.toLocalTime().toString(QStringLiteral("HH:mm:ss")) : dateTime(at);
}

QString percent(double part, double whole)
{
    if (whole <= 0) return kDash;
    return QStringLiteral("%1 %").arg(std::llround(100 * part / whole));
}

QString orDash(const QString& text) { return text.isEmpty() ? kDash : text; }

QString counted(std::uint64_t value, const QString& one, const QString& many)
{
    return value == 1 ? one : many.arg(count(value));
}

}  // namespace warren::ui::format
