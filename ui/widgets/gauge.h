#pragma once

#include "ui/theme.h"

#include <QList>
#include <QString>
#include <QWidget>

#include <cstdint>

namespace warren::ui {

/// A piece of a gauge's filling. Its name and amount are written beside the gauge by the page.
struct GaugePart {
    QString name;
    std::uint64_t bytes = 0;
    QColor (*colour)(const QPalette& palette) = nullptr;
};

/// A bar that fills up towards a limit, drawn as a tick that it should not cross.
///
/// Thread: GUI. The bar says nothing that the labels around it don't say in words; its accessible
/// description does the same.
class Gauge final : public QWidget {
    Q_OBJECT

public:
    explicit Gauge(QWidget* parent = nullptr);

    /// @param parts       lie side by side from the left
    /// @param limitBytes  where the tick stands
    /// @param fullBytes   what the whole width means; at least limitBytes
    void setContent(const QList<GaugePart>& parts, std::uint64_t limitBytes,
                    std::uint64_t fullBytes);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QList<GaugePart> m_parts;
    std::uint64_t m_limitBytes = 0;
    std::uint64_t m_fullBytes = 1;
};

}  // namespace warren::ui
