#include "ui/theme.h"

#include <gtest/gtest.h>

namespace warren::ui {
namespace {

constexpr double kTextContrastMin = 4.5;   // WCAG 2.1, 1.4.3
constexpr double kShapeContrastMin = 3.0;  // WCAG 2.1, 1.4.11

class ThemePalette : public testing::TestWithParam<bool> {
protected:
    const QPalette m_palette = GetParam() ? theme::darkPalette() : theme::lightPalette();

    void expectReadable(const QColor& text, const QColor& ground, const char* what)
    {
        EXPECT_GE(theme::contrast(text, ground), kTextContrastMin)
            << what << ": " << text.name().toStdString() << " on " << ground.name().toStdString();
    }
};

TEST_P(ThemePalette, IsRecognisedAsLightOrDark) { EXPECT_EQ(theme::isDark(m_palette), GetParam()); }

TEST_P(ThemePalette, WritesReadableTextOnEverySurface)
{
    for (const auto ground : {QPalette::Window, QPalette::Base, QPalette::AlternateBase,
                              QPalette::Button, QPalette::ToolTipBase}) {
        for (const auto text : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText,
                                QPalette::PlaceholderText, QPalette::Link}) {
            expectReadable(m_palette.color(text), m_palette.color(ground), "palette");
        }
    }
    expectReadable(m_palette.color(QPalette::HighlightedText), m_palette.color(QPalette::Highlight),
                   "selection");
    // Checked buttons keep their text colour on the selection's.
    expectReadable(m_palette.color(QPalette::ButtonText), m_palette.color(QPalette::Highlight),
                   "checked button");
}

TEST_P(ThemePalette, WritesReadableTonesOnEverySurfaceAndTheirOwn)
{
    for (const auto tone : {Tone::Neutral, Tone::Accent, Tone::Good, Tone::Caution, Tone::Bad}) {
        const QColor text = theme::text(tone, m_palette);
        for (const auto ground : {QPalette::Window, QPalette::Base, QPalette::AlternateBase}) {
            expectReadable(text, m_palette.color(ground), "tone");
        }
        expectReadable(text, theme::fill(tone, m_palette), "badge");
        // Banners write plain text on the tone's ground.
        expectReadable(m_palette.color(QPalette::WindowText), theme::fill(tone, m_palette),
                       "banner");
    }
}

TEST_P(ThemePalette, DrawsLinesThatCanBeSeen)
{
    for (const auto colour :
         {SeriesColour::Blue, SeriesColour::Orange, SeriesColour::Green, SeriesColour::Purple}) {
        EXPECT_GE(
            theme::contrast(theme::series(colour, m_palette), m_palette.color(QPalette::Base)),
            kShapeContrastMin);
    }
}

INSTANTIATE_TEST_SUITE_P(LightAndDark, ThemePalette, testing::Bool(),
                         [](const auto& each) { return each.param ? "Dark" : "Light"; });

TEST(Theme, MeasuresContrastAsWcagDoes)
{
    EXPECT_NEAR(theme::contrast(Qt::black, Qt::white), 21, 0.01);
    EXPECT_NEAR(theme::contrast(Qt::white, Qt::white), 1, 0.01);
    EXPECT_NEAR(theme::contrast(QColor(0x777777), Qt::white), 4.48, 0.01);
}

}  // namespace
}  // namespace warren::ui
