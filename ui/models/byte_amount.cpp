#include "ui/models/byte_amount.h"

#include <QRegularExpression>

#include <array>
#include <cmath>

namespace warren::ui {

namespace {

struct ByteUnit {
    const char* name;
    std::uint64_t bytes;
};

constexpr std::uint64_t kKilo = 1000;
constexpr std::uint64_t kKibi = 1024;

/// The larger first.
constexpr std::array kByteUnits{
    ByteUnit{"TiB", kKibi* kKibi* kKibi* kKibi},
    ByteUnit{"TB", kKilo* kKilo* kKilo* kKilo},
    ByteUnit{"GiB", kKibi* kKibi* kKibi},
    ByteUnit{"GB", kKilo* kKilo* kKilo},
    ByteUnit{"MiB", kKibi* kKibi},
    ByteUnit{"MB", kKilo* kKilo},
    ByteUnit{"KiB", kKibi},
    ByteUnit{"kB", kKilo},
};

std::optional<std::uint64_t> unitBytes(const QString& unit)
{
    if (unit.isEmpty() || unit.compare(QLatin1String("B"), Qt::CaseInsensitive) == 0) return 1;
    // A letter alone means the power of 1024.
    const QString whole = unit.size() == 1 ? unit + QStringLiteral("iB") : unit;
    for (const ByteUnit& known : kByteUnits) {
        if (whole.compare(QLatin1String(known.name), Qt::CaseInsensitive) == 0) return known.bytes;
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::uint64_t> typedBytes(const QString& text)
{
    static const QRegularExpression pattern(
        QStringLiteral(R"(^(\d{1,19}(?:\.\d{1,9})?)\s*(\w*)$)"));
    const auto match = pattern.match(text.trimmed());
    if (!match.hasMatch()) return std::nullopt;
    const auto unit = unitBytes(match.captured(2));
    if (!unit) return std::nullopt;
    constexpr double kBytesMax = 1152921504606846976.0;  // 2^60
    const double bytes = match.captured(1).toDouble() * static_cast<double>(*unit);
    if (bytes > kBytesMax) return std::nullopt;
    return static_cast<std::uint64_t>(std::llround(bytes));
}

std::optional<double> typedFactor(const QString& text)
{
    static const QRegularExpression pattern(QStringLiteral(R"(^(\d{1,9}(?:\.\d{1,9})?)\s*[xX×]$)"));
    const auto match = pattern.match(text.trimmed());
    if (!match.hasMatch()) return std::nullopt;
    constexpr double kFactorMax = 1e6;
    const double factor = match.captured(1).toDouble();
    if (factor > kFactorMax) return std::nullopt;
    return factor;
}

QString exactBytes(std::uint64_t bytes)
{
    if (bytes == 0) return QStringLiteral("0");
    for (const ByteUnit& unit : kByteUnits) {
        if (bytes % unit.bytes != 0) continue;
        return QStringLiteral("%1 %2").arg(bytes / unit.bytes).arg(QLatin1String(unit.name));
    }
    return QString::number(bytes);
}

}  // namespace warren::ui
