// SPDX-License-Identifier: Apache-2.0
#include "io/tls_client.hpp"

#include <fmt/core.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <array>
#include <stdexcept>

namespace longwave::io {

namespace {
std::string reason() {
  std::array<char, 256> text{};
  ERR_error_string_n(ERR_get_error(), text.data(), text.size());
  ERR_clear_error();
  return text.data();
}
}  // namespace

Result<std::unique_ptr<TlsClientContext>> TlsClientContext::make(const TlsClientOptions& options) {
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  if (!context) throw std::runtime_error("TLS can't be set up: " + reason());
  std::unique_ptr<TlsClientContext> owner{new TlsClientContext(context)};
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_verify(context, options.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  if (options.ca_file.empty()) {
    SSL_CTX_set_default_verify_paths(context);
  } else if (SSL_CTX_load_verify_locations(context, options.ca_file.c_str(), nullptr) != 1) {
    return error(Errc::invalid, fmt::format("certificates {}: {}", options.ca_file, reason()));
  }
  return owner;
}

TlsClientContext::~TlsClientContext() {
  SSL_CTX_free(static_cast<SSL_CTX*>(context_));
}

}  // namespace longwave::io
