#include "ui/flat_style.h"

#include "tests/ui/ui_support.h"

#include <QImage>
#include <QLabel>
#include <QLineEdit>
#include <QSpinBox>

#include <gtest/gtest.h>

#include <array>

namespace warren::ui {
namespace {

/// How far the text of a label reaches if it has all the room that it wants.
int inkWidth(QLabel& label)
{
    label.resize(label.sizeHint() * 3);
    const QImage picture = label.grab().toImage();
    const QRgb ground = picture.pixel(picture.width() - 1, 0);
    int width = 0;
    for (int x = 0; x < picture.width(); ++x) {
        for (int y = 0; y < picture.height(); ++y) {
            if (picture.pixel(x, y) != ground) width = x + 1;
        }
    }
    return static_cast<int>(width / picture.devicePixelRatio());
}

TEST(FlatStyle, LabelsWithAnUnderlinedLetterHaveRoomForAllOfTheirText)
{
    const test::ThemeScope theme(false);
    QLineEdit field;
    for (const char* text : {"&Type", "&Value", "&To", "T&ags", "&Virtual host"}) {
        QLabel label(QString::fromLatin1(text));
        label.setBuddy(&field);
        EXPECT_LE(inkWidth(label), label.sizeHint().width()) << text;
    }
}

TEST(FlatStyle, SpinBoxesHaveTheFrameOfOtherFields)
{
    for (const bool isDark : {false, true}) {
        const test::ThemeScope theme(isDark);
        QLineEdit line;
        QSpinBox spin;
        const auto frameOf = [](QWidget& widget) {
            widget.resize(120, widget.sizeHint().height());
            const QImage picture = widget.grab().toImage();
            const int middle = picture.height() / 2;
            // Left, right, top.
            return std::array{picture.pixel(0, middle), picture.pixel(picture.width() - 1, middle),
                              picture.pixel(picture.width() / 2, 0)};
        };
        EXPECT_EQ(frameOf(spin), frameOf(line)) << isDark;
        EXPECT_EQ(spin.sizeHint().height(), line.sizeHint().height());
    }
}

}  // namespace
}  // namespace warren::ui
