// What is asked by way of a procedure of the probe's own.
#include <fmt/core.h>

#include <array>
#include <cctype>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "winmm_questions.hpp"
#include "winmm_spy_win32.hpp"

namespace ringproc::tool {
namespace {

constexpr FOURCC kCode = mmioFOURCC('R', 'P', 'S', 'Y');
constexpr LONG kBuffer = 64;
constexpr std::array<char, 256> kBytes{};

LONG put(HMMIO handle, LONG bytes) { return mmioWrite(handle, kBytes.data(), bytes); }

// ---- which procedure is used ----

std::string who_opened(std::string name, const MMIOINFO* info) {
  spy() = Spy{};
  MMIOINFO given{};
  if (info) given = *info;
  const HMMIO handle = mmioOpenA(name.data(), info ? &given : nullptr, MMIO_CREATE | MMIO_WRITE);
  const bool spied = contains(spy().messages, MMIOM_OPEN);
  if (handle) mmioClose(handle, 0);
  if (spied) return "the installed procedure";
  return handle ? "the built-in procedure"
                : fmt::format("nobody: the open fails with {}", given.wErrorRet);
}

// ---- what calls send ----

struct Call {
  const char* name;
  std::function<void(HMMIO)> make;
};

MMRESULT advance(HMMIO handle) {
  MMIOINFO info{};
  mmioGetInfo(handle, &info, 0);
  info.dwFlags |= MMIO_DIRTY;
  return mmioAdvance(handle, &info, MMIO_WRITE);
}

void ascend(HMMIO handle) {
  MMCKINFO chunk{};
  chunk.ckid = mmioFOURCC('t', 'e', 's', 't');
  mmioCreateChunk(handle, &chunk, 0);
  put(handle, 3);
  mmioAscend(handle, &chunk, 0);
}

const std::vector<Call>& calls() {
  static const std::vector<Call> all = {
      {"mmioWrite", [](HMMIO handle) { put(handle, 100); }},
      {"mmioFlush(0)", [](HMMIO handle) { mmioFlush(handle, 0); }},
      {"mmioFlush(MMIO_EMPTYBUF)", [](HMMIO handle) { mmioFlush(handle, MMIO_EMPTYBUF); }},
      {"mmioSeek", [](HMMIO handle) { mmioSeek(handle, 1000, SEEK_SET); }},
      {"mmioAdvance(MMIO_WRITE)", [](HMMIO handle) { advance(handle); }},
      {"mmioSetBuffer", [](HMMIO handle) { mmioSetBuffer(handle, nullptr, kBuffer, 0); }},
      {"mmioCreateChunk+mmioAscend", [](HMMIO handle) { ascend(handle); }},
  };
  return all;
}

// Each on a handle of its own that has something to flush.
std::string what_calls_send(LONG buffer) {
  std::string text;
  const auto add = [&text](const char* name, const std::vector<SpiedMessage>& messages) {
    text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", name, text_of(messages));
  };
  for (const Call& call : calls()) {
    SpiedHandle handle(kCode, buffer);
    put(handle.get(), 10);
    spy().messages.clear();
    call.make(handle.get());
    add(call.name, spy().messages);
  }
  SpiedHandle handle(kCode, buffer);
  put(handle.get(), 10);
  spy().messages.clear();
  static_cast<void>(handle.close());
  add("mmioClose", spy().messages);
  return text;
}

std::string who_sends_writeflush() {
  std::string senders;
  for (const LONG buffer : {LONG{0}, kBuffer}) {
    const std::string text = what_calls_send(buffer);
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find("; ", begin), text.size());
      const std::string one = text.substr(begin, end - begin);
      if (one.find("WRITEFLUSH") != std::string::npos) {
        senders += fmt::format("{}{} ({})", senders.empty() ? "" : "; ", one,
                               buffer > 0 ? "buffered" : "unbuffered");
      }
      begin = end + 2;
    }
  }
  return senders.empty() ? "none of them" : senders;
}

std::string what_send_message_passes() {
  struct Sent {
    UINT message;
    const char* name;
  };
  constexpr Sent kSent[] = {{MMIOM_READ, "READ"},       {MMIOM_WRITE, "WRITE"},
                            {MMIOM_SEEK, "SEEK"},       {MMIOM_WRITEFLUSH, "WRITEFLUSH"},
                            {MMIOM_RENAME, "RENAME"},   {MMIOM_USER - 1, "0x7fff"},
                            {MMIOM_USER, "MMIOM_USER"}, {MMIOM_USER + 0x5201, "MMIOM_USER+0x5201"},
                            {0x10000, "0x10000"}};
  std::string text;
  SpiedHandle handle(kCode, 0);
  for (const Sent& one : kSent) {
    spy().messages.clear();
    const LRESULT result = mmioSendMessage(handle.get(), one.message, 0, 0);
    const bool passed = contains(spy().messages, one.message);
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", one.name,
                        passed ? "passed" : fmt::format("refused ({})", result));
  }
  return text;
}

// ---- errors ----

// write_result: what the procedure answers to WRITE. Returns what each call of a buffered handle
// then returns.
std::string who_reports(LRESULT write_result) {
  std::string text;
  const auto add = [&text](const char* name, std::int64_t result) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, result);
  };
  const auto with_handle = [&](const char* name, auto call) {
    SpiedHandle handle(kCode, kBuffer);
    put(handle.get(), 10);
    spy().write_result = write_result;
    add(name, call(handle));
  };
  with_handle("mmioWrite(200)", [](SpiedHandle& one) { return put(one.get(), 200); });
  with_handle("mmioFlush", [](SpiedHandle& one) { return mmioFlush(one.get(), 0); });
  with_handle("mmioSeek", [](SpiedHandle& one) { return mmioSeek(one.get(), 1000, SEEK_SET); });
  with_handle("mmioAdvance", [](SpiedHandle& one) { return advance(one.get()); });
  with_handle("mmioSetBuffer",
              [](SpiedHandle& one) { return mmioSetBuffer(one.get(), nullptr, kBuffer, 0); });
  with_handle("mmioClose", [](SpiedHandle& one) { return one.close(); });
  return text;
}

