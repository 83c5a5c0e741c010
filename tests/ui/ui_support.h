#pragma once

#include <QImage>
#include <QString>
#include <QStringList>
#include <QWidget>

/// What the tests of the window have in common.
namespace warren::test {

/// Puts the window's style and its light or dark palette on the application for the life of this
/// object.
class ThemeScope {
public:
    explicit ThemeScope(bool isDark);
    ~ThemeScope();
    ThemeScope(const ThemeScope&) = delete;
    ThemeScope& operator=(const ThemeScope&) = delete;
};

/// Lets posted events and deferred deletions happen; does not wait.
void settle();

/// Grabs a shown widget. Saves the picture as `name`.png in the folder that WARREN_SCREENSHOTS
/// names, if it is set.
QImage takeScreenshot(QWidget& widget, const QString& name);

/// True if the picture holds at least a handful of different colours.
bool hasContent(const QImage& picture);

/// The texts of visible labels and buttons that have less room than they need. Labels that shorten
/// themselves are left out.
QStringList clippedTexts(const QWidget& root);

/// The visible, enabled widgets that accept the focus by Tab, and don't get it from a walk through
/// the whole window. @pre `window` is shown
QStringList unreachableByTab(QWidget& window);

}  // namespace warren::test
