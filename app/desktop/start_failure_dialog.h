#pragma once

#include "core/node/broker_loop.h"
#include "core/node/node_config.h"

#include <QDialog>
#include <QString>

#include <cstdint>
#include <functional>

class QVBoxLayout;

namespace warren::desktop {

/// Says why the broker could not start, and offers what would help: another port, another folder,
/// or a broker that keeps nothing. Nothing has been touched so far. Thread: GUI.
class StartFailureDialog final : public QDialog {
    Q_OBJECT

public:
    StartFailureDialog(const node::NodeFailure& failure, node::NodeConfig config,
                       QWidget* parent = nullptr);

    /// The configuration to try next. @pre accepted
    const node::NodeConfig& config() const { return m_config; }

private:
    void buildUi(const node::NodeFailure& failure);
    void addOffer(QVBoxLayout* layout, const QString& title, const QString& description,
                  const QString& name, const std::function<bool()>& take);
    bool chooseFolder();

    node::NodeConfig m_config;
};

/// The first free port above `port` on this address; 0 when there is none among the next hundred.
std::uint16_t nextFreePort(const QString& address, std::uint16_t port);

}  // namespace warren::desktop
