// The sentences under a bench's table: what was measured and nothing else.
#include <gtest/gtest.h>

#include "bench_case.hpp"
#include "measure/meaning.hpp"

namespace ringproc::tool::measure {
namespace {

Case flush_case(Procedure procedure, FileKind file = FileKind::growing, unsigned callers = 1) {
  return bench_case(procedure, Operation::flush, file, callers);
}

Case callback_case(Procedure procedure, unsigned callers = 1) {
  Case one = bench_case(procedure, Operation::write, FileKind::growing, callers);
  one.block_bytes = 16'384;
  one.arrival = {Arrival::Kind::fixed, 3'000};
  return one;
}

std::string sentence(std::vector<CaseResult> cases) {
  RunResult run;
  run.cases = std::move(cases);
  std::string text;
  for (const std::string& one : meaning_of(run, true)) text += one + "\n";
  return text;
}

template <typename... Results>
std::string meaning(Results... results) {
  std::vector<CaseResult> cases;
  (cases.push_back(std::move(results)), ...);
  return sentence(std::move(cases));
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

TEST(BenchMeaning, NothingMeasuredMeansNothing) {
  EXPECT_EQ(meaning(), "");
  EXPECT_EQ(
      meaning(CaseResult(flush_case(Procedure::raw)), CaseResult(callback_case(Procedure::ring))),
      "");
}

TEST(BenchMeaning, NotDurableIsSaidFirst) {
  const auto sentences = meaning_of(RunResult{}, false);
  ASSERT_EQ(sentences.size(), 1U);
  EXPECT_TRUE(sentences[0].starts_with("NOT DURABLE"));
}

TEST(BenchMeaning, TheFloorAloneIsASentence) {
  EXPECT_EQ(meaning(bench_result(flush_case(Procedure::raw), 10, 1'000'000)),
            "One caller can make about 1,000 writes of 4K a second durable here, each waited for, "
            "on a file that grows (half of them take 1.0 ms and less, one in a hundred more than "
            "1.0 ms).\n");
}

TEST(BenchMeaning, OtherWaysAreBesideIt) {
  const std::string text =
      meaning(bench_result(flush_case(Procedure::raw), 10, 1'000'000),
              bench_result(flush_case(Procedure::raw, FileKind::prepared), 10, 500'000),
              bench_result(flush_case(Procedure::dos), 10, 4'000'000),
              bench_result(flush_case(Procedure::ring), 10, 400'000));
  EXPECT_TRUE(has(text,
                  "; 2,000 on a prepared file, 250 through the built-in 'DOS ' procedure and 2,500 "
                  "through the ring procedure.\n"))
      << text;
}

TEST(BenchMeaning, APreparedFileOfAnotherBlockIsNotComparedWithTheFloor) {
  Case large = flush_case(Procedure::raw, FileKind::prepared);
  large.block_bytes = 65'536;
  const std::string text = meaning(bench_result(flush_case(Procedure::raw), 10, 1'000'000),
                                   bench_result(large, 10, 500'000));
  EXPECT_FALSE(has(text, "prepared")) << text;
}

TEST(BenchMeaning, NumbersHaveThreeFiguresAndCommas) {
  const auto count = [](std::uint64_t ns) {
    const std::string text = meaning(bench_result(flush_case(Procedure::raw), 1, ns));
    const std::size_t begin = text.find("about ") + 6;
    return text.substr(begin, text.find(" writes") - begin);
  };
  EXPECT_EQ(count(2'000'000'000), "0.5");
  EXPECT_EQ(count(300'000'000), "3.3");
  EXPECT_EQ(count(10'000'000), "100");
  EXPECT_EQ(count(1'000'400), "1,000");  // 999.6
  EXPECT_EQ(count(877'000), "1,140");
  EXPECT_EQ(count(100'050), "10,000");  // 9,995
  EXPECT_EQ(count(810), "1,230,000");
}

TEST(BenchMeaning, SeveralCallersShareSyncs) {
  const std::string text =
      meaning(bench_result(flush_case(Procedure::ring, FileKind::growing, 16), 160, 4'000'000, 10),
              bench_result(flush_case(Procedure::raw, FileKind::growing, 16), 160, 8'000'000, 160));
  EXPECT_EQ(text,
            "16 callers at once, each waiting for its own: 4,000 a second through the ring "
            "procedure, where one sync serves 16.0 of them; 2,000 with plain system calls.\n");
}

TEST(BenchMeaning, WithoutSyncsNothingIsSaidAboutThem) {
  const std::string text =
      meaning(bench_result(flush_case(Procedure::ring, FileKind::growing, 16), 160, 4'000'000, 0));
  EXPECT_EQ(text,
            "16 callers at once, each waiting for its own: 4,000 a second through the ring "
            "procedure.\n");
}

TEST(BenchMeaning, ARateThatWasGivenIsNotWhatCallersCan) {
  Case one = flush_case(Procedure::ring, FileKind::growing, 16);
  one.arrival = {Arrival::Kind::fixed, 100};
  EXPECT_EQ(meaning(bench_result(one, 160, 4'000'000, 10)), "");
}

TEST(BenchMeaning, ACallbackThatIsLateIsCounted) {
  CaseResult one = bench_result(callback_case(Procedure::ring), 99, 20'000);
  EXPECT_TRUE(has(meaning(bench_result(callback_case(Procedure::ring), 99, 20'000)),
                  "at most 10.0 us, never longer than its period."));
  const LatencyRecord late = *bench_result(callback_case(Procedure::ring), 1, 1'000'000).latency;
  one.latency->merge(late);
  std::vector<CaseResult> cases;
  cases.push_back(std::move(one));
  const std::string text = sentence(std::move(cases));
  EXPECT_TRUE(has(text, "at most 500 us, longer than its period once in 100 calls.")) << text;
}

TEST(BenchMeaning, ACallbackOfSeveralCallersIsNoAudioCallback) {
  EXPECT_TRUE(has(meaning(bench_result(callback_case(Procedure::ring), 1, 100)), "64 channels"));
  EXPECT_FALSE(
      has(meaning(bench_result(callback_case(Procedure::ring, 2), 1, 100)), "64 channels"));
}

// Whatever was counted before: that it is durable is what failed.
TEST(BenchMeaning, NothingIsSaidAboutWhatFailed) {
  const auto failed = [](const Case& what) {
    CaseResult one = bench_result(what, 10, 4'096, 1);
    one.error = "syncing: Input/output error";
    return one;
  };
  const Case ring = bench_case(Procedure::ring, Operation::stream, FileKind::growing);
  const Case raw = bench_case(Procedure::raw, Operation::stream, FileKind::growing);
  EXPECT_EQ(meaning(failed(raw)), "");
  EXPECT_EQ(meaning(failed(ring), bench_result(raw, 10, 4'096)),
            "Large data is on the disk at 1000 MB/s through plain system calls (page cache).\n");
  EXPECT_EQ(meaning(failed(flush_case(Procedure::raw))), "");
  EXPECT_FALSE(has(meaning(bench_result(flush_case(Procedure::raw), 10, 1'000'000),
                           failed(flush_case(Procedure::raw, FileKind::prepared)),
                           failed(flush_case(Procedure::ring))),
                   ";"));
  EXPECT_EQ(meaning(failed(flush_case(Procedure::ring, FileKind::growing, 16))), "");
  EXPECT_EQ(meaning(failed(callback_case(Procedure::ring))), "");
}

TEST(BenchMeaning, LargeDataPastThePageCacheIsNotSaidToGoThroughIt) {
  Case raw = bench_case(Procedure::raw, Operation::stream, FileKind::growing);
  raw.direct = Direct::on;
  Case dos = bench_case(Procedure::dos, Operation::stream, FileKind::growing);
  dos.direct = Direct::on;  // has no effect there
  const std::string text = meaning(bench_result(raw, 10, 4'096), bench_result(dos, 10, 4'096));
  EXPECT_TRUE(has(text, "plain system calls.")) << text;
  EXPECT_TRUE(has(text, "'DOS ' procedure (page cache)")) << text;
}

TEST(BenchMeaning, LargeDataIsOneSentence) {
  const Case raw = bench_case(Procedure::raw, Operation::stream, FileKind::growing);
  const Case ring = bench_case(Procedure::ring, Operation::stream, FileKind::growing);
  EXPECT_EQ(meaning(bench_result(raw, 10, 4'096)),
            "Large data is on the disk at 1000 MB/s through plain system calls (page cache).\n");
  EXPECT_EQ(meaning(bench_result(raw, 10, 4'096), bench_result(ring, 10, 2'048)),
            "Large data is on the disk at 2000 MB/s through the ring procedure and 1000 MB/s "
            "through plain system calls (page cache).\n");
}

}  // namespace
}  // namespace ringproc::tool::measure
