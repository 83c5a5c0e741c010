#pragma once

#include "app/perf/connection.h"
#include "app/perf/failure.h"
#include "app/perf/options.h"
#include "app/perf/topology.h"

#include <cstdint>
#include <string>
#include <vector>

namespace warren::perf {

/// Declares what a run needs, and removes it again: what was not there before, or all of it if the
/// options say so.
///
/// Blocks. Uses channel 1 of the connection. Thread: the main one.
class Declarations {
public:
    Declarations(const Options& options, const Topology& topology, Connection& connection)
        : m_options(options), m_topology(topology), m_connection(connection)
    {
    }

    /// @error Closed  the broker refused one of them
    Status<Failure> declare();
    /// @error Closed, Lost  what is left stays
    Status<Failure> remove();

    /// How many messages were ready in the queues before the run, those that were purged left out.
    std::uint64_t readyCount() const;
    std::uint64_t readyIn(std::uint32_t queue) const { return m_ready[queue]; }
    /// Queues that were there before.
    std::uint32_t foundQueues() const { return m_foundQueues; }

private:
    Status<Failure> declareQueue(const std::string& name);
    Status<Failure> declareExchange();
    Status<Failure> bindQueues();
    template <typename Reply, typename M>
    Result<bool, Failure> probe(const M& method);

    const Options& m_options;
    const Topology& m_topology;
    Connection& m_connection;
    std::vector<std::string> m_declaredQueues;  // that are to be removed
    bool m_hasDeclaredExchange = false;
    std::vector<std::uint64_t> m_ready;  // by queue
    std::uint32_t m_foundQueues = 0;
};

}  // namespace warren::perf
