#include "core/peer/link_context.h"

#include <QRandomGenerator>

#include <array>
#include <cstring>

namespace warren::peer {

Nonce randomNonce()
{
    Nonce nonce;
    std::array<quint32, sizeof(Nonce) / sizeof(quint32)> random;
    QRandomGenerator::system()->fillRange(random.data(), static_cast<qsizetype>(random.size()));
    std::memcpy(nonce.data(), random.data(), nonce.size());
    return nonce;
}

}  // namespace warren::peer
