// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <memory>
#include <mutex>
#include <string>

namespace longwave::io {

/// Certificate and key of TLS listeners: TLS 1.2 and later, ciphers with forward secrecy, session tickets,
/// and `http/1.1` as the one application protocol. Shared by all loops.
class TlsContext {
 public:
  /// PEM files; fails with `invalid` naming the file and what is wrong with it.
  static Result<std::unique_ptr<TlsContext>> load(const std::string& certificate_path,
                                                  const std::string& key_path);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  /// Reads the files again, for the connections that come from now on; those that are open keep what they
  /// have, and session tickets stay valid. On failure everything stays as it is. Any thread.
  Result<void> reload();

  /// An SSL_CTX.
  std::shared_ptr<void> native() const;

 private:
  TlsContext(std::string certificate_path, std::string key_path, std::shared_ptr<void> context);

  std::string certificate_path_;
  std::string key_path_;
  mutable std::mutex mutex_;  // taken once a connection
  std::shared_ptr<void> context_;
};

}  // namespace longwave::io
