#include "ui/theme.h"

#include "ui/flat_style.h"

#include <QApplication>
#include <QFontDatabase>
#include <QFontMetricsF>
#include <QSettings>
#include <QWidget>

#include <algorithm>
#include <cmath>

namespace warren::ui {
namespace {

const QString kThemeKey = QStringLiteral("window/theme");

/// The colours that tell a light window from a dark one.
struct Shades {
    QColor window;
    QColor base;
    QColor alternateBase;
    QColor button;
    QColor text;
    QColor dimText;  ///< captions and placeholders
    QColor disabledText;
    QColor highlight;  ///< background of selected rows
    QColor highlightText;
    QColor link;
    QColor toolTip;
};

QPalette paletteOf(const Shades& shades)
{
    QPalette palette(shades.button, shades.window);
    for (const auto group : {QPalette::Active, QPalette::Inactive, QPalette::Disabled}) {
        const bool isDisabled = group == QPalette::Disabled;
        const QColor text = isDisabled ? shades.disabledText : shades.text;
        palette.setColor(group, QPalette::Window, shades.window);
        palette.setColor(group, QPalette::WindowText, text);
        palette.setColor(group, QPalette::Base, shades.base);
        palette.setColor(group, QPalette::AlternateBase, shades.alternateBase);
        palette.setColor(group, QPalette::Text, text);
        palette.setColor(group, QPalette::PlaceholderText, shades.dimText);
        palette.setColor(group, QPalette::Button, shades.button);
        palette.setColor(group, QPalette::ButtonText, text);
        palette.setColor(group, QPalette::BrightText, shades.text);
        palette.setColor(group, QPalette::Highlight, shades.highlight);
        palette.setColor(group, QPalette::HighlightedText, shades.highlightText);
        palette.setColor(group, QPalette::Link, shades.link);
        palette.setColor(group, QPalette::LinkVisited, shades.link);
        palette.setColor(group, QPalette::ToolTipBase, shades.toolTip);
        palette.setColor(group, QPalette::ToolTipText, shades.text);
    }
    return palette;
}

/// WCAG 2.1, relative luminance.
double luminance(const QColor& colour)
{
    const auto linear = [](double channel) {
        return channel <= 0.04045 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) +
           0.0722 * linear(colour.blueF());
}

QFont scaled(const QFont& base, double factor, QFont::Weight weight)
{
    QFont font = base;
    if (base.pointSizeF() > 0) {
        font.setPointSizeF(base.pointSizeF() * factor);
    } else {
        font.setPixelSize(std::max(1, static_cast<int>(std::lround(base.pixelSize() * factor))));
    }
    font.setWeight(weight);
    return font;
}

QString nameOf(ThemeChoice choice)
{
    switch (choice) {
    case ThemeChoice::System: return QStringLiteral("system");
    case ThemeChoice::Light: return QStringLiteral("light");
    case ThemeChoice::Dark: return QStringLiteral("dark");
    }
    return {};
}

ThemeChoice choiceOf(const QString& name)
{
    for (const auto choice : {ThemeChoice::Light, ThemeChoice::Dark}) {
        if (name == nameOf(choice)) return choice;
    }
    return ThemeChoice::System;
}

}  // namespace

namespace theme {

QPalette lightPalette()
{
    return paletteOf({.window = QColor(0xf4f5f7),
                      .base = QColor(0xffffff),
                      .alternateBase = QColor(0xf8f9fb),
                      .button = QColor(0xfbfbfc),
                      .text = QColor(0x1c2128),
                      .dimText = QColor(0x59616c),
                      .disabledText = QColor(0x8a919b),
                      .highlight = QColor(0xd3e3fb),
                      .highlightText = QColor(0x10233f),
                      .link = QColor(0x1f5fbf),
                      .toolTip = QColor(0xffffff)});
}

QPalette darkPalette()
{
    return paletteOf({.window = QColor(0x1a1c20),
                      .base = QColor(0x212429),
                      .alternateBase = QColor(0x25282e),
                      .button = QColor(0x2c3037),
                      .text = QColor(0xe3e6ea),
                      .dimText = QColor(0xa3aab4),
                      .disabledText = QColor(0x737a85),
                      .highlight = QColor(0x2c4a75),
                      .highlightText = QColor(0xffffff),
                      .link = QColor(0x7db0f5),
                      .toolTip = QColor(0x2c3037)});
}

bool isDark(const QPalette& palette)
{
    return luminance(palette.color(QPalette::WindowText)) >
           luminance(palette.color(QPalette::Window));
}

QColor text(Tone tone, const QPalette& palette)
{
    const bool dark = isDark(palette);
    switch (tone) {
    case Tone::Neutral: return palette.color(QPalette::WindowText);
    case Tone::Accent: return dark ? QColor(0x8ab8f8) : QColor(0x1b57b0);
    case Tone::Good: return dark ? QColor(0x7ccf93) : QColor(0x1d6b35);
    case Tone::Caution: return dark ? QColor(0xe6bd62) : QColor(0x7d5200);
    case Tone::Bad: return dark ? QColor(0xff9d94) : QColor(0xb02318);
    }
    return {};
}

QColor fill(Tone tone, const QPalette& palette)
{
    const bool dark = isDark(palette);
    switch (tone) {
    case Tone::Neutral: return dark ? QColor(0x33373f) : QColor(0xe8eaee);
    case Tone::Accent: return dark ? QColor(0x22344f) : QColor(0xe3edfb);
    case Tone::Good: return dark ? QColor(0x1f3828) : QColor(0xe1f3e5);
    case Tone::Caution: return dark ? QColor(0x3d3320) : QColor(0xfdf1d6);
    case Tone::Bad: return dark ? QColor(0x4a2523) : QColor(0xfce6e3);
    }
    return {};
}

QColor secondaryText(const QPalette& palette) { return palette.color(QPalette::PlaceholderText); }

QColor line(const QPalette& palette)
{
    return isDark(palette) ? QColor(0x3a3f47) : QColor(0xdde0e5);
}

QColor series(SeriesColour colour, const QPalette& palette)
{
    const bool dark = isDark(palette);
    switch (colour) {
    case SeriesColour::Blue: return dark ? QColor(0x6aa5f5) : QColor(0x1f5fbf);
    case SeriesColour::Orange: return dark ? QColor(0xf0a05a) : QColor(0xc2620c);
    case SeriesColour::Green: return dark ? QColor(0x7bd08f) : QColor(0x2a8a4a);
    case SeriesColour::Purple: return dark ? QColor(0xc79cf2) : QColor(0x7a3fb5);
    }
    return {};
}

double contrast(const QColor& a, const QColor& b)
{
    const auto [darker, lighter] = std::minmax({luminance(a), luminance(b)});
    return (lighter + 0.05) / (darker + 0.05);
}

int gap(const QWidget* widget, Gap gap)
{
    const double em = QFontMetricsF(widget->font()).height();
    const auto pixels = [em](double share) {
        return std::max(1, static_cast<int>(std::lround(em * share)));
    };
    switch (gap) {
    case Gap::Hair: return pixels(0.25);
    case Gap::Small: return pixels(0.5);
    case Gap::Medium: return pixels(0.85);
    case Gap::Large: return pixels(1.4);
    }
    return 0;
}

QFont titleFont(const QFont& base) { return scaled(base, 1.5, QFont::DemiBold); }
QFont headingFont(const QFont& base) { return scaled(base, 1.0, QFont::DemiBold); }
QFont figureFont(const QFont& base) { return scaled(base, 1.7, QFont::DemiBold); }
QFont captionFont(const QFont& base) { return scaled(base, 0.9, QFont::Normal); }

QFont monospaceFont(const QFont& base)
{
    QFont font = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    if (base.pointSizeF() > 0) font.setPointSizeF(base.pointSizeF());
    return font;
}

}  // namespace theme

ThemeSwitch::ThemeSwitch(QApplication& application, QObject* parent)
    : QObject(parent),
      m_application(application),
      m_choice(choiceOf(QSettings().value(kThemeKey).toString()))
{
    m_application.setStyle(new FlatStyle);  // the application takes it over
    apply();
}

void ThemeSwitch::choose(ThemeChoice choice)
{
    m_choice = choice;
    QSettings().setValue(kThemeKey, nameOf(choice));
    apply();
}

void ThemeSwitch::followSystem()
{
    if (m_choice == ThemeChoice::System) apply();
}

void ThemeSwitch::apply()
{
    const bool dark =
        m_choice == ThemeChoice::Dark || (m_choice == ThemeChoice::System && isSystemDark());
    m_application.setPalette(dark ? theme::darkPalette() : theme::lightPalette());
}

bool ThemeSwitch::isSystemDark() const
{
    // A default palette gives the platform's one back; ours goes on right after.
    m_application.setPalette(QPalette());
    return theme::isDark(m_application.palette());
}

}  // namespace warren::ui
