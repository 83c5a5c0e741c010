#pragma once

#include <QProxyStyle>

class QStyleOptionComboBox;
class QStyleOptionHeader;
class QStyleOptionSlider;
class QStyleOptionSpinBox;

namespace warren::ui {

/// Fusion without its gradients and bevels: flat surfaces, thin lines, one height for all controls
/// of a line, and states (checked, hovered, focused, default) that can be told apart in light and
/// dark.
///
/// Thread: GUI. Everything it does not draw itself stays Fusion's.
class FlatStyle final : public QProxyStyle {
    Q_OBJECT

public:
    FlatStyle();

    using QProxyStyle::polish;
    void polish(QWidget* widget) override;
    int pixelMetric(PixelMetric metric, const QStyleOption* option,
                    const QWidget* widget) const override;
    int styleHint(StyleHint hint, const QStyleOption* option, const QWidget* widget,
                  QStyleHintReturn* returned) const override;
    QSize sizeFromContents(ContentsType type, const QStyleOption* option, const QSize& size,
                           const QWidget* widget) const override;
    QRect subElementRect(SubElement element, const QStyleOption* option,
                         const QWidget* widget) const override;
    QRect subControlRect(ComplexControl control, const QStyleOptionComplex* option,
                         SubControl subControl, const QWidget* widget) const override;
    void drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                       const QWidget* widget) const override;
    void drawControl(ControlElement element, const QStyleOption* option, QPainter* painter,
                     const QWidget* widget) const override;
    void drawComplexControl(ComplexControl control, const QStyleOptionComplex* option,
                            QPainter* painter, const QWidget* widget) const override;

private:
    QSize headerSize(const QStyleOption* option, const QSize& size, const QWidget* widget) const;
    QRect scrollBarRect(const QStyleOptionSlider& bar, SubControl subControl,
                        const QWidget* widget) const;
    void drawHeader(const QStyleOptionHeader& header, QPainter* painter,
                    const QWidget* widget) const;
    void drawComboBox(const QStyleOptionComboBox& box, QPainter* painter,
                      const QWidget* widget) const;
    void drawSpinBox(const QStyleOptionSpinBox& box, QPainter* painter,
                     const QWidget* widget) const;
    void drawStepButton(const QStyleOptionSpinBox& box, SubControl button, QPainter* painter,
                        const QWidget* widget) const;
};

}  // namespace warren::ui
