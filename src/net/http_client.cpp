// SPDX-License-Identifier: Apache-2.0
#include <curl/curl.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <mutex>

#include "fmt/format.h"
#include "net/client.hpp"

namespace steward::net {
namespace {

void InitializeCurl() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

struct Sink {
  ClientResponse response;
  std::size_t limit = 0;
  bool too_large = false;
};

std::size_t OnBody(char* data, std::size_t size, std::size_t count, void* user) {
  auto& sink = *static_cast<Sink*>(user);
  if (sink.response.body.size() + size * count > sink.limit) {
    sink.too_large = true;
    return 0;
  }
  sink.response.body.append(data, size * count);
  return size * count;
}

std::size_t OnHeader(char* data, std::size_t size, std::size_t count, void* user) {
  auto& sink = *static_cast<Sink*>(user);
  const std::string_view line(data, size * count);
  const std::size_t colon = line.find(':');
  if (colon != std::string_view::npos) {
    std::string_view value = line.substr(colon + 1);
    while (!value.empty() && (value.front() == ' ')) value.remove_prefix(1);
    while (!value.empty() && (value.back() == '\r' || value.back() == '\n')) value.remove_suffix(1);
    sink.response.headers.emplace_back(std::string(line.substr(0, colon)), std::string(value));
  }
  return size * count;
}

/// Accepts exactly the certificate whose SHA-256 is pinned.
int VerifyPinned(X509_STORE_CTX* context, void* argument) {
  const auto& pin = *static_cast<const std::string*>(argument);
  X509* certificate = X509_STORE_CTX_get0_cert(context);
  std::array<unsigned char, 32> digest{};
  unsigned int size = 0;
  if (certificate == nullptr || X509_digest(certificate, EVP_sha256(), digest.data(), &size) != 1) return 0;
  std::string hex;
  for (unsigned char byte : digest) hex += fmt::format("{:02x}", byte);
  if (hex == pin) return 1;
  X509_STORE_CTX_set_error(context, X509_V_ERR_APPLICATION_VERIFICATION);
  return 0;
}

CURLcode OnSslContext(CURL*, void* context, void* pin) {
  SSL_CTX_set_cert_verify_callback(static_cast<SSL_CTX*>(context), VerifyPinned, pin);
  return CURLE_OK;
}

}  // namespace

class HttpClient::Impl {
 public:
  explicit Impl(ClientOptions options) : options_(std::move(options)) {
    InitializeCurl();
    handle_ = curl_easy_init();
    if (handle_ == nullptr) throw std::runtime_error("libcurl could not be started");
  }
  ~Impl() { curl_easy_cleanup(handle_); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<ClientResponse> Send(const ClientRequest& request) {
    curl_easy_reset(handle_);
    Sink sink;
    sink.limit = options_.max_body_bytes;
    std::array<char, CURL_ERROR_SIZE> reason{};
    curl_easy_setopt(handle_, CURLOPT_ERRORBUFFER, reason.data());
    curl_easy_setopt(handle_, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle_, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(handle_, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    curl_easy_setopt(handle_, CURLOPT_TIMEOUT_MS, static_cast<long>(options_.timeout.count() * 1000));
    curl_easy_setopt(handle_, CURLOPT_CONNECTTIMEOUT_MS,
                     static_cast<long>(std::min<long>(options_.timeout.count(), 10) * 1000));
    curl_easy_setopt(handle_, CURLOPT_WRITEFUNCTION, OnBody);
    curl_easy_setopt(handle_, CURLOPT_WRITEDATA, &sink);
    curl_easy_setopt(handle_, CURLOPT_HEADERFUNCTION, OnHeader);
    curl_easy_setopt(handle_, CURLOPT_HEADERDATA, &sink);
    curl_easy_setopt(handle_, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(handle_, CURLOPT_PROTOCOLS_STR, "http,https");
    if (!request.body.empty() || request.method == "POST" || request.method == "PUT" || request.method == "PATCH") {
      curl_easy_setopt(handle_, CURLOPT_POSTFIELDS, request.body.data());
      curl_easy_setopt(handle_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    }
    SetTrust();
    curl_slist* headers = curl_slist_append(nullptr, "Expect:");
    for (const auto& [name, value] : request.headers)
      headers = curl_slist_append(headers, fmt::format("{}: {}", name, value).c_str());
    curl_easy_setopt(handle_, CURLOPT_HTTPHEADER, headers);
    const CURLcode code = curl_easy_perform(handle_);
    curl_slist_free_all(headers);
    if (code != CURLE_OK) return Failure(code, sink, reason.data());
    long status = 0;
    curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
    sink.response.status = static_cast<int>(status);
    return std::move(sink.response);
  }

 private:
  void SetTrust() {
    if (!options_.pinned_fingerprint.empty()) {
      curl_easy_setopt(handle_, CURLOPT_SSL_VERIFYHOST, 0L);
      curl_easy_setopt(handle_, CURLOPT_SSL_CTX_FUNCTION, OnSslContext);
      curl_easy_setopt(handle_, CURLOPT_SSL_CTX_DATA, &options_.pinned_fingerprint);
    } else if (options_.insecure) {
      curl_easy_setopt(handle_, CURLOPT_SSL_VERIFYPEER, 0L);
      curl_easy_setopt(handle_, CURLOPT_SSL_VERIFYHOST, 0L);
    } else if (!options_.ca_pem.empty()) {
      curl_blob blob{options_.ca_pem.data(), options_.ca_pem.size(), CURL_BLOB_COPY};
      curl_easy_setopt(handle_, CURLOPT_CAINFO_BLOB, &blob);
    }
  }

  static tl::unexpected<Error> Failure(CURLcode code, const Sink& sink, const char* reason) {
    std::string words = sink.too_large ? std::string("the answer is too large") : std::string(reason);
    if (words.empty()) words = curl_easy_strerror(code);
    return Fail(ErrorCode::kUnavailable, std::move(words));
  }

  ClientOptions options_;
  CURL* handle_ = nullptr;
};

HttpClient::HttpClient(ClientOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
HttpClient::~HttpClient() = default;
Result<ClientResponse> HttpClient::Send(const ClientRequest& request) {
  return impl_->Send(request);
}

}  // namespace steward::net
