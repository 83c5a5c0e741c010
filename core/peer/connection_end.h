#pragma once

#include <string>

namespace warren::peer {

/// Why a connection ended, or never came about.
struct ConnectionEnd {
    bool isRefusal = false;  ///< one of the two didn't want the other
    std::string reason;      ///< part of a sentence
};

}  // namespace warren::peer
