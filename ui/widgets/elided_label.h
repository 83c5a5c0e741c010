#pragma once

#include <QLabel>

namespace warren::ui {

/// One line of text that gives way when there is little room: its middle becomes "…", and the tool
/// tip has it whole. Thread: GUI.
class ElidedLabel final : public QLabel {
    Q_OBJECT

public:
    explicit ElidedLabel(QWidget* parent = nullptr);

    void setFullText(const QString& text);
    /// Shown as the tool tip, below the whole text when that is cut.
    void setExplanation(const QString& text);
    const QString& fullText() const { return m_fullText; }

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void elide();

    QString m_fullText;
    QString m_explanation;
};

}  // namespace warren::ui
