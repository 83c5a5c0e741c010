#include "core/net/tls_error.h"

#include <openssl/err.h>

namespace warren::net {

std::string takeTlsError()
{
    // The first error is the cause; those behind it say which functions it went through.
    const unsigned long code = ERR_get_error();
    ERR_clear_error();
    if (code == 0) return "unknown error";
    const char* reason = ERR_reason_error_string(code);
    return reason == nullptr ? "error " + std::to_string(code) : std::string{reason};
}

}  // namespace warren::net
