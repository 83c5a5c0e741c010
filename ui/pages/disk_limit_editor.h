#pragma once

#include "core/management/broker_client.h"

#include <QWidget>

#include <cstdint>
#include <optional>

class QLabel;
class QLineEdit;
class QPushButton;

namespace warren::ui {

/// Sets how much of the disk must stay free while the broker runs: an amount, or so many times the
/// machine's memory.
///
/// Thread: GUI. What is being typed is not overwritten by snapshots.
class DiskLimitEditor final : public QWidget {
    Q_OBJECT

public:
    /// @param client  borrowed; outlives the editor
    explicit DiskLimitEditor(management::BrokerClient& client, QWidget* parent = nullptr);

    void setUse(const management::DiskUse& disk, std::uint64_t totalMemoryBytes);
    void setActionsEnabled(bool enabled);

signals:
    void succeeded(const QString& text);
    /// The broker did not take it, with its words.
    void refused(const QString& text);

private:
    void buildUi();
    std::optional<management::SetDiskFreeLimit> typed() const;
    std::uint64_t bytesOf(const management::SetDiskFreeLimit& limit) const;
    void send();
    void takeAnswer(const QString& sent, const management::CommandResult& result);
    void showWords();

    management::BrokerClient& m_client;
    management::DiskUse m_disk;
    std::uint64_t m_totalMemoryBytes = 0;
    bool m_isReachable = true;
    bool m_isAsked = false;
    QLineEdit* m_field = nullptr;
    QPushButton* m_set = nullptr;
    QLabel* m_effect = nullptr;
};

}  // namespace warren::ui
