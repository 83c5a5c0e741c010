#pragma once

#include <QWidget>

class QLabel;
class QPushButton;

namespace warren::ui {

/// What stands where a list would be when there is nothing in it: one sentence that says why, and
/// the button that changes it. Thread: GUI.
class EmptyState final : public QWidget {
    Q_OBJECT

public:
    explicit EmptyState(QWidget* parent = nullptr);

    /// @param buttonText  empty: no button
    void setContent(const QString& sentence, const QString& buttonText);
    void setButtonEnabled(bool enabled);

signals:
    void buttonClicked();

private:
    QLabel* m_sentence;
    QPushButton* m_button;
};

}  // namespace warren::ui
