#include "ui/models/body_text.h"

#include <gtest/gtest.h>

namespace warren::ui {
namespace {

TEST(BodyText, ChoosesTheViewThatSaysMost)
{
    EXPECT_EQ(suggestedBodyView("{\"a\": 1}"), BodyView::Json);
    EXPECT_EQ(suggestedBodyView("  [1, 2]\n"), BodyView::Json);
    EXPECT_EQ(suggestedBodyView("{\"a\": "), BodyView::Text);
    EXPECT_EQ(suggestedBodyView("gr\xc3\xbc\xc3\x9f dich\r\n\t"), BodyView::Text);
    EXPECT_EQ(suggestedBodyView(""), BodyView::Text);
    EXPECT_EQ(suggestedBodyView("\xff\xfe"), BodyView::Hex);
    EXPECT_EQ(suggestedBodyView(QByteArray("a\0b", 3)), BodyView::Hex);
}

TEST(BodyText, ShowsTextThatWasCutInsideOfACharacter)
{
    const BodyText shown = bodyText(QByteArray("gr\xc3"), BodyView::Text);
    EXPECT_EQ(shown.text, QStringLiteral("gr"));
    EXPECT_EQ(shown.problem, QString());
}

TEST(BodyText, SaysWhyAViewCannotShowABody)
{
    EXPECT_FALSE(bodyText("\xff", BodyView::Text).problem.isEmpty());
    EXPECT_FALSE(bodyText("plain", BodyView::Json).problem.isEmpty());
    EXPECT_TRUE(bodyText("\xff", BodyView::Hex).problem.isEmpty());
}

TEST(BodyText, ShowsTheBeginningOfLongBodies)
{
    const QByteArray body(kBodyTextBytesMax + 1, 'x');
    EXPECT_EQ(bodyText(body, BodyView::Text).shownBytes, kBodyTextBytesMax);
    EXPECT_EQ(bodyText(body, BodyView::Hex).shownBytes, kBodyHexBytesMax);
    EXPECT_FALSE(bodyText(body, BodyView::Json).problem.isEmpty());
}

TEST(IndentedJson, KeepsOrderNumbersAndStringsAsTheyAreWritten)
{
    const auto json = indentedJson(
        R"({"z":18446744073709551615,"a":[1.50,{"b":"x, {\"y\"}: [1]"}],"e":{},"f":[ ],"n":null})");

    ASSERT_TRUE(json.has_value());
    EXPECT_EQ(json->toStdString(), R"({
  "z": 18446744073709551615,
  "a": [
    1.50,
    {
      "b": "x, {\"y\"}: [1]"
    }
  ],
  "e": {},
  "f": [],
  "n": null
})");
}

TEST(IndentedJson, IsNoneForWhatIsNotJson)
{
    EXPECT_FALSE(indentedJson("").has_value());
    EXPECT_FALSE(indentedJson("{\"a\":1").has_value());
    EXPECT_FALSE(indentedJson("{'a':1}").has_value());
}

TEST(WithShortLines, CutsOnlyLongLines)
{
    const QString longLine(kBodyLineCharactersMax + 5, QLatin1Char('x'));
    const QString fits(kBodyLineCharactersMax, QLatin1Char('x'));
    EXPECT_EQ(withShortLines(longLine), fits + u'…');
    EXPECT_EQ(withShortLines(QStringLiteral("a\n") + longLine + QStringLiteral("\n") + longLine +
                             QStringLiteral("\nb")),
              QStringLiteral("a\n") + fits + QStringLiteral("…\n") + fits + QStringLiteral("…\nb"));
    EXPECT_EQ(withShortLines(fits), fits);
    EXPECT_EQ(withShortLines({}), QString());
}

TEST(HexDump, ShowsOffsetBytesAndAscii)
{
    EXPECT_EQ(hexDump(QByteArray("0123456789abcdef\n\xff", 18)).toStdString(),
              "00000000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  0123456789abcdef\n"
              "00000010  0a ff                                             ..");
    EXPECT_EQ(hexDump({}), QString());
}

}  // namespace
}  // namespace warren::ui
