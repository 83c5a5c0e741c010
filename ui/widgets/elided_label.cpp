#include "ui/widgets/elided_label.h"

#include <QEvent>
#include <QFontMetrics>

namespace warren::ui {

ElidedLabel::ElidedLabel(QWidget* parent) : QLabel(parent)
{
    setTextFormat(Qt::PlainText);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void ElidedLabel::setFullText(const QString& text)
{
    if (text == m_fullText) return;
    m_fullText = text;
    setAccessibleName(text);
    updateGeometry();
    elide();
}

void ElidedLabel::setExplanation(const QString& text)
{
    if (text == m_explanation) return;
    m_explanation = text;
    setAccessibleDescription(text);
    elide();
}

QSize ElidedLabel::sizeHint() const
{
    return {fontMetrics().horizontalAdvance(m_fullText) + 1, QLabel::sizeHint().height()};
}

QSize ElidedLabel::minimumSizeHint() const
{
    constexpr int kCharactersMin = 6;
    return {fontMetrics().averageCharWidth() * kCharactersMin, QLabel::sizeHint().height()};
}

void ElidedLabel::resizeEvent(QResizeEvent* event)
{
    QLabel::resizeEvent(event);
    elide();
}

void ElidedLabel::changeEvent(QEvent* event)
{
    QLabel::changeEvent(event);
    if (event->type() == QEvent::FontChange) elide();
}

void ElidedLabel::elide()
{
    const QString shown = fontMetrics().elidedText(m_fullText, Qt::ElideMiddle, width());
    QStringList toolTip;
    if (shown != m_fullText) toolTip.append(m_fullText);
    if (!m_explanation.isEmpty()) toolTip.append(m_explanation);
    setToolTip(toolTip.join(u'\n'));
    if (shown != text()) setText(shown);
}

}  // namespace warren::ui
