#include "tests/ui/ui_support.h"

#include "ui/flat_style.h"
#include "ui/theme.h"
#include "ui/widgets/elided_label.h"

#include <QAbstractButton>
#include <QApplication>
#include <QButtonGroup>
#include <QDir>
#include <QLabel>
#include <QSet>
#include <QTest>

namespace warren::test {

ThemeScope::ThemeScope(bool isDark)
{
    QApplication::setStyle(new ui::FlatStyle);  // the application takes it over
    QApplication::setPalette(isDark ? ui::theme::darkPalette() : ui::theme::lightPalette());
}

ThemeScope::~ThemeScope() { QApplication::setPalette(ui::theme::lightPalette()); }

void settle()
{
    // Layouts answer events with events: a few rounds are enough for all of them.
    constexpr int kRounds = 5;
    for (int round = 0; round < kRounds; ++round) {
        QCoreApplication::sendPostedEvents();
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        QTest::qWait(0);
    }
}

QImage takeScreenshot(QWidget& widget, const QString& name)
{
    settle();
    const QImage picture = widget.grab().toImage();
    const QString folder = qEnvironmentVariable("WARREN_SCREENSHOTS");
    if (!folder.isEmpty()) {
        QDir().mkpath(folder);
        picture.save(QDir(folder).filePath(name + QStringLiteral(".png")));
    }
    return picture;
}

bool hasContent(const QImage& picture)
{
    constexpr int kColoursMin = 8;
    QSet<QRgb> colours;
    for (int y = 0; y < picture.height(); ++y) {
        for (int x = 0; x < picture.width(); ++x) {
            colours.insert(picture.pixel(x, y));
            if (colours.size() >= kColoursMin) return true;
        }
    }
    return false;
}

QStringList clippedTexts(const QWidget& root)
{
    QStringList clipped;
    const auto widgets = root.findChildren<QWidget*>();
    for (const QWidget* widget : widgets) {
        if (!widget->isVisible()) continue;
        if (qobject_cast<const ui::ElidedLabel*>(widget)) continue;
        if (const auto* label = qobject_cast<const QLabel*>(widget)) {
            if (label->text().isEmpty()) continue;
            const int needed = label->wordWrap() ? label->heightForWidth(label->width())
                                                 : label->sizeHint().height();
            const bool isNarrow = !label->wordWrap() && label->width() < label->sizeHint().width();
            if (isNarrow || label->height() < needed) clipped.append(label->text());
        } else if (const auto* button = qobject_cast<const QAbstractButton*>(widget)) {
            if (button->text().isEmpty()) continue;
            if (button->width() < button->sizeHint().width() ||
                button->height() < button->sizeHint().height()) {
                clipped.append(button->text());
            }
        }
    }
    return clipped;
}

QStringList unreachableByTab(QWidget& window)
{
    QList<QWidget*> missing;
    const auto widgets = window.findChildren<QWidget*>();
    for (QWidget* widget : widgets) {
        const bool acceptsTab = (widget->focusPolicy() & Qt::TabFocus) == Qt::TabFocus;
        // A proxy's focus is its owner's.
        if (acceptsTab && widget->isVisible() && widget->isEnabled() && !widget->focusProxy()) {
            missing.append(widget);
        }
    }
    window.activateWindow();
    settle();
    const qsizetype stepsMax = 2 * missing.size() + 2;
    for (qsizetype step = 0; step < stepsMax && !missing.isEmpty(); ++step) {
        missing.removeAll(QApplication::focusWidget());
        // Exclusive choices are one stop of the Tab key; the arrow keys go on from there.
        const auto* button = qobject_cast<const QAbstractButton*>(QApplication::focusWidget());
        if (button && button->group() && button->group()->exclusive()) {
            for (QAbstractButton* other : button->group()->buttons())
                missing.removeAll(other);
        }
        QWidget* from = QApplication::focusWidget() ? QApplication::focusWidget() : &window;
        QTest::keyClick(from, Qt::Key_Tab);
    }
    QStringList names;
    for (const QWidget* widget : missing) {
        names.append(QStringLiteral("%1 %2").arg(
            QString::fromLatin1(widget->metaObject()->className()), widget->objectName()));
    }
    return names;
}

}  // namespace warren::test
