#pragma once

#include "core/base/ring.h"
#include "core/broker/queue_operation.h"

#include <cstddef>

namespace warren::broker {

/// What of a connection's messages the store has not made durable yet: so a publisher that is
/// faster than the disk can be told from the others.
///
/// Kept in pieces, so that a publish costs an addition. Thread: the broker's.
class StoreBacklog {
public:
    /// A message was published that waits for this position; not below those of earlier ones.
    void add(LogPosition position, std::size_t bytes)
    {
        m_open.last = position;
        m_open.bytes += bytes;
        m_bytes += bytes;
        if (m_open.bytes < kPieceBytes) return;
        m_pieces.pushBack(Piece{m_open});
        m_open = {};
    }

    /// @returns whether nothing is left
    bool commit(LogPosition upTo)
    {
        while (!m_pieces.isEmpty() && m_pieces.front().last <= upTo) {
            m_bytes -= m_pieces.front().bytes;
            m_pieces.dropFront();
        }
        if (m_open.last <= upTo) {
            m_bytes -= m_open.bytes;
            m_open = {};
        }
        return m_bytes == 0;
    }

    std::size_t bytes() const { return m_bytes; }

private:
    static constexpr std::size_t kPieceBytes = 32 * 1024;

    struct Piece {
        LogPosition last = 0;
        std::size_t bytes = 0;
    };
    Ring<Piece> m_pieces;  // complete ones
    Piece m_open;
    std::size_t m_bytes = 0;
};

}  // namespace warren::broker
