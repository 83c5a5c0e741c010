#include "ui/models/natural_order.h"

#include <QStringList>

#include <gtest/gtest.h>

#include <algorithm>

namespace warren::ui {
namespace {

TEST(NaturalOrder, SortsNamesAsPeopleReadThem)
{
    QStringList names{QStringLiteral("queue 10"), QStringLiteral("Queue 9"), QStringLiteral("a"),
                      QStringLiteral("queue 9b"), QStringLiteral("queue"),   QString()};
    std::sort(names.begin(), names.end(), [](const QString& left, const QString& right) {
        return naturalOrder(left, right) < 0;
    });
    EXPECT_EQ(names, (QStringList{QString(), QStringLiteral("a"), QStringLiteral("queue"),
                                  QStringLiteral("Queue 9"), QStringLiteral("queue 9b"),
                                  QStringLiteral("queue 10")}));
}

TEST(NaturalOrder, ComparesNumbersOfAnyLength)
{
    const QString shorter = QStringLiteral("q99999999999999999999999");
    const QString longer = QStringLiteral("q100000000000000000000000");
    EXPECT_TRUE(naturalOrder(shorter, longer) < 0);
    EXPECT_TRUE(naturalOrder(longer, shorter) > 0);
}

TEST(NaturalOrder, TellsNamesApartThatDifferOnlyInCaseOrLeadingZeros)
{
    EXPECT_TRUE(naturalOrder(u"q1", u"q1") == 0);
    EXPECT_TRUE(naturalOrder(u"q1", u"Q1") != 0);
    EXPECT_TRUE(naturalOrder(u"q1", u"q01") != 0);
    EXPECT_TRUE((naturalOrder(u"q1", u"q01") < 0) == (naturalOrder(u"q01", u"q1") > 0));
    EXPECT_TRUE((naturalOrder(u"q01b", u"q1a") < 0) == (naturalOrder(u"q1a", u"q01b") > 0));
}

}  // namespace
}  // namespace warren::ui
