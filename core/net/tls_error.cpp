#include "core/net/tls_error.h"

#include <openssl/err.h>
#include <system_error>

namespace warren::net {

std::string takeTlsError()
{
    // The first error is the cause; those behind it say which functions it went through.
    const unsigned long code = ERR_get_error();
    ERR_clear_error();
    if (code == 0) return "unknown error";
    // Of these OpenSSL has no words: a file that isn't there, for example.
    if (ERR_SYSTEM_ERROR(code)) return std::generic_category().message(ERR_GET_REASON(code));
    const char* reason = ERR_reason_error_string(code);
    return reason == nullptr ? "error " + std::to_string(code) : std::string{reason};
}

}  // namespace warren::net
