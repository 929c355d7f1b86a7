// SPDX-License-Identifier: Apache-2.0
#include "io/tls.hpp"

#include "io/tls_client.hpp"
#include "io/tls_session.hpp"

#include <fmt/core.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

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

Result<std::unique_ptr<TlsContext>> TlsContext::load(const std::string& certificate_path,
                                                     const std::string& key_path) {
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  if (!context) throw std::runtime_error("TLS can't be set up: " + reason());
  std::unique_ptr<TlsContext> owner{new TlsContext(context)};
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  if (SSL_CTX_use_certificate_chain_file(context, certificate_path.c_str()) != 1) {
    return error(Errc::invalid, fmt::format("certificate {}: {}", certificate_path, reason()));
  }
  if (SSL_CTX_use_PrivateKey_file(context, key_path.c_str(), SSL_FILETYPE_PEM) != 1) {
    return error(Errc::invalid, fmt::format("key {}: {}", key_path, reason()));
  }
  if (SSL_CTX_check_private_key(context) != 1) {
    return error(Errc::invalid, fmt::format("key {} doesn't belong to {}", key_path, certificate_path));
  }
  return owner;
}

TlsContext::~TlsContext() {
  SSL_CTX_free(static_cast<SSL_CTX*>(context_));
}

struct TlsSession::Native {
  explicit Native(SSL_CTX* context)
      : ssl(SSL_new(context)), in(BIO_new(BIO_s_mem())), out(BIO_new(BIO_s_mem())) {
    SSL_set_bio(ssl, in, out);  // takes both over
  }
  ~Native() { SSL_free(ssl); }
  SSL* ssl;
  BIO* in;
  BIO* out;
  std::string why;
};

TlsSession::TlsSession(const TlsContext& context)
    : native_(std::make_unique<Native>(static_cast<SSL_CTX*>(context.native()))) {
  SSL_set_accept_state(native_->ssl);
}

TlsSession::TlsSession(const TlsClientContext& context, const std::string& name)
    : native_(std::make_unique<Native>(static_cast<SSL_CTX*>(context.native()))) {
  auto* ssl = native_->ssl;
  auto* wanted = SSL_get0_param(ssl);
  if (X509_VERIFY_PARAM_set1_ip_asc(wanted, name.c_str()) != 1) {
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    SSL_set1_host(ssl, name.c_str());
    SSL_set_tlsext_host_name(ssl, name.c_str());
  }
  ERR_clear_error();
  SSL_set_connect_state(ssl);
  note(SSL_do_handshake(ssl));  // the hello waits in `out`
}

TlsSession::~TlsSession() = default;

void TlsSession::note(int result) {
  switch (SSL_get_error(native_->ssl, result)) {
    case SSL_ERROR_NONE:
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      break;
    case SSL_ERROR_ZERO_RETURN:
      state_ = State::ended;
      break;
    default:
      state_ = State::broken;
      if (const auto verified = SSL_get_verify_result(native_->ssl);
          verified != X509_V_OK && SSL_get_verify_mode(native_->ssl) == SSL_VERIFY_PEER) {
        native_->why = X509_verify_cert_error_string(verified);
      } else if (const auto* text = ERR_reason_error_string(ERR_peek_error())) {
        native_->why = text;
      }
  }
  ERR_clear_error();
}

void TlsSession::feed(std::string_view ciphertext) {
  BIO_write(native_->in, ciphertext.data(), static_cast<int>(ciphertext.size()));
  if (!established()) note(SSL_do_handshake(native_->ssl));
}

std::size_t TlsSession::read(std::span<char> plaintext) {
  if (!established()) return 0;
  const int got = SSL_read(native_->ssl, plaintext.data(), static_cast<int>(plaintext.size()));
  if (got > 0) return static_cast<std::size_t>(got);
  note(got);
  return 0;
}

bool TlsSession::write(std::string_view plaintext) {
  if (!established() || state_ == State::broken) return false;
  const int put = SSL_write(native_->ssl, plaintext.data(), static_cast<int>(plaintext.size()));
  if (put <= 0) note(put);
  return put > 0;
}

void TlsSession::finish() {
  if (established() && state_ != State::broken) SSL_shutdown(native_->ssl);
  ERR_clear_error();
}

void TlsSession::drain(std::string& out) {
  const auto waiting = BIO_ctrl_pending(native_->out);
  if (waiting == 0) return;
  const auto before = out.size();
  out.resize(before + waiting);
  BIO_read(native_->out, out.data() + before, static_cast<int>(waiting));
}

std::string TlsSession::why() const {
  return native_->why.empty() ? "TLS failed" : "TLS failed: " + native_->why;
}

bool TlsSession::established() const {
  return SSL_is_init_finished(native_->ssl) == 1;
}

}  // namespace longwave::io
