#pragma once

#include <string>

namespace warren::net {

/// Why the last call of OpenSSL on this thread failed, in its words; empties its queue of errors.
std::string takeTlsError();

}  // namespace warren::net
