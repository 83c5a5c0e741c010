#pragma once

#include <QColor>
#include <QFont>
#include <QObject>
#include <QPalette>

class QApplication;
class QWidget;

namespace warren::ui {

/// Which palette the window uses; kept in QSettings.
enum class ThemeChoice { System, Light, Dark };

/// What a colour says. It always accompanies a word or an icon that says the same.
enum class Tone { Neutral, Accent, Good, Caution, Bad };

/// The colours of plot lines. Neighbours differ in lightness as well as in hue.
enum class SeriesColour { Blue, Orange, Green, Purple };

/// Distances between things. They grow with the font, so they hold at any scale.
enum class Gap {
    Hair,    ///< between an icon and its word
    Small,   ///< between controls that belong together
    Medium,  ///< between groups, and inside cards
    Large,   ///< around a page
};

/// Every colour, font and distance of the window.
///
/// Colours derive from a palette, so a widget asks with its own `palette()` while painting and
/// follows a change from light to dark without being told. All text colours keep a contrast of at
/// least 4.5 on the backgrounds named with them (WCAG 2.1, 1.4.3).
/// Thread: GUI.
namespace theme {

/// The two complete palettes of the window.
QPalette lightPalette();
QPalette darkPalette();

/// True if text is lighter than its background in `palette`.
bool isDark(const QPalette& palette);

/// Text that says a tone; readable on Base, AlternateBase, Window and on `fill` of the same tone.
QColor text(Tone tone, const QPalette& palette);

/// Background of a badge or banner of this tone.
QColor fill(Tone tone, const QPalette& palette);

/// Text of less weight (captions, units, hints); readable on Base, AlternateBase and Window. A
/// label gets it, and keeps it through changes of the palette, by
/// setForegroundRole(QPalette::PlaceholderText).
QColor secondaryText(const QPalette& palette);

/// Frames, separators and grid lines; not for text.
QColor line(const QPalette& palette);

/// Line of a plot; at least 3 : 1 on Base (WCAG 2.1, 1.4.11).
QColor series(SeriesColour colour, const QPalette& palette);

/// Contrast of two opaque colours, 1 … 21. Spec: WCAG 2.1, contrast ratio.
double contrast(const QColor& a, const QColor& b);

/// A distance in device-independent pixels for the font of `widget`.
int gap(const QWidget* widget, Gap gap);

/// Fonts, derived from the one the platform chose.
QFont titleFont(const QFont& base);      ///< the title of a page
QFont headingFont(const QFont& base);    ///< the title of a card or section
QFont figureFont(const QFont& base);     ///< one large number
QFont captionFont(const QFont& base);    ///< captions and units
QFont monospaceFont(const QFont& base);  ///< log lines, connection strings, message bodies

}  // namespace theme

/// Puts the chosen palette on the application and follows the system while the choice says so.
///
/// Qt 6.4 has no signal for the system's colour scheme; the platform's palette is light or dark,
/// and windows get QEvent::ThemeChange when it changes. So the main window calls `followSystem`
/// then. Thread: GUI. Life: as long as the main window; the style and palette stay on the
/// application.
class ThemeSwitch final : public QObject {
    Q_OBJECT

public:
    /// Applies the choice kept in QSettings ("window/theme").
    explicit ThemeSwitch(QApplication& application, QObject* parent = nullptr);

    ThemeChoice choice() const { return m_choice; }

    /// Applies and keeps a choice.
    void choose(ThemeChoice choice);

    /// Looks at the system's palette again. Does nothing for Light and Dark.
    void followSystem();

private:
    void apply();
    bool isSystemDark() const;

    QApplication& m_application;
    ThemeChoice m_choice = ThemeChoice::System;
};

}  // namespace warren::ui
