#pragma once

#include "core/broker/body_request.h"
#include "core/management/management_command.h"
#include "core/node/browse.h"

#include <QPromise>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <vector>

namespace warren::node {

/// Browses that wait for messages to come back from the disk. What is in memory is answered at
/// once.
///
/// Thread: the broker's.
class Browsing {
public:
    using Promise = std::shared_ptr<QPromise<management::CommandResult>>;
    /// Looks into the queue; `missing` gets what has to be loaded first.
    using Look = std::function<management::CommandResult(
        const management::BrowseMessages& command, const LoadedMessages& loaded,
        std::vector<broker::BodyRequest>& missing)>;
    using Load = std::function<void(std::vector<broker::BodyRequest>&& requests)>;

    Browsing(Look look, Load load) : m_look(std::move(look)), m_load(std::move(load)) {}

    /// The promise is kept now, or when the messages have come.
    void begin(const management::BrowseMessages& command, const Promise& promise);
    /// An answer to one of its loads.
    void take(broker::LoadedBody&& body);
    /// Nothing will come any more.
    void giveUp();

private:
    struct Pending {
        management::BrowseMessages command;
        Promise promise;
        LoadedMessages loaded{};
        std::size_t awaitedCount = 0;
        int roundsLeft = 4;  // the queue may have moved on meanwhile
    };
    void look(std::uint32_t reader);

    Look m_look;
    Load m_load;
    std::map<std::uint32_t, Pending> m_pending;
    std::uint32_t m_lastReader = 0;
};

}  // namespace warren::node
