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

// TLS 1.3 has good ciphers only; of 1.2 those with forward secrecy and an AEAD.
constexpr const char* ciphers_of_1_2 = "ECDHE+AESGCM:ECDHE+CHACHA20";

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                    unsigned offered_size, void*) {
  static constexpr unsigned char ours[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* found = nullptr;
  const int result = SSL_select_next_proto(&found, size, ours, sizeof ours, offered, offered_size);
  *chosen = found;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

std::shared_ptr<void> new_context() {
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  if (!context) throw std::runtime_error("TLS can't be set up: " + reason());
  std::shared_ptr<void> owner{context, [](void* gone) { SSL_CTX_free(static_cast<SSL_CTX*>(gone)); }};
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(context, ciphers_of_1_2);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  static constexpr unsigned char session_context[] = "longwave";
  SSL_CTX_set_session_id_context(context, session_context, sizeof session_context - 1);
  return owner;
}

Result<std::shared_ptr<void>> load_files(const std::string& certificate_path, const std::string& key_path) {
  auto owner = new_context();
  auto* context = static_cast<SSL_CTX*>(owner.get());
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

void copy_ticket_keys(SSL_CTX* from, SSL_CTX* to) {
  std::array<unsigned char, 256> keys{};
  const auto size = SSL_CTX_get_tlsext_ticket_keys(from, nullptr, 0);
  if (size <= 0 || static_cast<std::size_t>(size) > keys.size()) return;
  if (SSL_CTX_get_tlsext_ticket_keys(from, keys.data(), size) == 1) {
    SSL_CTX_set_tlsext_ticket_keys(to, keys.data(), size);
  }
}

}  // namespace

TlsContext::TlsContext(std::string certificate_path, std::string key_path, std::shared_ptr<void> context)
    : certificate_path_(std::move(certificate_path)),
      key_path_(std::move(key_path)),
      context_(std::move(context)) {}
TlsContext::~TlsContext() = default;

Result<std::unique_ptr<TlsContext>> TlsContext::load(const std::string& certificate_path,
                                                     const std::string& key_path) {
  auto context = load_files(certificate_path, key_path);
  if (!context) return context.error();
  return std::unique_ptr<TlsContext>{new TlsContext(certificate_path, key_path, std::move(*context))};
}

Result<void> TlsContext::reload() {
  auto context = load_files(certificate_path_, key_path_);
  if (!context) return context.error();
  const std::lock_guard lock(mutex_);
  copy_ticket_keys(static_cast<SSL_CTX*>(context_.get()), static_cast<SSL_CTX*>(context->get()));
  context_ = std::move(*context);
  return {};
}

std::shared_ptr<void> TlsContext::native() const {
  const std::lock_guard lock(mutex_);
  return context_;
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
    : native_(std::make_unique<Native>(static_cast<SSL_CTX*>(context.native().get()))) {
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
