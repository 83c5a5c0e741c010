#pragma once

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

private:
    void copy();

    ElidedLabel* m_text;
    QPushButton* m_copy;
};

}  // namespace warren::ui
