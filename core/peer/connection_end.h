#pragma once

#include <string>

namespace warren::peer {

/// Why a connection ended, or never came about.
struct ConnectionEnd {
    bool isRefusal = false;      ///< one of the two didn't want the other
    bool isNobodyThere = false;  ///< the machine answered, and said that nobody listens there
    std::string reason;          ///< part of a sentence
};

}  // namespace warren::peer