// ---- names ----

std::string shown(const std::string& bytes) {
  if (bytes.empty()) return "nothing";
  std::string text;
  for (const char one : bytes) {
    const auto code = static_cast<unsigned char>(one);
    text += std::isprint(code) ? std::string(1, one) : fmt::format("<{:02x}>", code);
  }
  return text;
}

// Of "a<U+4E2D>b".
std::string which_name_arrives(bool installed_wide, bool opened_wide) {
  const Installation installation(kCode, installed_wide);
  spy() = Spy{};
  MMIOINFO info{};
  info.fccIOProc = kCode;
  wchar_t wide[] =
      L"a\x4E2D"
      L"b";
  char ansi[] = "ab";
  const HMMIO handle =
      opened_wide ? mmioOpenW(wide, &info, MMIO_READ) : mmioOpenA(ansi, &info, MMIO_READ);
  std::string name = shown(spy().name);
  if (handle) mmioClose(handle, 0);
  return name;
}

}  // namespace

void ask_of_selection(const ProbeDirectory& directory, std::vector<Finding>& findings) {
  const Installation installation(FOURCC_DOS, false);
  if (!installation.done()) {
    findings.push_back({"dos-installed", "mmioInstallIOProc under 'DOS '", "refused"});
    return;
  }
  const MMIOINFO zeroed{};
  MMIOINFO explicitly{};
  explicitly.fccIOProc = FOURCC_DOS;
  const std::string name = directory.file("selection");
  findings.push_back({"dos-plain", "who serves mmioOpen(NAME, NULL) beside an installed 'DOS '",
                      who_opened(name, nullptr)});
  findings.push_back({"dos-zeroed", "the same with a zeroed MMIOINFO", who_opened(name, &zeroed)});
  findings.push_back(
      {"dos-explicit", "the same with fccIOProc = 'DOS '", who_opened(name, &explicitly)});
  findings.push_back(
      {"dos-by-name", "the same for NAME.dos+ELEMENT", who_opened(name + ".dos+e", nullptr)});
  {
    SpiedHandle handle(FOURCC_DOS, 0);
    findings.push_back({"dos-open-messages", "what an open with fccIOProc = 'DOS ' sends",
                        text_of(spy().messages)});
  }
}

void ask_of_messages(std::vector<Finding>& findings) {
  const Installation installation(kCode, false);
  findings.push_back({"writeflush",
                      "which of mmioWrite, Flush, Seek, Advance, SetBuffer, Ascend, Close send "
                      "MMIOM_WRITEFLUSH",
                      who_sends_writeflush()});
  findings.push_back(
      {"messages-unbuffered", "what each call sends, 10 bytes written before", what_calls_send(0)});
  findings.push_back({"messages-buffered",
                      fmt::format("the same with a buffer of {} bytes", kBuffer),
                      what_calls_send(kBuffer)});
  findings.push_back(
      {"send-message", "which messages mmioSendMessage passes on", what_send_message_passes()});
  for (const LONG buffer : {LONG{0}, kBuffer}) {
    SpiedHandle handle(kCode, buffer);
    put(handle.get(), 100);
    spy().messages.clear();
    const LONG result = mmioSeek(handle.get(), 16, SEEK_END);
    findings.push_back({buffer > 0 ? "seek-end-custom-buffered" : "seek-end-custom-unbuffered",
                        "what a custom procedure gets for mmioSeek(16, SEEK_END) behind 100 bytes",
                        fmt::format("{}; mmioSeek returns {}", text_of(spy().messages), result)});
  }
}

void ask_of_errors(std::vector<Finding>& findings) {
  const Installation installation(kCode, false);
  findings.push_back({"errors-failed-write",
                      "what calls on a buffered handle return when WRITE answers -1",
                      who_reports(-1)});
  findings.push_back({"errors-short-write", "the same when WRITE answers 5", who_reports(5)});
  {
    SpiedHandle handle(kCode, 0);
    spy().write_result = -1;
    findings.push_back({"errors-unbuffered", "what an unbuffered mmioWrite returns for -1",
                        fmt::format("{}", put(handle.get(), 10))});
  }
  SpiedHandle handle(kCode, kBuffer);
  spy().close_result = MMIOERR_CANNOTWRITE;
  const MMRESULT closed = handle.close();
  findings.push_back(
      {"errors-close", "what mmioClose returns when CLOSE answers 262", fmt::format("{}", closed)});
}

void ask_of_names(const ProbeDirectory& directory, std::vector<Finding>& findings) {
  static_cast<void>(directory);
  findings.push_back({"name-wide",
                      "what reaches a procedure installed by the A function for "
                      "mmioOpenW(\"a<U+4E2D>b\")",
                      which_name_arrives(false, true)});
  findings.push_back({"name-wide-installed-wide", "the same, installed by the W function",
                      which_name_arrives(true, true)});
  findings.push_back({"name-ansi-installed-wide",
                      "what reaches a procedure installed by the W function for mmioOpenA(\"ab\")",
                      which_name_arrives(true, false)});
}

}  // namespace ringproc::tool
