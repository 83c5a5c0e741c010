#pragma once

#include <QDialog>

namespace warren::ui {

/// What becomes of the broker when its window is closed; the choice is kept in QSettings.
enum class CloseChoice { Ask, KeepInTray, Quit };

CloseChoice savedCloseChoice();
void saveCloseChoice(CloseChoice choice);

/// Asks whether the broker goes on when the window closes.
///
/// Thread: GUI. Open with open(); it deletes itself. Rejected: the window stays.
class CloseWindowDialog final : public QDialog {
    Q_OBJECT

public:
    /// @param hasTray  without one the broker can only be stopped with the window
    CloseWindowDialog(bool hasTray, QWidget* parent);

signals:
    /// KeepInTray or Quit.
    void chosen(warren::ui::CloseChoice choice);

private:
    void choose(CloseChoice choice);
};

}  // namespace warren::ui
