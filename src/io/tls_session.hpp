// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace longwave::io {

class TlsClientContext;
class TlsContext;

/// One side of one TLS connection as a machine: ciphertext in, plaintext out, and the other way round.
/// It does no I/O; what must be sent collects in `out`.
class TlsSession {
 public:
  /// The server's side.
  explicit TlsSession(const TlsContext& context);
  /// The client's: `name` is asked for (SNI, unless it is an address) and must be in the certificate.
  TlsSession(const TlsClientContext& context, const std::string& name);
  ~TlsSession();

  enum class State { open, ended, broken };
  /// Takes ciphertext from the peer (also drives the handshake).
  void feed(std::string_view ciphertext);
  /// Decrypts some of it; 0 bytes: no more for now.
  std::size_t read(std::span<char> plaintext);
  /// Encrypts; false while the handshake isn't over (try again when more has been fed) or when broken.
  bool write(std::string_view plaintext);
  /// Says that we send no more (close_notify).
  void finish();
  /// Moves ciphertext for the peer to the end of `out`.
  void drain(std::string& out);
  State state() const { return state_; }
  bool established() const;
  /// What broke it.
  std::string why() const;

 private:
  void note(int result);
  struct Native;
  std::unique_ptr<Native> native_;
  State state_ = State::open;
};

}  // namespace longwave::io
