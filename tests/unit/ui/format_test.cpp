#include "ui/format.h"

#include <gtest/gtest.h>

namespace warren::ui {
namespace {

using namespace std::chrono_literals;

std::string plain(QString text)
{
    // Narrow and plain no-break spaces read badly in a failure.
    return text.replace(QChar(0x202F), u'_').replace(QChar(0xA0), u' ').toStdString();
}

TEST(Format, GroupsDigitsByThousands)
{
    EXPECT_EQ(plain(format::count(0)), "0");
    EXPECT_EQ(plain(format::count(999)), "999");
    EXPECT_EQ(plain(format::count(1'000)), "1_000");
    EXPECT_EQ(plain(format::count(1'234'567)), "1_234_567");
    EXPECT_EQ(plain(format::count(18'446'744'073'709'551'615U)), "18_446_744_073_709_551_615");
}

TEST(Format, ShortensCountsToFiveCharacters)
{
    EXPECT_EQ(plain(format::shortCount(0)), "0");
    EXPECT_EQ(plain(format::shortCount(0.25)), "0.3");
    EXPECT_EQ(plain(format::shortCount(999)), "999");
    EXPECT_EQ(plain(format::shortCount(999.7)), "1k");
    EXPECT_EQ(plain(format::shortCount(1'234)), "1.2k");
    EXPECT_EQ(plain(format::shortCount(10'000)), "10k");
    EXPECT_EQ(plain(format::shortCount(999'999)), "1M");
    EXPECT_EQ(plain(format::shortCount(1.5e6)), "1.5M");
    EXPECT_EQ(plain(format::shortCount(2e15)), "2000T");
}

TEST(Format, WritesRatesAsPreciselyAsTheyMatter)
{
    EXPECT_EQ(plain(format::rate(0)), "0");
    EXPECT_EQ(plain(format::rate(0.01)), "<0.1");
    EXPECT_EQ(plain(format::rate(0.44)), "0.4");
    EXPECT_EQ(plain(format::rate(99.94)), "99.9");
    EXPECT_EQ(plain(format::rate(99.96)), "100");
    EXPECT_EQ(plain(format::rate(12'345.4)), "12_345");
    EXPECT_EQ(plain(format::rate(4'977'221)), "4.98M");
    EXPECT_EQ(plain(format::rateWithUnit(12.34)), "12.3/s");
}

TEST(Format, WritesBytesInBinaryUnits)
{
    EXPECT_EQ(plain(format::bytes(0)), "0 B");
    EXPECT_EQ(plain(format::bytes(999)), "999 B");
    EXPECT_EQ(plain(format::bytes(1'000)), "0.98 KiB");
    EXPECT_EQ(plain(format::bytes(1'536)), "1.5 KiB");
    EXPECT_EQ(plain(format::bytes(128 * 1024)), "128 KiB");
    EXPECT_EQ(plain(format::bytes(1024 * 1024 * 1024)), "1 GiB");
    EXPECT_EQ(plain(format::bytesRate(-1)), "0 B/s");
}

TEST(Format, WritesTheTwoLargestUnitsOfADuration)
{
    EXPECT_EQ(plain(format::duration(0s)), "0 s");
    EXPECT_EQ(plain(format::duration(59s)), "59 s");
    EXPECT_EQ(plain(format::duration(200s)), "3 min 20 s");
    EXPECT_EQ(plain(format::duration(2h)), "2 h");
    EXPECT_EQ(plain(format::duration(2h + 5min + 7s)), "2 h 5 min");
    EXPECT_EQ(plain(format::duration(99h)), "4 d 3 h");
    EXPECT_EQ(plain(format::duration(-5s)), "0 s");
}

TEST(Format, WritesADashForWhatIsNotThere)
{
    EXPECT_EQ(format::dateTime(QDateTime()), QStringLiteral("–"));
    EXPECT_EQ(format::timeOfDay(QDateTime()), QStringLiteral("–"));
    EXPECT_EQ(format::percent(1, 0), QStringLiteral("–"));
    EXPECT_EQ(format::orDash(QString()), QStringLiteral("–"));
    EXPECT_EQ(format::orDash(QStringLiteral("a")), QStringLiteral("a"));
}

TEST(Format, LeavesOutTheDateOfToday)
{
    const QDateTime at(QDate(2025, 3, 1), QTime(9, 8, 7));
    EXPECT_EQ(format::moment(at, at.addSecs(60)), QStringLiteral("09:08:07"));
    EXPECT_EQ(format::moment(at, at.addDays(1)), QStringLiteral("2025-03-01 09:08:07"));
    EXPECT_EQ(format::moment(QDateTime(), at), QStringLiteral("–"));
}

TEST(Format, ChoosesBetweenOneAndMany)
{
    const QString one = QStringLiteral("1 queue");
    const QString many = QStringLiteral("%1 queues");
    EXPECT_EQ(plain(format::counted(0, one, many)), "0 queues");
    EXPECT_EQ(plain(format::counted(1, one, many)), "1 queue");
    EXPECT_EQ(plain(format::counted(2'000, one, many)), "2_000 queues");
}

}  // namespace
}  // namespace warren::ui
