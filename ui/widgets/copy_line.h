#pragma once

#include <QLabel>
#include <QWidget>

class QPushButton;

namespace warren::ui {

class ElidedLabel;

/// A line of text to take elsewhere, and the button that copies it. Thread: GUI.
class CopyLine final : public QWidget {
    Q_OBJECT

public:
    /// @param caption    what the text is
    /// @param textName   object name of the text; that of the button is "copy" and the same name
    CopyLine(const QString& caption, const QString& textName, QWidget* parent = nullptr);

    void setText(const QString& text);

    /// Lines below each other have their texts below each other. @param width  of the caption
    void setCaptionWidth(int width) { m_caption->setFixedWidth(width); }
    int captionWidth() const { return m_caption->sizeHint().width(); }

private:
    void copy();

    QLabel* m_caption;
    ElidedLabel* m_text;
    QPushButton* m_copy;
};

}  // namespace warren::ui
